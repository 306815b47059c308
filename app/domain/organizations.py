"""Who may act for an organisation in law, as its register tells. An outage never becomes a fact about anybody."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.domain.catalogue import Catalogue
from app.domain.decisions import Text
from app.domain.errors import DomainError
from app.domain.evidence import Answer, LookupStatus, Said, Source
from app.domain.law import Citation
from app.domain.persons import Identity, Subject, SubjectKind, name_key
from app.domain.requirements import Query
from app.domain.values import Frozen

# The certificates of registration that name the legal representative; the first that is held decides.
REGISTRATIONS = ("GCN_DKDN", "GCN_DK_HKD", "GCN_DK_HTX")
# The population database knows the name that belongs to a representative's number.
POPULATION = "037"
_CARD = "CAN_CUOC"


class NotRepresentative(DomainError):
    """The register names somebody else."""

    code = "not-representative"


class RepresentativeUnfit(DomainError):
    """Only an organisation is represented, and by a person."""

    code = "representative-unfit"


class Standing(StrEnum):
    CONFIRMED = "confirmed"
    NOT_REPRESENTATIVE = "not_representative"
    # Nothing was learnt; `cause` says why. The dossier is taken all the same.
    NO_ANSWER = "no_answer"


class Registered(Frozen):
    """What a certificate of registration says, as answered: the certificate's own facts, and whom it names."""

    answer: Answer
    names: str | None = None
    number: str | None = None

    def __repr__(self) -> str:
        return f"Registered({self.answer.document_type})"


class Representation(Frozen):
    """Whether a person represents an organisation. `compared` says by what: `id`, or `name` where the register gives
    no number. `waits`: a source was silent, and is to be asked again. `citations`: why no paper may be asked as proof.
    """

    standing: Standing
    document_type: str | None
    service: str | None
    checked_at: str
    compared: str | None = None
    cause: str | None = None
    waits: bool = False
    document_ref: str | None = None
    citations: tuple[Citation, ...] = ()

    def body(self) -> dict[str, object]:
        because, remedy = _WORDS[self.standing]
        return {
            "status": self.standing.value,
            "document_type": self.document_type,
            "service": self.service,
            "document_ref": self.document_ref,
            "compared": self.compared,
            "cause": self.cause,
            "waiting": self.waits,
            "checked_at": self.checked_at,
            "because": because.body(),
            "remedy": remedy.body(),
            "citations": [c.body() for c in self.citations],
        }


def fit(organization: Subject, representative: Subject) -> None:
    """Raises RepresentativeUnfit."""
    if organization.kind is not SubjectKind.ORGANIZATION or representative.kind is not SubjectKind.PERSON:
        raise RepresentativeUnfit


def registers(catalogue: Catalogue, procedure: str, on: date) -> tuple[Query, ...]:
    """What the registers of organisations have to be asked."""
    types = (catalogue.document_types[code] for code in REGISTRATIONS if code in catalogue.document_types)
    return tuple(
        Query(t.code, source.service)
        for t in types
        for source in t.sources_for(procedure, on)
        if source.source is Source.REGISTRY
    )


# What the population database is asked of the representative.
OF_PERSON = (Query(_CARD, POPULATION),)


def concluded(
    registered: tuple[Registered, ...],
    representative: Subject,
    person: Identity | None,
    person_cause: str | None,
    on: date,
    checked_at: str,
) -> Representation:
    """Whether the registers name this person. `person` is the population record of the representative's number, None
    where there is none; `person_cause` says why it was not answered.
    """
    held = next((r for r in registered if r.answer.status(on) is LookupStatus.HELD and (r.names or r.number)), None)
    if held is None:
        return _unknown(registered, on, checked_at)
    about = held.answer

    def said(
        standing: Standing, compared: str | None, cause: str | None = None, *, waits: bool = False
    ) -> Representation:
        return Representation(
            standing, about.document_type, about.service, checked_at, compared, cause, waits, about.document_ref
        )

    if held.number is not None:
        same = held.number == representative.id
        return said(Standing.CONFIRMED if same else Standing.NOT_REPRESENTATIVE, "id")
    assert held.names is not None
    registered_name, claimed = name_key(held.names), representative.full_name
    if claimed is not None and name_key(claimed) != registered_name:
        return said(Standing.NOT_REPRESENTATIVE, "name")
    # A name alone is anybody's to type: the one that belongs to the number is the one that counts.
    if person is None or person.full_name is None:
        cause = person_cause or "person_not_found"
        return said(Standing.NO_ANSWER, None, cause, waits=person_cause is not None)
    same = name_key(person.full_name) == registered_name
    return said(Standing.CONFIRMED if same else Standing.NOT_REPRESENTATIVE, "name")


def _unknown(registered: tuple[Registered, ...], on: date, checked_at: str) -> Representation:
    """No register has told who represents the organisation: it was silent, or holds no registration in force."""
    silent = next((r.answer for r in registered if r.answer.said is Said.NO_ANSWER), None)
    if silent is not None:
        return Representation(
            Standing.NO_ANSWER, silent.document_type, silent.service, checked_at, cause=silent.cause, waits=True
        )
    known = next((r.answer for r in registered if r.answer.said is Said.DOCUMENT), None)
    if known is None:
        return Representation(Standing.NO_ANSWER, None, None, checked_at, cause="not_registered")
    status = known.status(on)
    cause = "representative_not_given" if status is LookupStatus.HELD else f"registration_{status.value}"
    return Representation(Standing.NO_ANSWER, known.document_type, known.service, checked_at, cause=cause)


_WORDS: Mapping[Standing, tuple[Text, Text]] = {
    Standing.CONFIRMED: (
        Text(
            "Cơ sở dữ liệu đăng ký ghi người này là người đại diện theo pháp luật.",
            "The register names this person as the legal representative.",
        ),
        Text(
            "Không yêu cầu tổ chức nộp giấy tờ chứng minh tư cách đại diện.",
            "Ask the organisation for no paper to prove it.",
        ),
    ),
    Standing.NOT_REPRESENTATIVE: (
        Text(
            "Cơ sở dữ liệu đăng ký ghi người đại diện theo pháp luật là người khác.",
            "The register names somebody else as the legal representative.",
        ),
        Text(
            "Kiểm tra lại số định danh; nếu nộp theo ủy quyền thì nộp giấy ủy quyền; nếu mới đổi người đại diện thì "
            "cập nhật đăng ký trước.",
            "Check the id; to act by authority, hand in the authorisation; after a change, update the registration "
            "first.",
        ),
    ),
    Standing.NO_ANSWER: (
        Text(
            "Chưa xác nhận được tư cách đại diện từ cơ sở dữ liệu; hồ sơ vẫn được nhận.",
            "The register has not confirmed the representative yet; the dossier is taken all the same.",
        ),
        Text(
            "Hệ thống tự tra cứu lại khi nguồn im lặng; nếu không có dữ liệu, cán bộ xác nhận trước khi giải quyết.",
            "The system asks again where a source was silent; where there are no data, the officer confirms it before "
            "deciding.",
        ),
    ),
}
