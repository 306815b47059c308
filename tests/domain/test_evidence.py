from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.evidence import Answer, LookupStatus, Said, Source, judge

ON = date(2026, 11, 20)
DAYS = st.none() | st.dates(ON - timedelta(days=3), ON + timedelta(days=3))


def answer(**said: object) -> Answer:
    return Answer(Source.REGISTRY, "CAN_CUOC", said.pop("said", Said.DOCUMENT), "t", "037", **said)  # type: ignore[arg-type]


@given(DAYS, DAYS, DAYS, st.booleans())
def test_a_document_is_held_exactly_when_issued_valid_not_revoked_and_its_holders(
    issued: date | None, valid: date | None, revoked: date | None, matches: bool
) -> None:
    said = answer(issued_on=issued, valid_until=valid, revoked_on=revoked, matches=matches)
    held = (
        matches
        and (issued is None or issued <= ON)
        and (valid is None or valid >= ON)
        and (revoked is None or revoked > ON)
    )
    assert (said.status(ON) is LookupStatus.HELD) is held


def test_mismatch_weighs_more_than_revoked_and_revoked_more_than_expired() -> None:
    long_ago = ON - timedelta(days=400)
    said = {"valid_until": long_ago, "revoked_on": long_ago}
    assert answer(**said, matches=False).status(ON) is LookupStatus.MISMATCH
    assert answer(**said).status(ON) is LookupStatus.REVOKED
    assert answer(valid_until=long_ago).status(ON) is LookupStatus.EXPIRED


@given(st.sampled_from([Said.NOT_LINKED, Said.NOTHING, Said.NO_ANSWER]), st.dates())
def test_what_is_no_document_has_one_status_on_every_day(said: Said, on: date) -> None:
    expected = {
        Said.NOT_LINKED: LookupStatus.NOT_LINKED,
        Said.NOTHING: LookupStatus.NOT_HELD,
        Said.NO_ANSWER: LookupStatus.NO_ANSWER,
    }
    assert answer(said=said).status(on) is expected[said]


def test_a_lookup_is_written_with_its_source_status_cause_and_dates() -> None:
    heard = answer(issued_on=date(2020, 1, 2), valid_until=date(2030, 1, 2), document_ref="r", digest="d")
    silent = Answer(Source.WALLET, "CAN_CUOC", Said.NO_ANSWER, "t", cause="timeout")
    one, other = (x.body() for x in judge((heard, silent), ON))
    assert one == {
        "source": "registry",
        "service": "037",
        "document_type": "CAN_CUOC",
        "status": "held",
        "cause": None,
        "checked_at": "t",
        "document_ref": "r",
        "issued_on": "2020-01-02",
        "valid_until": "2030-01-02",
        "digest": "d",
    }
    assert (other["source"], other["status"], other["cause"]) == ("wallet", "no_answer", "timeout")
    assert (other["service"], other["issued_on"], other["valid_until"]) == (None, None, None)
