"""What people write by hand, on the control door and in scenario files: strict, each mistake said so as to mend it."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from mock_vneid.catalogue import LEVELS, MOST_COMPONENTS, Component, Level, Procedure
from mock_vneid.faults import FIT_FOR_KEYS, KINDS, NAMELESS, SERVICES, Face, Fault, is_service, kinds_for
from mock_vneid.ids import Sex, kind_of, organization_id_problem, person_id_problem
from mock_vneid.masking import legible
from mock_vneid.people import FULL_IDENTITY_LEVEL, Holding, Organization, Person, RegistryState, WalletState

Population = Literal["virtual", "empty"]

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
CLOCK_RANGE = "the clock runs from 1970 to 2199"
DEFAULT_WORLD = "default"
DOCUMENT_TYPE = r"^[A-Z0-9_]{1,64}$"
WORLD_NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"

_MOST_DATA = 64 * 1024  # bytes
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DURATION = re.compile(
    r"(-)?P(?!$)(?:([0-9]{1,12})W)?(?:([0-9]{1,12})D)?"
    r"(?:T(?!$)(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})(?:\.[0-9]{1,12})?S)?)?"
)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def mistake(text: str) -> PydanticCustomError:
    """The sentence a caller reads; it may not repeat what they sent."""
    return PydanticCustomError("mistake", "{text}", {"text": text})


def _check_date(text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise mistake("write a day of the calendar as YYYY-MM-DD")


def _check_birth_date(text: str) -> str:
    if _YEAR.fullmatch(text) and text != "0000":
        return text
    try:
        return _check_date(text)
    except PydanticCustomError as error:
        raise mistake(
            'write a birth date as YYYY-MM-DD, or as YYYY where only the year is known, such as "1956"'
        ) from error


def _check_words(text: str) -> str:
    if not text.strip() or _CONTROL.search(text):
        raise mistake("write some text, without control characters")
    return text


def _check_person_id(text: str) -> str:
    if problem := person_id_problem(text):
        raise mistake(problem)
    return text


def _check_organization_id(text: str) -> str:
    if problem := organization_id_problem(text):
        raise mistake(problem)
    return text


def _check_holder_id(text: str) -> str:
    return _check_person_id(text) if kind_of(text) == "person" else _check_organization_id(text)


def _check_text(text: str) -> str:
    return _check_words(text.replace("\n", " ")) and text


def _check_level(text: str) -> str:
    levels = text.split("|")
    if not set(levels) <= set(LEVELS) or len(set(levels)) < len(levels):
        raise mistake(f"write one level or several with | between them, each once: {', '.join(LEVELS)}")
    return text


def check_data(data: dict[str, JsonValue]) -> dict[str, JsonValue]:
    check_plain("data", data)
    return data


def check_plain(what: str, told: dict[str, Any]) -> None:
    """Whether an object that is kept as it came can be sent on as it came."""
    try:
        sent = json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise mistake(
            f"{what} must be plain JSON that can be sent on: no NaN, no lone surrogates, not nested too deep"
        ) from error
    if len(sent) > _MOST_DATA:
        raise mistake(f"{what} is at most {_MOST_DATA >> 10} KiB of JSON")


def _check_moment(text: str) -> str:
    try:
        moment = (
            datetime.combine(date.fromisoformat(text), datetime.min.time(), VIETNAM)
            if _DATE.fullmatch(text)
            else datetime.fromisoformat(text)
        )
    except ValueError as error:
        raise mistake(
            "write a moment as RFC 3339 (2026-01-01T00:00:00+07:00), or a day (2026-01-01: midnight in Việt Nam)"
        ) from error
    if moment.tzinfo is None:
        raise mistake("name the zone of the moment: 2026-01-01T00:00:00+07:00")
    if not _FIRST <= moment < _LAST:
        raise mistake(CLOCK_RANGE)
    return moment.isoformat()


def seconds_of(moment: str) -> float:
    """A checked moment in seconds since the epoch."""
    return datetime.fromisoformat(moment).timestamp()


def _check_advance(amount: float | str) -> float | str:
    if isinstance(amount, str):
        _seconds(amount)
    return amount


def _seconds(amount: str) -> float:
    found = _DURATION.fullmatch(amount)
    if not found:
        raise mistake(
            'write seconds (90, -3600) or an ISO 8601 duration without months and years ("P30D", "PT1H30M", "-P1D")'
        )
    sign, *numbers = found.groups()
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return float(-total if sign else total)


Day = Annotated[str, AfterValidator(_check_date), Field(json_schema_extra={"format": "date"}, examples=["2022-01-01"])]
BirthDate = Annotated[str, AfterValidator(_check_birth_date), Field(examples=["1990-05-12", "1956"])]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_check_words)]
OfficialText = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_check_text)]
ProcedureCode = Annotated[str, Field(pattern=r"^[0-9]\.[0-9]{6}$", examples=["1.001193"])]
Count = Annotated[int, Field(strict=True, ge=0, le=99)]
PersonId = Annotated[str, AfterValidator(_check_person_id), Field(examples=["042190000001"])]
OrganizationId = Annotated[str, AfterValidator(_check_organization_id), Field(examples=["3000000012"])]
HolderId = Annotated[str, AfterValidator(_check_holder_id)]
DocumentType = Annotated[str, Field(pattern=DOCUMENT_TYPE, examples=["CAN_CUOC"])]
WorldName = Annotated[str, Field(pattern=WORLD_NAME, examples=["my-test"])]
Moment = Annotated[str, AfterValidator(_check_moment)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Advance = Annotated[
    Annotated[float, Field(strict=True, allow_inf_nan=False)] | Annotated[str, Field(strict=True)],
    AfterValidator(_check_advance),
]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


class Strict(BaseModel):
    """A body in which every field is known; a stranger is named together with the fields there are."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_strangers(cls, body: Any) -> Any:
        if isinstance(body, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            strange = [legible(str(name))[:40] for name in body if name not in known]
            if strange:
                raise mistake(f"no such field: {', '.join(strange[:5])}; the fields are: {', '.join(known)}")
            if any(legible(text) != text for text in body.values() if isinstance(text, str)):
                raise mistake("no text may hold half a surrogate pair (\\ud800 to \\udfff alone): it cannot be sent on")
        return body


class ForkIn(Strict):
    name: WorldName | None = Field(default=None, description="left out: a name is made up")


class WorldIn(ForkIn):
    seed: Seed | None = Field(
        default=None, description="of the virtual population and of faults; left out: 1, or that of `from`"
    )
    now: Moment | None = Field(
        default=None, description="what its clock reads at first and after each reset", examples=["2026-01-01"]
    )
    population: Population | None = Field(default=None, description="left out: virtual, or that of `from`")
    from_world: WorldName | None = Field(default=None, alias="from", description="begin as a copy of this world")
    idle_seconds: Annotated[int, Field(strict=True, ge=1, le=30 * 24 * 3600)] | None = Field(
        default=None, description="without a request for so long, it is gone; left out: a day"
    )


class PersonIn(Strict):
    full_name: Words = Field(examples=["NGUYỄN THỊ AN"])
    birth_date: BirthDate
    sex: Sex
    identity_level: Annotated[int, Field(strict=True, ge=0, le=2)] = FULL_IDENTITY_LEVEL

    def person(self, person_id: str, story: str | None = None) -> Person:
        return Person(person_id, self.full_name, self.birth_date, self.sex, self.identity_level, story)


class OrganizationIn(Strict):
    name: Words = Field(examples=["CÔNG TY TNHH MỘT LẦN THỬ NGHIỆM"])
    representative: PersonId | None = Field(
        default=None, description="who speaks for it in law, and logs in for it; left out: nobody does"
    )

    def organization(self, organization_id: str, story: str | None = None) -> Organization:
        return Organization(organization_id, self.name, story, self.representative)


class RegistrySaysIn(Strict):
    """What the registry has written in the place of the document's own words."""

    full_name: Words | None = None
    number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_check_words)] | None = None
    issued_on: Day | None = None
    valid_until: Day | None = None
    revoked_on: Day | None = None
    data: Annotated[dict[str, JsonValue], AfterValidator(check_data)] | None = None


class HoldingIn(Strict):
    wallet: WalletState = "absent"
    registry: RegistryState = "absent"
    number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_check_words)] | None = None
    issued_on: Day | None = None
    valid_until: Day | None = None
    revoked_on: Day | None = None
    full_name: Words | None = Field(
        default=None, description="the name written on the document, when it is not the holder's"
    )
    data: Annotated[dict[str, JsonValue], AfterValidator(check_data)] | None = None
    registry_says: RegistrySaysIn | None = Field(
        default=None, description="where the registry disagrees with the document: what it has written instead"
    )

    def holding(self) -> Holding:
        says = self.registry_says.model_dump(exclude_none=True) if self.registry_says else None
        return Holding(**self.model_dump(exclude={"registry_says"}), registry_says=says)


class MatchIn(Strict):
    person: HolderId | None = Field(default=None, description="the id of a person, or of an organisation")
    document_type: DocumentType | None = None
    service: str | None = Field(
        default=None,
        description="; ".join(f"{face}: {', '.join(services)}" for face, services in SERVICES.items())
        + ". On ndxp any other code too; on oidc, vneid and ndxp are the two token endpoints",
    )


class WindowIn(Strict):
    """When it is in force, by the world's clock."""

    from_: Moment | None = Field(default=None, alias="from", description="left out: from the beginning")
    until: Moment | None = Field(default=None, description="that moment not included; left out: without an end")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.until and seconds_of(self.from_) >= seconds_of(self.until):
            raise mistake("the window ends before it begins")
        return self


class FaultIn(Strict):
    face: Face
    kind: str = Field(examples=["http_503"], description=", ".join(KINDS))
    match: MatchIn = Field(default_factory=MatchIn)
    share: Share = 1.0
    times: Annotated[int, Field(strict=True, ge=1)] | None = None
    window: WindowIn = Field(default_factory=WindowIn)
    attributes: dict[str, Annotated[int, Field(strict=True)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        kind = KINDS.get(self.kind)
        if kind is None or self.face not in kind.faces:
            raise mistake(f"the face {self.face} has no such fault; its kinds are: {', '.join(kinds_for(self.face))}")
        for name, value in self.attributes.items():
            attribute = kind.attributes.get(name)
            if attribute is None:
                raise mistake(f"the fault {self.kind} takes these attributes: {', '.join(kind.attributes) or 'none'}")
            if not attribute.least <= value <= attribute.most:
                raise mistake(f"{name} ({attribute.meaning}) runs from {attribute.least} to {attribute.most}")
        if self.match.service is not None and not is_service(self.face, self.match.service):
            others = "; or any other code of 1 to 32 letters, digits and hyphens" if self.face == "ndxp" else ""
            raise mistake(f"the services of the face {self.face} are: {', '.join(SERVICES[self.face])}{others}")
        about_holder = self.match.person is not None or self.match.document_type is not None
        # A login is somebody's once it is answered; what strikes before that cannot know whose it will be.
        of_login = self.face == "oidc" and kind.effect in ("document", "refusal") and self.match.document_type is None
        if about_holder and ((self.face in NAMELESS and not of_login) or self.match.service == "jwks"):
            raise mistake(
                "a request for a token, keys or procedures names no person and no document type: match by service only"
            )
        if self.match.service in ("jwks", "discovery") and self.kind not in FIT_FOR_KEYS:
            raise mistake("keys carry no document: only faults of transport and of the line fit the service jwks")
        return self

    def fault(self, fault_id: str) -> Fault:
        match = self.match
        return Fault(
            fault_id,
            self.face,
            self.kind,
            match.person,
            match.document_type,
            match.service,
            self.share,
            self.times,
            dict(self.attributes),
            None if self.window.from_ is None else seconds_of(self.window.from_),
            None if self.window.until is None else seconds_of(self.window.until),
        )


class ComponentIn(Strict):
    position: Annotated[int, Field(strict=True, ge=1, le=MOST_COMPONENTS)]
    name: OfficialText = Field(description="the official text", examples=["Tờ khai đăng ký khai sinh theo mẫu."])
    case: OfficialText | None = Field(default=None, description="heads the lines that belong together (TRUONGHOP)")
    form: Words | None = Field(default=None, description="the name of the form to be filled in (TENMAUDON)")
    originals: Count = 1
    copies: Count = 0

    def component(self) -> Component:
        return Component(self.name, self.case, self.form, self.originals, self.copies)


class ProcedureIn(Strict):
    name: OfficialText = Field(examples=["Thủ tục đăng ký khai sinh"])
    sector: Words = Field(examples=["Hộ tịch"])
    level: Annotated[str, AfterValidator(_check_level)] = Field(examples=["xã", "tỉnh|xã"])
    agency: Words = Field(description="who handles it", examples=["Ủy ban nhân dân cấp xã"])
    updated_at: Moment | None = Field(
        default=None, description="when the portal last changed it; left out: not told", examples=["2026-11-02"]
    )
    published: bool = Field(default=True, description="false: the portal shows it no longer (TRANGTHAI 0)")
    components: Annotated[list[ComponentIn], Field(max_length=MOST_COMPONENTS)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """The wire numbers nothing: lines stand under their cases, in their order, and must read back the same."""
        if [component.position for component in self.components] != list(range(1, len(self.components) + 1)):
            raise mistake("the positions of the components run 1, 2, 3, … in this order")
        heads = [case for case, _ in groupby(component.case for component in self.components)]
        if len(set(heads)) < len(heads):
            raise mistake("the components of one case stand together")
        return self

    def procedure(self, code: str) -> Procedure:
        levels: tuple[Level, ...] = tuple(level for level in LEVELS if level in self.level.split("|"))
        components = tuple(component.component() for component in self.components)
        return Procedure(code, self.name, self.sector, levels, self.agency, components, self.updated_at, self.published)


class LicencesIn(Strict):
    procedures: list[ProcedureCode] | None = Field(default=None, description="left out: every procedure is licensed")
    officers: list[Words] | None = Field(default=None, description="left out: every officer has the right")


class ClockIn(Strict):
    now: Moment | None = Field(default=None, examples=["2026-01-01T00:00:00+07:00"])
    advance: Advance | None = Field(default=None, examples=["P30D"])
    frozen: Annotated[bool, Field(strict=True)] | None = Field(
        default=None, description="true: it stands still; false: it goes on; left out: as it was"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.now is not None and self.advance is not None:
            raise mistake("give one of the two: now, or advance")
        if self.now is None and self.advance is None and self.frozen is None:
            raise mistake("give one of the two, now or advance; or frozen, alone or with one of them")
        return self

    def seconds(self) -> float:
        """How far to move the clock; 0 when it is set to a moment."""
        return _seconds(self.advance) if isinstance(self.advance, str) else self.advance or 0.0
