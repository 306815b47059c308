from datetime import date, datetime, timedelta

import pytest

from app.domain.calendar import VIETNAM, wait_ends
from app.domain.errors import MissingLaw
from app.domain.law import RULES, CitationStatus, Period
from app.domain.values import replace
from app.rulebook.loader import load_calendar, load_rulebook

BOOK = load_rulebook()
CT24 = date(2025, 9, 13)


def test_a_period_holds_both_its_days() -> None:
    period = Period(date(2026, 1, 1), date(2027, 2, 28))
    assert [period.covers(d) for d in (date(2025, 12, 31), date(2026, 1, 1))] == [False, True]
    assert [period.covers(d) for d in (date(2027, 2, 28), date(2027, 3, 1))] == [True, False]
    assert Period().covers(date.min) and Period().covers(date.max)


def test_a_rule_cites_what_is_in_force_on_the_day_the_strongest_first() -> None:
    on = BOOK.on(date(2026, 11, 20))
    assert [c.law for c in on.cite_rule("use-registry", "CAN_CUOC")] == [
        "ND-118-2025",
        "NQ-66.7-2025",
        "NQ-66.7-2025",
        "CT-24-2025",
    ]
    assert on.cite_rule("use-registry", "CAN_CUOC") is on.cite_rule("use-registry", "CAN_CUOC")


def test_only_a_limit_of_zero_is_over_before_the_wait_begins() -> None:
    """What a stand-alone demand goes by is what the end of the wait says, without walking the calendar to it."""
    limits = tuple(replace(x, working_hours=0) if x.channel == "online" else x for x in BOOK.wait_limits)
    limits = tuple(replace(x, working_days=0) if x.channel == "postal" else x for x in limits)
    on = replace(BOOK, wait_limits=limits, _days={}).on(date(2026, 11, 20))
    night, calendar = datetime(2026, 11, 20, 23, 30, tzinfo=VIETNAM), load_calendar()
    over = {c: night >= wait_ends(night, on.wait_limit(c), calendar) for c in ("online", "counter", "postal")}
    assert over == {"online": True, "counter": False, "postal": True}
    assert {channel: not on.waits(channel) for channel in over} == over


def test_before_there_was_a_limit_a_demand_is_not_taken_for_one_that_has_waited() -> None:
    assert BOOK.on(date(2018, 6, 20)).waits("online")


def test_a_rule_that_is_not_in_force_cites_nothing() -> None:
    before = BOOK.on(CT24 - timedelta(days=1))
    assert not before.in_force("use-wallet")
    assert before.cite_rule("use-wallet", "CAN_CUOC") == ()
    assert BOOK.on(CT24).in_force("use-wallet")


def test_a_provision_is_not_cited_when_its_act_is_no_longer_in_force() -> None:
    act = replace(BOOK.laws["CT-24-2025"], period=Period(CT24, date(2026, 1, 31)))
    known = replace(BOOK.provisions["ct24-m4-c"], law=act)
    book = replace(BOOK, provisions={**BOOK.provisions, known.id: known})
    assert book.on(date(2026, 1, 31)).cite(("ct24-m4-c",))
    assert book.on(date(2026, 2, 1)).cite(("ct24-m4-c",)) == ()


def test_an_act_whose_article_was_not_found_is_cited_alone_and_says_so() -> None:
    (cited,) = BOOK.on(date(2020, 1, 1)).cite_rule("not-in-dossier")
    assert (cited.law, cited.provision, cited.status) == ("ND-61-2018", None, CitationStatus.PROVISION_NOT_FOUND)
    assert cited.body()["in_force_from"] == "2018-06-21"


def test_a_whole_act_can_be_cited_while_it_is_in_force() -> None:
    on = BOOK.on(date(2026, 6, 30))
    assert [c.status for c in on.cite_law("ND-42-2022")] == [CitationStatus.PROVISION_NOT_FOUND]
    assert [c.provision for c in on.cite_law("ND-42-2022", "Điều 11 khoản 1")] == ["Điều 11 khoản 1"]
    assert BOOK.on(date(2026, 7, 1)).cite_law("ND-42-2022") == ()
    (undated,) = on.cite_law("ND-63-2010")
    assert undated.body()["in_force_from"] is None


def test_a_type_has_a_law_of_its_own_per_service() -> None:
    on = BOOK.on(date(2024, 3, 1))
    assert on.type_law("THONG_TIN_CU_TRU", "037") is not None
    assert on.type_law("THONG_TIN_CU_TRU", None) is None
    assert on.type_law("CAN_CUOC", "037") is None
    assert BOOK.on(date(2022, 12, 31)).type_law("THONG_TIN_CU_TRU", "037") is None


def test_law_that_is_missing_is_said_to_be_missing_and_never_made_up() -> None:
    on = BOOK.on(CT24)
    with pytest.raises(MissingLaw, match="rule=no-such-rule"):
        on.in_force("no-such-rule")
    with pytest.raises(MissingLaw, match="provision=no-such"):
        on.cite(("no-such",))
    with pytest.raises(MissingLaw, match="law=NO-SUCH"):
        on.cite_law("NO-SUCH")
    with pytest.raises(MissingLaw, match="list=no-such"):
        on.list_law("no-such")
    with pytest.raises(MissingLaw, match="channel=pigeon"):
        on.wait_limit("pigeon")


def test_a_day_is_opened_once_and_old_days_are_let_go() -> None:
    book = load_rulebook()
    assert book.on(CT24) is book.on(CT24)
    first = book.on(CT24)
    for n in range(520):
        book.on(date(2000, 1, 1) + timedelta(days=n))
    assert book.on(CT24) is not first


def test_the_rulebook_knows_every_rule_the_service_asks_for() -> None:
    assert BOOK.rules.keys() == RULES
