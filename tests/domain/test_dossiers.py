from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cases import Item
from app.domain.catalogue import Acceptance, Component, Form, Procedure, Relation
from app.domain.decisions import Finding, Outcome
from app.domain.dossiers import (
    CODE,
    ENDED,
    MAY_ASK_SUPPLEMENT,
    Actor,
    Holders,
    Status,
    Supplied,
    ToSupply,
    components_of,
    dossier_code,
    move,
    moves_from,
    needs_reason,
    province_of,
    to_supply,
)
from app.domain.errors import CaseRequired, HolderRequired, TransitionNotAllowed, UnknownCase, UnknownPosition
from app.domain.facts import Facts, decide
from app.domain.persons import Subject, SubjectKind
from app.domain.values import replace
from tests.law.casebook import answer_of, asked, catalogue, rulebook

ON = date(2026, 11, 20)
# Every move there is, and who may make it: o the one-stop counter, h the handler, c the citizen, s the system.
MOVES = {
    (1, 2): "oh",
    (1, 3): "oh",
    (1, 5): "oh",
    (1, 7): "ohc",
    (2, 4): "oh",
    (2, 5): "oh",
    (2, 6): "oh",
    (2, 7): "ohc",
    (4, 5): "h",
    (4, 6): "h",
    (4, 7): "ohc",
    (4, 8): "h",
    (4, 9): "h",
    (5, 4): "oh",
    (5, 7): "ohc",
    (5, 8): "h",
    (6, 4): "ohs",
    (6, 7): "ohc",
    (6, 8): "h",
    (9, 10): "ohs",
}
ACTORS = {"o": Actor.ONE_STOP, "h": Actor.HANDLER, "c": Actor.CITIZEN, "s": Actor.SYSTEM}


@pytest.mark.parametrize("letter", ACTORS)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("to", Status)
def test_who_may_move_a_dossier_from_where_to_where(status: Status, to: Status, letter: str) -> None:
    actor = ACTORS[letter]
    if letter in MOVES.get((status, to), ""):
        assert move(status, to, actor) is to
        return
    with pytest.raises(TransitionNotAllowed) as refused:
        move(status, to, actor)
    assert refused.value.facts["allowed"] == sorted(b for (a, b), who in MOVES.items() if a == status and letter in who)


def test_who_is_not_named_is_the_handler() -> None:
    assert all(moves_from(status) == moves_from(status, Actor.HANDLER) for status in Status)


def test_from_every_status_the_office_and_the_citizen_find_an_end() -> None:
    """No dossier is stuck: wherever it stands, the office alone can end it; until it is decided, so can the citizen."""
    for status in Status:
        reached, found = {status}, [status]
        while found:
            on = moves_from(found.pop(), Actor.HANDLER) - reached
            reached |= on
            found += on
        assert reached & ENDED
        assert status in ENDED or Status.WITHDRAWN in moves_from(status, Actor.CITIZEN)
    ends = {s for s in Status if not any(moves_from(s, actor) for actor in Actor)}
    assert ends == ENDED - {Status.DONE}


@pytest.mark.parametrize("actor", Actor)
def test_an_office_says_why_it_refuses_stops_or_makes_somebody_wait(actor: Actor) -> None:
    reasons = {int(s) for s in Status if needs_reason(s, actor)}
    assert reasons == (set() if actor is Actor.CITIZEN else {3, 5, 6, 7, 8})


@pytest.mark.parametrize(("code", "province"), [("000.00.00.H27", "H27"), ("H27", "H27"), ("000.11.27.H27", "H27")])
def test_a_code_ends_with_its_province(code: str, province: str) -> None:
    assert province_of(code) == province


def test_a_supplement_may_be_asked_in_1_2_4_and_again_in_5() -> None:
    assert {int(s) for s in MAY_ASK_SUPPLEMENT} == {1, 2, 4, 5}
    for status in MAY_ASK_SUPPLEMENT - {Status.SUPPLEMENT_REQUESTED}:
        assert Status.SUPPLEMENT_REQUESTED in moves_from(status)


@given(st.dates(date(2018, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999_999))
def test_a_code_names_agency_day_and_counter(day: date, counter: int) -> None:
    code = dossier_code("000.00.00.H27", day, counter)
    assert CODE.fullmatch(code)
    assert code.startswith(f"000.00.00.H27-{day:%y%m%d}-")
    assert int(code.rsplit("-", 1)[1]) == counter


def test_a_counter_has_at_least_four_digits() -> None:
    assert dossier_code("000.00.00.H27", ON, 7) == "000.00.00.H27-261120-0007"


def test_a_dossier_of_a_procedure_with_cases_has_to_name_one() -> None:
    known = catalogue().procedure("P-TRUONG-HOP", ON)
    with pytest.raises(CaseRequired) as refused:
        components_of(known, None, ())
    assert refused.value.facts["cases"] == ["đã kết hôn", "độc thân"]
    with pytest.raises(UnknownCase):
        components_of(known, "góa", ())
    assert [c.position for c in components_of(known, "độc thân", [2])] == [2, 3]
    with pytest.raises(UnknownPosition) as strange:
        components_of(known, "độc thân", [1, 9])
    assert strange.value.facts["positions"] == [1, 9]


def test_a_procedure_without_cases_takes_none() -> None:
    known = catalogue().procedure("P-RIENG", ON)
    assert [c.position for c in components_of(known, None, [1])] == [1]
    with pytest.raises(UnknownCase):
        components_of(known, "độc thân", ())


# ---- what is still needed -------------------------------------------------------------------------------------------

ABSENT: Mapping[str, str] = {}


def finding(code: str, said: Mapping[str, str], procedure: str, form: Form = Form.COPY) -> Finding:
    """One paper judged in a procedure of the made-up catalogue; who is not named has nothing."""
    item = Item("a", code, form, SubjectKind.PERSON)
    facts = Facts("D-1", "t", procedure, ON, ())
    answers = []
    for about, source, service in sorted(asked(item, facts, catalogue()), key=str):
        key = f"{about}.{service or source.value}"
        answers.append(answer_of(about, service or source.value, said.get(key, "not_held"), ON))
    item = replace(item, answers=tuple(answers))
    return decide(replace(facts, items=(item,)), catalogue(), rulebook()).findings[0]


def component(*codes: str, relation: Relation = Relation.ONE, mandatory: bool = True) -> Component:
    return Component(1, "x", codes, relation, Form.COPY, mandatory, Acceptance.DATA_FIRST)


def needed(
    known: Component, supplied: Supplied, said: Mapping[str, str], procedure: str = "P-CA-NHAN"
) -> ToSupply | None:
    return to_supply(known, supplied, [finding(c, said, procedure) for c in known.document_types])


CARD, LICENCE = component("CAN_CUOC"), component("DANG_KIEM")
CHOICE = component("CAN_CUOC", "HO_CHIEU", relation=Relation.ANY_OF)


@pytest.mark.parametrize("supplied", Supplied)
def test_data_that_is_there_is_never_asked_for(supplied: Supplied) -> None:
    assert needed(CARD, supplied, {"CAN_CUOC.wallet": "held"}) is None
    assert needed(CHOICE, supplied, {"CAN_CUOC.037": "held"}, "P-LUA-CHON") is None


def test_a_paper_nobody_holds_is_still_needed_as_the_original() -> None:
    wanted = needed(CARD, Supplied.NONE, ABSENT)
    assert wanted is not None
    assert wanted.body() == {
        "position": 1,
        "document_types": ["CAN_CUOC"],
        "relation": "one",
        "action": "supply",
        "forms": ["original"],
    }


@pytest.mark.parametrize("supplied", [Supplied.PAPER, Supplied.ELECTRONIC, Supplied.WALLET])
def test_what_the_citizen_has_given_is_not_asked_for_again(supplied: Supplied) -> None:
    assert needed(CARD, supplied, ABSENT) is None
    assert needed(CHOICE, supplied, ABSENT, "P-LUA-CHON") is None


def test_an_optional_component_asks_for_nothing() -> None:
    assert needed(component("CAN_CUOC", mandatory=False), Supplied.NONE, ABSENT) is None


def test_where_only_the_certified_copy_is_refused_the_original_is_still_needed() -> None:
    refused = finding("CAN_CUOC", ABSENT, "P-CA-NHAN", Form.CERTIFIED_COPY)
    assert refused.outcome is Outcome.REFUSE_CERTIFIED_COPY
    wanted = to_supply(CARD, Supplied.NONE, [refused])
    assert wanted is not None and (wanted.action, wanted.forms) == ("supply", ("original",))
    assert to_supply(CARD, Supplied.PAPER, [refused]) is None


def test_what_is_not_linked_is_to_be_linked_and_not_supplied() -> None:
    wanted = needed(LICENCE, Supplied.NONE, {"DANG_KIEM.wallet": "not_linked"})
    assert wanted is not None and (wanted.action, wanted.forms) == ("link_on_vneid", ())
    assert needed(LICENCE, Supplied.PAPER, {"DANG_KIEM.wallet": "not_linked"}) is None


def test_while_a_source_is_silent_nothing_is_asked_for() -> None:
    assert needed(LICENCE, Supplied.NONE, {"DANG_KIEM.wallet": "no_answer"}) is None


def test_paper_given_to_a_no_paper_service_does_not_count() -> None:
    for supplied in (Supplied.NONE, Supplied.PAPER):
        wanted = needed(LICENCE, supplied, ABSENT, "P-KHONG-GIAY")
        assert wanted is not None and wanted.forms == ("electronic",)
    assert needed(LICENCE, Supplied.ELECTRONIC, ABSENT, "P-KHONG-GIAY") is None


def test_of_a_choice_all_that_would_do_are_named() -> None:
    wanted = needed(CHOICE, Supplied.NONE, ABSENT, "P-LUA-CHON")
    assert wanted is not None
    assert wanted.document_types == ("CAN_CUOC", "HO_CHIEU")
    assert wanted.relation is Relation.ANY_OF


def test_a_choice_with_one_paper_to_link_is_met_by_linking_it() -> None:
    wanted = needed(CHOICE, Supplied.NONE, {"CAN_CUOC.wallet": "not_linked"}, "P-LUA-CHON")
    assert wanted is not None and wanted.action == "link_on_vneid"
    assert needed(CHOICE, Supplied.PAPER, {"CAN_CUOC.wallet": "not_linked"}, "P-LUA-CHON") is None


def test_of_several_papers_that_are_all_needed_only_the_missing_ones_are_named() -> None:
    both = component("CAN_CUOC", "VAN_BANG", relation=Relation.ALL_OF)
    wanted = needed(both, Supplied.NONE, {"CAN_CUOC.wallet": "held"})
    assert wanted is not None and wanted.document_types == ("VAN_BANG",)


PERSON = Subject(SubjectKind.PERSON, "042190000001")
COMPANY = Subject(SubjectKind.ORGANIZATION, "0123456789")
IDENTITY, REGISTRATION, LAND, FORM = "CAN_CUOC", "GCN_DKDN", "GCN_QSDD", "TO_KHAI"


def judged(applicant: Subject, named: Subject | None, relation: Relation, *codes: str) -> dict[str, Subject | None]:
    """Which of a component's papers are judged, and whose they are; None is the applicant."""
    known = component(*codes, relation=relation)
    return Holders(catalogue(), applicant, {known.position: named} if named else {}).papers(known)


ANY, ALL = Relation.ANY_OF, Relation.ALL_OF


@pytest.mark.parametrize(
    ("applicant", "named", "relation", "codes", "expected"),
    [
        # Of a choice, what its holder can have.
        (PERSON, None, ANY, [IDENTITY, REGISTRATION], {IDENTITY: None}),
        (COMPANY, None, ANY, [IDENTITY, REGISTRATION], {REGISTRATION: None}),
        (PERSON, COMPANY, ANY, [IDENTITY, REGISTRATION], {REGISTRATION: COMPANY}),
        (COMPANY, PERSON, ANY, [IDENTITY, REGISTRATION, FORM], {IDENTITY: PERSON, FORM: PERSON}),
        # Where all are due, each is its own kind's: the named one's, else the applicant's, else nobody's.
        (PERSON, None, ALL, [IDENTITY, REGISTRATION, LAND], {IDENTITY: None, LAND: None}),
        (PERSON, COMPANY, ALL, [IDENTITY, REGISTRATION, LAND], {IDENTITY: None, REGISTRATION: COMPANY, LAND: COMPANY}),
        (COMPANY, COMPANY, ALL, [IDENTITY, REGISTRATION], {REGISTRATION: COMPANY}),
        # Nothing is mixed: whoever is named has all.
        (PERSON, COMPANY, ALL, [REGISTRATION, FORM], {REGISTRATION: COMPANY, FORM: COMPANY}),
        (PERSON, None, Relation.ONE, [IDENTITY], {IDENTITY: None}),
    ],
)
def test_whose_the_papers_of_a_component_are(
    applicant: Subject, named: Subject | None, relation: Relation, codes: list[str], expected: dict[str, Subject | None]
) -> None:
    found = judged(applicant, named, relation, *codes)
    assert found == expected
    assert list(found) == [c for c in codes if c in expected]


@pytest.mark.parametrize(
    ("applicant", "named", "codes", "subject"),
    [
        (COMPANY, None, [IDENTITY], "person"),
        (PERSON, COMPANY, [IDENTITY], "person"),
        (PERSON, None, [REGISTRATION, FORM], "organization"),
        (COMPANY, None, [LAND, IDENTITY], "person"),
    ],
)
@pytest.mark.parametrize("relation", [ANY, ALL])
def test_where_one_holder_could_have_all_papers_this_one_has_to_be_named(
    applicant: Subject, named: Subject | None, codes: list[str], subject: str, relation: Relation
) -> None:
    with pytest.raises(HolderRequired) as refused:
        judged(applicant, named, relation, *codes)
    assert (refused.value.facts["subject"], refused.value.facts["position"]) == (subject, 1)
    assert refused.value.facts["named"] is (named is not None)


def test_what_was_not_looked_up_is_still_needed_in_the_order_of_the_component() -> None:
    both = component("GCN_DKDN", "CAN_CUOC", "GCN_DK_HTX", relation=ALL)
    card = [finding("CAN_CUOC", ABSENT, "P-CA-NHAN")]
    wanted = to_supply(both, Supplied.NONE, card)
    assert wanted is not None
    assert (wanted.document_types, wanted.forms) == (("GCN_DKDN", "CAN_CUOC", "GCN_DK_HTX"), ("original",))
    held = [finding("CAN_CUOC", {"CAN_CUOC.wallet": "held"}, "P-CA-NHAN")]
    left = to_supply(both, Supplied.NONE, held)
    assert left is not None and left.document_types == ("GCN_DKDN", "GCN_DK_HTX")
    assert to_supply(both, Supplied.PAPER, held) is None
    # Of a choice, what its holder cannot have is no part.
    assert to_supply(replace(both, relation=ANY), Supplied.NONE, held) is None


def test_a_service_without_paper_needs_what_was_not_looked_up_in_electronic_form() -> None:
    both, held = (
        component("CAN_CUOC", "GCN_DKDN", relation=ALL),
        [finding(IDENTITY, {"CAN_CUOC.037": "held"}, "P-CA-NHAN")],
    )
    for supplied in (Supplied.NONE, Supplied.PAPER):
        left = to_supply(both, supplied, held, on_paper=False)
        assert left is not None and (left.document_types, left.forms) == (("GCN_DKDN",), ("electronic",))
    assert to_supply(both, Supplied.ELECTRONIC, held, on_paper=False) is None


def test_cases_of_a_procedure_keep_their_order() -> None:
    parts = tuple(replace(CARD, position=n, case=c) for n, c in enumerate(("b", "a", "b", None), 1))
    known = Procedure("1.000001", "x", "x", "commune", "H00", ON, parts)
    assert known.cases == ("b", "a")
    assert [c.position for c in known.in_case("b")] == [1, 3, 4]
