"""The control door's part for what happened: the journal, assertions about it, and tokens looked into."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field, model_validator

from mock_vneid.debug import FAR, Expected, TokenKind, examine
from mock_vneid.faces.control import UniverseDep, WorldDep, world_of
from mock_vneid.faces.control_out import EntryOut, JournalOut
from mock_vneid.journal import KEPT, Entry
from mock_vneid.jws import LONGEST
from mock_vneid.matching import FIELDS, Condition, Verdict, condition, count, matches, order
from mock_vneid.problems import ProblemOut
from mock_vneid.specs import DEFAULT_WORLD, HolderId, Strict, WorldName, mistake

router = APIRouter(responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}})


def _check_condition(text: str) -> str:
    try:
        condition(text)
    except ValueError as wrong:
        raise mistake(str(wrong)) from None
    return text


ConditionText = Annotated[str, Field(max_length=300, examples=["face:wallet"]), AfterValidator(_check_condition)]
Conditions = Annotated[list[ConditionText], Field(max_length=20)]


def _read(texts: list[str]) -> list[Condition]:
    return [condition(text) for text in texts]


@router.get("/worlds/{world}/journal", tags=["journal"], response_model_exclude_none=True)
async def read_journal(
    world: WorldDep,
    match: Annotated[
        Conditions,
        Query(description=f"field:value, all of which are met; * is anything. Fields: {', '.join(FIELDS)}"),
    ] = [],  # noqa: B006 - FastAPI reads it and nobody changes it
    face: Annotated[str | None, Query(examples=["wallet"])] = None,
    service: Annotated[str | None, Query(examples=["search"])] = None,
    person: Annotated[HolderId | None, Query(description="the id of the holder asked about")] = None,
    since: Annotated[int, Query(ge=0, description="only entries of a higher number")] = 0,
    limit: Annotated[int, Query(ge=1, le=KEPT)] = KEPT,
    cursor: Annotated[int | None, Query(ge=1, description="next_cursor of the page before: older entries")] = None,
) -> JournalOut:
    """The requests the faces received, newest last; a world keeps the newest 5,000. A further page is of older ones."""
    conditions = _read(match)

    def wanted(entry: Entry) -> bool:
        return (
            entry.number > since
            and (cursor is None or entry.number < cursor)
            and face in (None, entry.face)
            and service in (None, entry.service)
            and person in (None, entry.holder_id)
            and matches(entry, conditions)
        )

    found = world.journal.entries(wanted, limit + 1)
    page = found[-limit:]
    return JournalOut(
        items=[EntryOut.of(entry) for entry in page], next_cursor=page[0].number if len(found) > limit else None
    )


@router.delete("/worlds/{world}/journal", status_code=204, tags=["journal"])
async def clear_journal(world: WorldDep) -> None:
    world.journal.clear()


# Assertions


class AssertionIn(Strict):
    """Either how many requests meet `match`, or in which `order` requests came."""

    match: Conditions | None = None
    exactly: Annotated[int, Field(strict=True, ge=0)] | None = None
    at_least: Annotated[int, Field(strict=True, ge=0)] | None = None
    at_most: Annotated[int, Field(strict=True, ge=0)] | None = None
    order: Annotated[list[Conditions], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="the conditions of each step; other requests may come between two steps"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        counted = (self.exactly, self.at_least, self.at_most) != (None, None, None)
        if (self.match is None) == (self.order is None) or (self.order is not None and counted):
            raise mistake("give one of the two: match with exactly, at_least or at_most; or order")
        if self.exactly is not None and (self.at_least, self.at_most) != (None, None):
            raise mistake("give exactly, or at_least and at_most")
        if self.match is not None and not counted:
            raise mistake("say how many: exactly, at_least or at_most")
        return self

    def judge(self, entries: list[Entry]) -> Verdict:
        if self.order is not None:
            return order(entries, [_read(step) for step in self.order])
        least, most = (self.exactly, self.exactly) if self.exactly is not None else (self.at_least or 0, self.at_most)
        return count(entries, _read(self.match or []), least, most)


class AssertionsIn(Strict):
    assertions: Annotated[list[AssertionIn], Field(min_length=1, max_length=100)]
    since: Annotated[int, Field(strict=True, ge=0)] = Field(default=0, description="only entries of a higher number")


class VerdictOut(BaseModel):
    holds: bool
    says: str
    numbers: list[int] = Field(description="of the requests it rests on")
    nearest_miss: str | None = Field(default=None, description="of the request that came nearest, where none was found")


class VerdictsOut(BaseModel):
    holds: bool = Field(description="all of them")
    results: list[VerdictOut] = Field(description="in the order asked")


@router.post("/worlds/{world}/journal/assertions", tags=["journal"], response_model_exclude_none=True)
async def assert_journal(world: WorldDep, body: AssertionsIn) -> VerdictsOut:
    """Whether the journal is as it should be. An assertion that does not hold is a result (200), not an error."""
    entries = [entry for entry in world.journal if entry.number > body.since]
    verdicts = [assertion.judge(entries) for assertion in body.assertions]
    return VerdictsOut(
        holds=all(verdict.holds for verdict in verdicts),
        results=[
            VerdictOut(
                holds=verdict.holds, says=verdict.says, numbers=verdict.numbers, nearest_miss=verdict.nearest_miss
            )
            for verdict in verdicts
        ],
    )


# Tokens


class TokenIn(Strict):
    """What is left out is not compared; the kind is guessed from the token when it is not said."""

    token: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    world: WorldName = DEFAULT_WORLD
    kind: TokenKind | None = None
    issuer: str | None = Field(default=None, examples=["http://127.0.0.1:9000/w/default"])
    audience: str | None = Field(default=None, examples=["wallet"])
    scope: str | None = Field(default=None, examples=["wallet.search"])
    nonce: str | None = None
    request_id: str | None = None
    now: Annotated[float, Field(strict=True, ge=-FAR, le=FAR, allow_inf_nan=False)] | None = Field(
        default=None, description="seconds since the epoch; left out: the clock that judges it"
    )


class CheckOut(BaseModel):
    check: str
    result: Literal["passed", "failed", "not_compared"]
    says: str


class ReportOut(BaseModel):
    kind: TokenKind | None = None
    valid: bool = Field(description="no check failed")
    failed: list[str]
    nearest_miss: str | None = None
    checks: list[CheckOut] = Field(description="in the order a careful reader makes them")
    header: dict[str, Any]
    claims: dict[str, Any] = Field(description="as they stand there, whether or not they are to be believed")


@router.post("/debug/assertion", tags=["debug"], response_model_exclude_none=True)
async def debug_token(universe: UniverseDep, body: TokenIn) -> ReportOut:
    """Walk a token's checks one by one: a document or presentation of the wallet, a result, a token, an assertion."""
    expected = Expected(body.kind, body.issuer, body.audience, body.scope, body.nonce, body.request_id, body.now)
    report = examine(universe, world_of(universe, body.world), body.token.strip(), expected)
    results: dict[bool | None, Literal["passed", "failed", "not_compared"]] = {
        True: "passed",
        False: "failed",
        None: "not_compared",
    }
    return ReportOut(
        kind=report.kind,
        valid=not report.failed,
        failed=report.failed,
        nearest_miss=report.nearest_miss(),
        checks=[CheckOut(check=check.name, result=results[check.ok], says=check.says) for check in report.checks],
        header=report.header,
        claims=report.claims,
    )
