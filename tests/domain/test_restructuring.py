"""The linter: what each verdict means, and that it never disagrees with the gate."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.cases import Item, Setting
from app.domain.catalogue import Acceptance, Catalogue, Form, Procedure, Relation
from app.domain.decisions import Finding, Outcome
from app.domain.definitions import FIRST_DAY, Definition, Part, procedure_of, text_key
from app.domain.evidence import Answer, Said, Source
from app.domain.paper_demands import assess, inquire
from app.domain.persons import SubjectKind
from app.domain.publications import Kind, Publication, catalogue_of, definition_body
from app.domain.readings import AskedForm, ComponentKind, Doubt, Reading
from app.domain.restructuring import Line, Origin, Paper, Review, Verdict, review
from app.domain.values import replace
from app.rulebook.starter import load_starter
from tests.law import casebook
from tests.law.casebook import rulebook

TODAY = date(2026, 11, 23)
CODE = "9.000001"
CLAUSE = "Thẻ căn cước, không phải nộp khi cơ quan tra cứu được trên Cơ sở dữ liệu quốc gia về dân cư"
BY_DATA = {Outcome.REFUSE_PAPER_USE_WALLET, Outcome.REFUSE_PAPER_USE_REGISTRY}


@cache
def starter() -> tuple[Publication, ...]:
    return load_starter(rulebook())


@cache
def starter_catalogue() -> Catalogue:
    return catalogue_of(1, starter())


def reading(*types: str, kind: str = "official_document", **more: Any) -> Reading:
    several = Relation.ANY_OF if len(types) > 1 else Relation.ONE if types else None
    given = {"relation": several, "form": AskedForm.COPY, "conditional": False, **more}
    return Reading(ComponentKind(kind), types, **given)


def part(position: int, text: str, *types: str, corrected: bool = False, **more: Any) -> Part:
    return Part(position, text, reading(*types, **more), corrected)


def publish(*parts: Part, valid_from: date = FIRST_DAY, code: str = CODE, known: bool = True) -> Publication:
    defined = Definition(code, "Thủ tục thử", "Thử", "province", "Sở Thử", valid_from, parts if known else None)
    return Publication(Kind.DEFINITION, code, definition_body(defined))


def member(list_id: str, *types: str, status: str = "confirmed", **days: str) -> Publication:
    law = rulebook().lists[list_id]
    body = {"from": str(law.period.start), "status": status, "basis": law.law, "document_types": types, **days}
    return Publication(Kind.LIST_MEMBER, f"{list_id}/{CODE}", body)


def reviewed(*published: Publication, on: date = TODAY, confirmed: bool = False) -> Review:
    known = alone(catalogue_of(2, (*starter(), *published)))
    (found,) = review(known, rulebook(), on, confirmed_lists_only=confirmed).reviews
    return found


def alone(known: Catalogue) -> Catalogue:
    """The catalogue without the starter's own procedures."""
    return replace(known, procedures={code: v for code, v in known.procedures.items() if code == CODE}, memory={})


def line_of(*published: Publication, on: date = TODAY) -> Line:
    (line,) = reviewed(*published, on=on).lines or ()
    return line


# ---- the verdicts ---------------------------------------------------------------------------------------------------


def test_a_plain_demand_for_an_integrated_paper_is_not_lawful_since_the_day_data_replace_it() -> None:
    line = line_of(publish(part(1, "Bản sao Giấy chứng nhận đăng ký doanh nghiệp", "GCN_DKDN")))
    assert (line.verdict, line.since) == (Verdict.NOT_LAWFUL, date(2025, 9, 13))
    assert [(s.source, s.service) for s in line.papers[0].replaced_by] == [(Source.REGISTRY, "DKDN")]
    assert line.papers[0].rule == "held-by-the-state"
    assert "ND-118-2025" in {c.law for c in line.papers[0].citations}
    assert line.still_asked == ()


def test_a_source_that_begins_later_makes_the_demand_unlawful_from_that_day() -> None:
    assert line_of(publish(part(1, "Giấy khám sức khỏe", "GIAY_KSK"))).since == date(2026, 1, 1)


def test_a_type_s_own_earlier_law_makes_the_demand_unlawful_earlier() -> None:
    assert line_of(publish(part(1, "Sổ hộ khẩu", "THONG_TIN_CU_TRU"))).since == date(2023, 1, 1)


def test_before_that_day_the_paper_is_kept() -> None:
    line = line_of(publish(part(1, "Bản sao GCN", "GCN_DKDN")), on=date(2025, 9, 12))
    assert (line.verdict, line.since, line.still_asked) == (Verdict.KEEP, None, ("GCN_DKDN",))


@pytest.mark.parametrize(
    "worded",
    [
        part(1, CLAUSE, "CAN_CUOC", conditional=True),
        part(1, "Thông tin về căn cước được khai thác tự động", "CAN_CUOC", kind="data_statement", conditional=True),
    ],
)
def test_words_that_yield_to_data_are_right_as_they_are(worded: Part) -> None:
    line = line_of(publish(worded))
    assert (line.verdict, line.since, line.overdue) == (Verdict.DATA_FIRST, date(2025, 9, 13), False)


def test_a_condition_that_is_not_about_data_excuses_nothing() -> None:
    line = line_of(publish(part(1, "Thẻ căn cước của người được ủy quyền (nếu có)", "CAN_CUOC", conditional=True)))
    assert line.verdict is Verdict.NOT_LAWFUL


def test_what_the_parties_write_and_what_no_source_holds_is_kept_and_an_instruction_asks_for_nothing() -> None:
    r = reviewed(
        publish(
            part(1, "Tờ khai", "TO_KHAI", kind="party_document"),
            part(2, "Bằng tốt nghiệp", "VAN_BANG"),
            part(3, "Trường hợp nộp trực tuyến:", kind="instruction"),
        )
    )
    assert [line.verdict for line in r.lines or ()] == [Verdict.KEEP] * 3
    assert [[p.reason.value for p in line.papers] for line in r.lines or ()] == [
        ["party_document"],
        ["not_integrated"],
        [],
    ]


def test_a_paper_that_annex_ii_has_cut_is_cut_whatever_the_words_say() -> None:
    cut = member("nq66.7-annex-2", "CAN_CUOC")
    for worded in (part(1, "Căn cước", "CAN_CUOC"), part(1, CLAUSE, "CAN_CUOC", conditional=True)):
        line = line_of(publish(worded), cut)
        assert (line.verdict, line.since) == (Verdict.CUT, date(2026, 1, 1))
        assert "NQ-66.7-2025" in {c.law for c in line.papers[0].citations}


def test_a_no_paper_service_takes_nothing_on_paper_and_a_file_is_no_paper() -> None:
    on_list = member("no-paper-services")
    paper = line_of(publish(part(1, "Tờ khai", "TO_KHAI", kind="party_document")), on_list)
    assert (paper.verdict, paper.since) == (Verdict.ELECTRONIC_ONLY, date(2025, 10, 1))
    assert paper.papers[0].rule == "no-paper-service"
    file = line_of(
        publish(part(1, "Mẫu điện tử", "MAU_DIEN_TU", kind="party_document", form=AskedForm.ELECTRONIC)), on_list
    )
    assert file.verdict is Verdict.KEEP


def test_on_a_no_paper_service_words_that_yield_leave_a_file_and_words_that_insist_are_unlawful() -> None:
    on_list = member("no-paper-services")
    assert line_of(publish(part(1, CLAUSE, "CAN_CUOC", conditional=True)), on_list).verdict is Verdict.ELECTRONIC_ONLY
    assert line_of(publish(part(1, "Căn cước", "CAN_CUOC")), on_list).verdict is Verdict.NOT_LAWFUL


def test_of_a_choice_one_integrated_paper_makes_the_others_needless() -> None:
    line = line_of(publish(part(1, "Căn cước hoặc hộ chiếu", "CAN_CUOC", "HO_CHIEU")))
    assert {p.document_type: p.verdict for p in line.papers} == dict.fromkeys(
        ("CAN_CUOC", "HO_CHIEU"), Verdict.NOT_LAWFUL
    )
    assert (line.still_asked, line.demands) == ((), 1)


def test_of_papers_all_due_only_the_integrated_one_goes() -> None:
    both = part(1, "Căn cước và bằng tốt nghiệp", "CAN_CUOC", "VAN_BANG", relation=Relation.ALL_OF)
    line = line_of(publish(both))
    assert (line.verdict, line.still_asked, line.demands) == (Verdict.NOT_LAWFUL, ("VAN_BANG",), 1)
    assert {p.document_type for p in line.deciding} == {"CAN_CUOC"}


# ---- how sure, and since when overdue -------------------------------------------------------------------------------


def test_a_doubtful_reading_makes_the_verdict_one_to_review_and_a_correction_makes_it_sure() -> None:
    doubt = (Doubt("writer_unnamed", "giấy tờ"),)
    assert line_of(publish(part(1, "Giấy tờ", "CAN_CUOC", doubts=doubt))).doubts == doubt
    text = "Giấy tờ"
    correction = Publication(Kind.CORRECTION, text_key(text), {"reading": reading("CAN_CUOC").body(), "text": text})
    line = line_of(publish(part(1, text, "HO_CHIEU", doubts=doubt)), correction)
    assert (line.document_types, line.sure, line.corrected) == (("CAN_CUOC",), True, True)


def test_a_paper_to_be_handed_back_is_to_be_looked_at_before_it_is_struck_out() -> None:
    line = line_of(publish(part(1, "Chứng nhận đăng ký xe để thu hồi", "DANG_KY_XE")))
    assert (line.verdict, [d.code for d in line.doubts]) == (Verdict.NOT_LAWFUL, ["handed_back"])


def test_one_data_clause_over_several_integrated_papers_is_to_be_looked_at() -> None:
    text = "Căn cước và giấy khai sinh; không phải nộp căn cước khi tra cứu được trên VNeID"
    line = line_of(publish(part(1, text, "CAN_CUOC", "GIAY_KHAI_SINH", relation=Relation.ALL_OF, conditional=True)))
    assert (line.verdict, [d.code for d in line.doubts]) == (Verdict.DATA_FIRST, ["data_clause_reach"])


@pytest.mark.parametrize(
    ("on", "lists", "deadline"),
    [
        (date(2025, 10, 30), ["ct24-annex-1"], None),
        (date(2025, 10, 31), ["ct24-annex-1"], date(2025, 10, 31)),
        (date(2025, 12, 31), [], None),
        (date(2026, 1, 1), [], date(2026, 1, 1)),  # one of the papers of Điều 4
        (date(2027, 6, 1), ["ct24-annex-1"], date(2025, 10, 31)),
    ],
)
def test_what_still_demands_a_replaced_paper_is_overdue_since_its_first_deadline(
    on: date, lists: list[str], deadline: date | None
) -> None:
    line = line_of(publish(part(1, "Căn cước", "CAN_CUOC")), *map(member, lists), on=on)
    assert (line.deadline, line.overdue) == (deadline, deadline is not None)


def test_candidates_count_unless_they_are_made_inert() -> None:
    cut = member("nq66.7-annex-2", "VAN_BANG", status="candidate")
    published = publish(part(1, "Bằng", "VAN_BANG")), cut
    assert [line.verdict for line in reviewed(*published).lines or ()] == [Verdict.CUT]
    assert [line.verdict for line in reviewed(*published, confirmed=True).lines or ()] == [Verdict.KEEP]


# ---- whose words ----------------------------------------------------------------------------------------------------


def curated(valid_from: str) -> Publication:
    component = {
        "position": 1,
        "name": "Bằng",
        "document_types": ["VAN_BANG"],
        "relation": "one",
        "form": "copy",
        "mandatory": True,
        "acceptance": "data_first",
    }
    body = {"name": "N", "sector": "S", "level": "province", "agency": "A", "valid_from": valid_from}
    return Publication(Kind.PROCEDURE, CODE, {**body, "components": [component]})


@pytest.mark.parametrize(
    ("valid_from", "origin"), [("2025-06-30", "definition"), ("2025-07-01", "definition"), ("2025-07-02", "curated")]
)
def test_the_official_words_are_reviewed_unless_a_curated_version_is_newer(valid_from: str, origin: str) -> None:
    assert reviewed(publish(part(1, "Căn cước", "CAN_CUOC")), curated(valid_from)).origin is Origin(origin)


def test_where_only_the_name_is_known_nothing_is_said_unless_somebody_has_curated_it() -> None:
    assert reviewed(publish(known=False)).lines is None
    assert reviewed(publish(known=False), curated("2025-07-01")).origin is Origin.CURATED


def test_a_definition_that_is_not_in_force_yet_is_not_reviewed() -> None:
    older, newer = publish(part(1, "Căn cước", "CAN_CUOC")), publish(part(1, "Bằng", "VAN_BANG"), valid_from=TODAY)
    assert line_of(older, newer, on=TODAY - timedelta(1)).document_types == ("CAN_CUOC",)
    assert line_of(older, newer).document_types == ("VAN_BANG",)


def test_the_gate_s_memory_is_left_as_it_was() -> None:
    known = catalogue_of(1, starter())
    review(known, rulebook(), TODAY)
    assert known.memory == {}


# ---- the linter and the gate ----------------------------------------------------------------------------------------

TURNS = [
    *("2018-06-21", "2023-01-01", "2025-07-01", "2025-09-13", "2025-10-01", "2025-10-31", "2026-01-01", "2026-03-01"),
    *("2026-07-01", "2026-08-05", "2027-03-01"),
]
DAYS = st.sampled_from([date.fromisoformat(t) - timedelta(days=n) for t in TURNS for n in (0, 1)])
CATALOGUES = {"starter": starter_catalogue, "casebook": casebook.catalogue}


@dataclass(frozen=True)
class Worded:
    """A day, and a procedure whose components insist on paper, or yield to data, or stand as they are."""

    catalogue: str
    code: str
    how: Acceptance | None
    on: date
    confirmed: bool

    def known(self) -> Catalogue:
        """The catalogue with this procedure alone."""
        known = CATALOGUES[self.catalogue]()
        versions = known.procedures[self.code]
        if self.how is not None:
            versions = tuple(
                replace(v, components=tuple(replace(c, acceptance=self.how) for c in v.components)) for v in versions
            )
        return replace(known, procedures={self.code: versions}, memory={})

    def papers(self) -> "Iterator[tuple[Gate, Line, Paper]]":
        known = self.known()
        for r in review(known, rulebook(), self.on, confirmed_lists_only=self.confirmed).reviews:
            gate = Gate(known, known.procedure(r.code, self.on), self.confirmed)
            yield from ((gate, line, paper) for line in r.lines or () for paper in line.papers)


@dataclass(frozen=True)
class Gate:
    """The gate, asked about one paper of one line on a day when every wallet and registry holds it, or none does."""

    known: Catalogue
    version: Procedure
    confirmed: bool = False

    def finding(self, line: Line, paper: Paper, on: date, *, held: bool = True) -> Finding:
        component = next(c for c in self.version.components if c.position == line.position)
        form = Form.ELECTRONIC if component.acceptance is Acceptance.ELECTRONIC else component.form
        subject = self.known.document_type(paper.document_type).subject.value
        holder = SubjectKind.ORGANIZATION if subject == "organization" else SubjectKind.PERSON
        item, law = Item("a", paper.document_type, form, holder), rulebook().on(on)
        setting = Setting(self.version, on, confirmed_lists_only=self.confirmed)
        said = Said.DOCUMENT if held else Said.NOTHING
        answers = tuple(
            Answer(Source.REGISTRY if q.service else Source.WALLET, q.document_type, said, "", service=q.service)
            for q in inquire(item, setting, self.known, law).queries
        )
        return assess(replace(item, answers=answers), setting, self.known, law)

    def refuses(self, line: Line, paper: Paper, on: date) -> bool:
        return self.finding(line, paper, on).outcome in BY_DATA


def worded() -> st.SearchStrategy[Worded]:
    def of(name: str) -> st.SearchStrategy[Worded]:
        codes = st.sampled_from(sorted(CATALOGUES[name]().procedures))
        how = st.sampled_from([None, Acceptance.PAPER_ONLY, Acceptance.DATA_FIRST])
        return st.builds(Worded, st.just(name), codes, how, DAYS, st.booleans())

    return st.sampled_from(sorted(CATALOGUES)).flatmap(of)


@settings(deadline=None)
@given(worded())
def test_a_verdict_is_what_the_gate_would_decide(case: Worded) -> None:
    for gate, line, paper in case.papers():
        held, lacking = (gate.finding(line, paper, case.on, held=held).outcome for held in (True, False))
        match paper.verdict:
            case Verdict.CUT:
                assert held is lacking is Outcome.REFUSE_NOT_IN_DOSSIER
            case Verdict.NOT_LAWFUL:
                assert held in BY_DATA and not line.yields
            case Verdict.DATA_FIRST:
                assert held in BY_DATA and line.yields
                # In the absence of data nothing but the form may still be wrong.
                assert lacking in (Outcome.PAPER_LAWFUL, Outcome.REFUSE_CERTIFIED_COPY)
            case Verdict.ELECTRONIC_ONLY:
                assert lacking is Outcome.REFUSE_PAPER_ELECTRONIC_ONLY
                assert held is lacking or (line.yields and held in BY_DATA)
            case Verdict.KEEP:
                assert held is Outcome.PAPER_LAWFUL


@settings(deadline=None)
@given(worded(), st.data())
def test_not_lawful_since_a_day_means_the_gate_refuses_from_it_on_and_not_on_the_day_before(
    case: Worded, data: st.DataObject
) -> None:
    for gate, line, paper in case.papers():
        if paper.verdict is Verdict.NOT_LAWFUL:
            assert paper.since is not None and paper.since <= case.on
            assert gate.refuses(line, paper, paper.since)
            assert not gate.refuses(line, paper, paper.since - timedelta(days=1))
            assert gate.refuses(line, paper, data.draw(st.dates(paper.since, case.on)))


@settings(deadline=None)
@given(worded())
def test_what_is_overdue_the_gate_too_says_should_have_been_cut(case: Worded) -> None:
    for gate, line, paper in case.papers():
        if line.overdue and paper in line.deciding and paper.cut_by:
            assert paper.cut_by <= case.on
            assert gate.finding(line, paper, case.on).should_have_been_cut


def test_official_words_are_judged_by_the_gate_s_own_reading_of_them() -> None:
    parts = (part(1, "Căn cước hoặc hộ chiếu", "CAN_CUOC", "HO_CHIEU"), part(2, "Hộ chiếu", "HO_CHIEU"))
    published = publish(*parts)
    known = catalogue_of(2, (*starter(), published))
    gate = Gate(known, procedure_of(known.definitions[CODE][0]))
    seen = [(p, gate.refuses(line, p, TODAY)) for line in reviewed(published).lines or () for p in line.papers]
    assert [refused for _, refused in seen] == [p.verdict is Verdict.NOT_LAWFUL for p, _ in seen]
    assert {refused for _, refused in seen} == {True, False}
