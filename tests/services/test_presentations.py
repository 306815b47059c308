"""Share codes at the gate: used once, for their purpose, seen by their holder, and nothing concluded from silence."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.domain.catalogue import Form
from app.domain.errors import DomainError
from app.domain.presentations import (
    DemandUnclear,
    NothingConcluded,
    NotRedeemed,
    UnknownPresentation,
    VerifierKind,
)
from app.domain.values import replace
from app.models.decisions import decisions
from app.models.evidence import lookups
from app.models.idempotency import idempotency_keys
from app.models.journal import journal_entries
from app.models.presentations import presentation_demands, presentations
from app.registries.presentations import Presentations
from app.services import idempotency
from app.services import presentations as story
from app.services.desk import Caller
from app.services.presentations import Asked, Paper, Verifier
from tests.desk import AGENCY, AN, CALLER, PLAIN, Gate, OpenGate, all_bytes, key
from tests.mock_vneid.office import PERSON, Json
from tests.registries.scripted import TOKEN, said, scripted
from tests.registries.share_codes import REDEEM, ShareCodes

OFFICE = Verifier(VerifierKind.OFFICE, AGENCY, "CB-0001")
BANK = Verifier(VerifierKind.PRIVATE, "3000000012")
PURPOSE = "Đăng ký khai sinh"
SHARED: Json = {"mode": "sharing", "holder": {"kind": "person", "id": PERSON}, "fields": {"full_name": "NGUYỄN VĂN AN"}}
CARD = Paper("CAN_CUOC", Form.COPY)
ROUTE = "POST /v1/presentations/verify"


@pytest.fixture
def wallet() -> Iterator[ShareCodes]:
    with scripted() as script:
        yield ShareCodes(script)


def redeeming(gate: Gate, wallet: ShareCodes) -> Gate:
    """The gate, its share codes redeemed at the scripted wallet."""
    door = Presentations(wallet.script.url, "motlan-tthc", "motlan-tthc-secret", timeout=5, max_age=300)
    before = gate.desk.presentations
    gate.desk = replace(gate.desk, presentations=dict.fromkeys(VerifierKind, door))
    gate._desks = [gate.desk]
    for source in before.values():
        gate.run(source.close())
    return gate


@pytest.fixture
def office(gate: Gate, wallet: ShareCodes) -> Gate:
    return redeeming(gate, wallet)


@pytest.fixture
def quick(sqlite_gate: Gate, wallet: ShareCodes) -> Gate:
    return redeeming(sqlite_gate, wallet)


def verify(gate: Gate, code: str, verifier: Verifier = OFFICE, name: str | None = None, **more: Any) -> Json:
    asked = Asked(**{"code": code, "purpose": PURPOSE, "verifier": verifier, **more})
    with_key = key(name, code, ROUTE) if name else None
    body: Json = json.loads(gate.run(story.verify(gate.desk, CALLER, asked, with_key)))
    return body


def demand(gate: Gate, presentation: str, paper: Paper = CARD, caller: Caller = CALLER) -> Json:
    body: Json = json.loads(gate.run(story.demand(gate.desk, caller, presentation, paper, None)))
    return body


def noted(gate: Gate, kind: str) -> list[Json]:
    return [json.loads(row.bytes) for row in gate.rows(journal_entries) if row.kind == kind]


# ---- redeeming ----------------------------------------------------------------------------------------------------


def test_yes_or_no_is_answered_and_nobody_is_named(office: Gate, wallet: ShareCodes) -> None:
    shown = verify(office, wallet.made())
    assert (shown["valid"], shown["standing"], shown["mode"]) == (True, "valid", "validation")
    assert (shown["fields"], shown["holder_is_applicant"], shown["paper_demand"]) == (None, None, None)
    (row,) = office.rows(presentations)
    assert (row.id, row.purpose, row.verifier, row.holder, row.holder_mark) == (
        shown["id"],
        PURPOSE,
        AGENCY,
        None,
        None,
    )
    assert office.count(lookups) == 0


def test_what_is_shared_is_answered_and_its_holder_sees_who_used_it(office: Gate, wallet: ShareCodes) -> None:
    shown = verify(office, wallet.made(**SHARED), procedure=PLAIN)
    assert shown["fields"] == {"full_name": "NGUYỄN VĂN AN"}
    (looked,) = office.rows(lookups)
    assert looked.holder_mark == office.desk.sealer.mark(AN.kind, AN.id)
    assert (looked.purpose, looked.decision_id, looked.agency) == ("presentation", shown["id"], AGENCY)
    assert (looked.source, looked.document_types, looked.officer) == ("wallet", "CAN_CUOC", "CB-0001")
    (entry,) = noted(office, "gate.presentation.redeemed")
    assert entry["facts"]["fields"] == ["full_name"]


def test_what_was_shared_is_nowhere_kept_in_the_clear(office: Gate, wallet: ShareCodes) -> None:
    verify(office, wallet.made(**SHARED), name="K-1")
    heap = all_bytes(office)
    assert PERSON.encode() not in heap
    assert "NGUYỄN VĂN AN".encode() not in heap and b"NGUY\\u1ec4N" not in heap
    assert b"K7M2QX9HBA" not in heap


def test_a_document_that_is_not_valid_is_a_result_and_no_error(quick: Gate, wallet: ShareCodes) -> None:
    for standing in ("expired", "revoked", "absent"):
        shown = verify(quick, wallet.made(code=f"CODE{standing[:3].upper()}222", status=standing))
        assert (shown["valid"], shown["standing"]) == (False, standing)


def test_a_code_shown_for_a_dossier_stands_in_its_applicants_tracker(office: Gate, wallet: ShareCodes) -> None:
    code = office.submit()["code"]
    before = office.count(lookups)
    shown = verify(office, wallet.made(), dossier=code)
    assert (shown["dossier"], shown["procedure"]) == (code, PLAIN)
    assert wallet.asked[-1]["procedure"] == PLAIN
    last = office.rows(lookups)[-1]
    assert office.count(lookups) == before + 1
    assert last.holder_mark == office.desk.sealer.mark(AN.kind, AN.id)


def test_whether_the_holder_is_the_applicant_is_said_for_a_dossier(quick: Gate, wallet: ShareCodes) -> None:
    code = quick.submit()["code"]
    assert verify(quick, wallet.made("AAAAAAAAA2", **SHARED), dossier=code)["holder_is_applicant"] is True
    other = SHARED | {"holder": {"kind": "person", "id": "042190100002"}}
    assert verify(quick, wallet.made("AAAAAAAAA3", **other), dossier=code)["holder_is_applicant"] is False
    # To whoever has shown a paper of theirs for somebody else's dossier, that dossier is not named.
    assert [x.dossier_code for x in quick.rows(lookups) if x.purpose == "presentation"] == [code, None]


@pytest.mark.parametrize(
    ("made", "asked", "problem"),
    [
        ({"refusal": (410, "CODE_EXPIRED")}, {}, "presentation-expired"),
        ({"refusal": (403, "WRONG_AUDIENCE")}, {}, "presentation-wrong-audience"),
        ({}, {"purpose": "Mở tài khoản"}, "presentation-wrong-purpose"),
        ({}, {"code": "ZZZZZZZZZZ"}, "presentation-unknown"),
    ],
)
def test_a_code_that_is_refused_leaves_a_note_and_nothing_else(
    quick: Gate, wallet: ShareCodes, made: Json, asked: Json, problem: str
) -> None:
    code = wallet.made(**made)
    with pytest.raises(NotRedeemed) as refused:
        verify(quick, asked.pop("code", code), **asked)
    assert refused.value.code == problem
    assert [e["facts"]["why"] for e in noted(quick, "gate.presentation.refused")] == [problem]
    assert quick.count(presentations) == quick.count(lookups) == 0


def test_a_code_is_used_once(office: Gate, wallet: ShareCodes) -> None:
    code = wallet.made()
    verify(office, code)
    with pytest.raises(NotRedeemed) as refused:
        verify(office, code)
    assert refused.value.code == "presentation-used"
    assert office.count(presentations) == 1


def test_a_silent_wallet_says_nothing_about_anybody(office: Gate, wallet: ShareCodes) -> None:
    code = wallet.made(**SHARED)
    wallet.script.handlers[TOKEN] = lambda _: said({}, 503)
    with pytest.raises(NothingConcluded):
        verify(office, code)
    assert office.count(presentations) == office.count(lookups) == 0
    assert [e["facts"]["why"] for e in noted(office, "gate.presentation.refused")] == ["no_token"]


def test_what_is_asked_wrongly_is_refused_before_the_code_is_used_up(quick: Gate, wallet: ShareCodes) -> None:
    code = wallet.made()
    wrong: tuple[Json, ...] = (
        {"procedure": "9.999999"},
        {"dossier": "000.00.00.H27-261123-9999"},
        {"paper": Paper("GIAY_KHONG_CO", Form.COPY)},
        {"paper": Paper("CAN_CUOC", Form.COPY, "9.999999")},
    )
    for asked in wrong:
        with pytest.raises(DomainError) as refused:
            verify(quick, code, **asked)
        assert refused.value.code.startswith("unknown-")
    assert wallet.asked == []
    assert verify(quick, code)["valid"]


# ---- the same key again ---------------------------------------------------------------------------------------------


def test_the_same_key_gets_the_same_answer_and_one_use(office: Gate, wallet: ShareCodes) -> None:
    code = wallet.made(**SHARED)
    first = verify(office, code, name="K-1")
    with pytest.raises(idempotency.Repeated) as again:
        verify(office, code, name="K-1")
    assert json.loads(again.value.kept.body) == first
    assert office.count(presentations) == office.count(lookups) == 1
    assert len(wallet.asked) == 1


def test_an_answer_that_got_lost_is_had_again_under_its_key(office: Gate, wallet: ShareCodes) -> None:
    code, script = wallet.made(**SHARED), wallet.script

    def lost(asked: Json) -> tuple[int, bytes]:
        wallet.redeem(asked)  # used up
        return 500, b""

    script.handlers[REDEEM] = lost
    with pytest.raises(NothingConcluded):
        verify(office, code, name="K-1")
    script.handlers[REDEEM] = wallet.redeem
    assert verify(office, code, name="K-1")["valid"]
    assert office.count(presentations) == office.count(lookups) == 1
    assert {asked["request_id"] for asked in wallet.asked} == {office.rows(presentations)[0].id}


def test_a_demand_that_fails_after_the_code_was_used_does_not_lose_the_use(office: Gate, wallet: ShareCodes) -> None:
    code = wallet.made()
    with pytest.raises(DemandUnclear):
        verify(office, code, name="K-1", paper=CARD)
    assert office.count(presentations) == 1
    assert office.count(idempotency_keys) == 0
    assert verify(office, code, name="K-1")["valid"]
    assert office.count(presentations) == 1


# ---- the paper demanded all the same --------------------------------------------------------------------------------


def test_a_private_body_is_refused_the_paper_it_was_shown(office: Gate, wallet: ShareCodes) -> None:
    said_ = verify(office, wallet.made(**SHARED), BANK, paper=CARD)["paper_demand"]
    assert (said_["outcome"], said_["reason"]) == ("REFUSE_PAPER_SHOWN", "shown_from_wallet")
    assert [(c["law"], c["provision"]) for c in said_["citations"]] == [
        ("ND-320-2026", "Điều 2"),
        ("CT-24-2025", "Mục 4 điểm d"),
    ]
    assert said_["decision"] is None
    (kept,) = office.rows(presentation_demands)
    assert (kept.outcome, kept.decision_id, kept.form) == ("REFUSE_PAPER_SHOWN", None, "copy")
    assert office.count(decisions) == 0


def test_before_the_ban_a_private_body_is_only_advised(quick: Gate, wallet: ShareCodes) -> None:
    quick.watch.advance(days=-57)  # 2026-09-27
    shown = verify(quick, wallet.made(), BANK)
    assert demand(quick, shown["id"])["outcome"] == "ADVISED_AGAINST"
    quick.watch.advance(days=1)
    assert demand(quick, shown["id"])["outcome"] == "REFUSE_PAPER_SHOWN"
    assert quick.count(presentation_demands) == 2


def test_an_office_is_judged_by_the_gates_own_rule(office: Gate, wallet: ShareCodes) -> None:
    office.world.put_holding("CAN_CUOC")
    shown = verify(office, wallet.made(**SHARED), procedure=PLAIN, paper=CARD)
    said_ = shown["paper_demand"]
    assert (said_["outcome"], said_["decision"]["outcome"]) == ("REFUSE_PAPER_USE_WALLET", "refused")
    (row,) = office.rows(decisions)
    assert row.decision_id == said_["decision"]["decision_id"] == office.rows(presentation_demands)[0].decision_id
    assert {x.purpose for x in office.rows(lookups)} == {"presentation", "paper_demand"}


def test_an_office_that_may_not_wait_is_told_at_once_that_the_paper_is_lawful(office: Gate, wallet: ShareCodes) -> None:
    for face in ("wallet", "ndxp"):
        office.world.fault(face, "http_503")
    shown = verify(office, wallet.made(**SHARED), procedure=PLAIN, paper=CARD)
    assert shown["paper_demand"]["outcome"] == "WAIT_SOURCE"
    office.without_wait()
    again = demand(office, shown["id"])
    assert (again["outcome"], again["reason"]) == ("PAPER_LAWFUL", "source_unavailable")


def test_for_a_dossier_the_applicant_is_whom_the_gate_asks_about(quick: Gate, wallet: ShareCodes) -> None:
    quick.world.put_holding("GIAY_KHAI_SINH")
    code = quick.submit()["code"]
    shown = verify(quick, wallet.made(), dossier=code)
    assert demand(quick, shown["id"], Paper("GIAY_KHAI_SINH", Form.COPY))["outcome"] == "REFUSE_PAPER_USE_WALLET"
    assert demand(quick, shown["id"], Paper("THE_BHYT", Form.COPY))["outcome"] == "REFUSE_NOT_IN_DOSSIER"
    assert demand(quick, shown["id"], Paper("TO_KHAI", Form.ORIGINAL))["outcome"] == "PAPER_LAWFUL"


def test_somebody_elses_presentation_is_not_there(quick: Gate, wallet: ShareCodes) -> None:
    shown = verify(quick, wallet.made(), BANK)
    with pytest.raises(UnknownPresentation):
        demand(quick, shown["id"], caller=Caller("another-bank", frozenset()))


def test_many_at_once_with_one_code_and_one_key_are_one_use(office: Gate, wallet: ShareCodes) -> None:
    code = wallet.made(**SHARED)
    asked = Asked(code, PURPOSE, OFFICE)
    tries = [story.verify(office.desk, CALLER, asked, key("K-1", code, ROUTE)) for _ in range(6)]
    answers = [a for a in office.together(*tries) if isinstance(a, bytes)]
    assert len(answers) == 1
    assert office.count(presentations) == office.count(lookups) == 1


def test_many_at_once_with_one_code_and_no_key_are_one_use(
    seeded_postgres: str, open_gate: OpenGate, wallet: ShareCodes
) -> None:
    office = redeeming(open_gate(seeded_postgres), wallet)
    asked = Asked(wallet.made(), PURPOSE, OFFICE)
    ask: Callable[[], Any] = lambda: story.verify(office.desk, CALLER, asked, None)  # noqa: E731 - said six times
    answers = office.together(*(ask() for _ in range(6)))
    assert sum(isinstance(a, bytes) for a in answers) == 1
    assert office.count(presentations) == 1


# ---- at the sandbox's wallet ----------------------------------------------------------------------------------------


def shared_at_sandbox(gate: Gate, **change: Any) -> str:
    """A code the citizen has made there."""
    made = {"mode": "sharing", "document_type": "CAN_CUOC", "purpose": PURPOSE, "audience": "any", "ttl_seconds": 300}
    code: str = gate.world.post(f"people/{PERSON}/presentations", made | change)["code"]
    return code


def test_the_sandboxes_codes_are_redeemed_by_offices_and_by_private_bodies(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    gate.world.put_holding("CAN_CUOC")
    shown = verify(gate, shared_at_sandbox(gate, fields=["full_name", "number"]), procedure=PLAIN)
    assert (shown["valid"], sorted(shown["fields"])) == (True, ["full_name", "number"])
    asked = shared_at_sandbox(gate, mode="validation", audience="private")
    said_ = verify(gate, asked, BANK, paper=CARD)
    assert (said_["valid"], said_["fields"]) == (True, None)
    assert said_["paper_demand"]["outcome"] == "REFUSE_PAPER_SHOWN"
    assert gate.count(presentations) == 2


@pytest.mark.parametrize(
    ("made", "verifier", "asked", "problem"),
    [
        ({"audience": "private"}, OFFICE, {}, "presentation-wrong-audience"),
        ({"audience": "office"}, BANK, {}, "presentation-wrong-audience"),
        ({}, OFFICE, {"purpose": "Cho thuê nhà"}, "presentation-wrong-purpose"),
    ],
)
def test_the_sandbox_holds_audience_and_purpose(
    sqlite_gate: Gate, made: Json, verifier: Verifier, asked: Json, problem: str
) -> None:
    sqlite_gate.world.put_holding("CAN_CUOC")
    with pytest.raises(NotRedeemed) as refused:
        verify(sqlite_gate, shared_at_sandbox(sqlite_gate, **made), verifier, **asked)
    assert refused.value.code == problem


def test_what_the_sandbox_spoils_is_not_believed(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_holding("CAN_CUOC")
    code = shared_at_sandbox(sqlite_gate)
    sqlite_gate.world.fault("wallet", "truncated", match={"service": "redeem"}, times=1)
    with pytest.raises(NothingConcluded):
        verify(sqlite_gate, code, name="K-1")
    assert verify(sqlite_gate, code, name="K-1")["valid"]
