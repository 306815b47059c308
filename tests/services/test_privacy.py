"""A made-up person is taken through everything the service does; afterwards nothing anywhere names them."""

import json
import traceback
import unicodedata
from base64 import b64encode
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Any

import pytest

from app.domain.catalogue import Form
from app.domain.dossiers import Status
from app.domain.errors import DomainError
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.domain.values import replace
from app.models.journal import journal_entries
from app.repositories import journal
from app.services import decisions, dossiers, idempotency, paper_demands, results, supplement_requests
from app.services.checks import Line
from app.services.decisions import WhatIf
from app.services.dossier_records import Answer
from app.services.supplement_requests import Asked
from tests.desk import CALLER, CHOICE, MONDAY, NO_PAPER, PLAIN, Gate, all_bytes, day, key, offered
from tests.mock_vneid.office import ANOTHER, Office

NUMBER = "079198765432"
NAME = "ĐẶNG HOÀNG YẾN KIM"
BORN = "1998-07-19"
PAPER = "SO-GIAY-88412"
CANARY = Subject(SubjectKind.PERSON, NUMBER, NAME, BORN)
COMPANY = Subject(SubjectKind.ORGANIZATION, "0398765432")
TYPES = ("CAN_CUOC", "GIAY_KHAI_SINH", "GIAY_PHEP_LAI_XE")


def traces() -> list[bytes]:
    """Every way in which the person might be written."""
    names = {NAME, NAME.title(), NAME.replace(" ", ""), "DANG HOANG YEN KIM", "DANGHOANGYENKIM"}
    names |= {unicodedata.normalize("NFD", n) for n in names}
    words = {NUMBER, COMPANY.id, BORN, PAPER, *names, *(json.dumps(n)[1:-1] for n in names)}
    raw = {w.encode() for w in words}
    raw |= {sha256(NUMBER.encode()).hexdigest().encode(), sha256(f"person:{NUMBER}".encode()).hexdigest().encode()}
    return sorted(raw | {b64encode(NUMBER.encode())})


def assert_unnamed(heap: bytes, where: str) -> None:
    assert heap, f"nothing was collected in {where}"
    assert [t.decode() for t in traces() if t in heap] == [], where


def settle(world: Office) -> None:
    world.put(f"people/{NUMBER}", {"full_name": NAME, "birth_date": BORN, "sex": "female"})
    for document_type in TYPES:
        holding = {"wallet": "linked", "registry": "held", "number": PAPER, "issued_on": "2022-01-01"}
        world.put(f"people/{NUMBER}/holdings/{document_type}", holding)
    world.put(f"organizations/{COMPANY.id}", {"name": NAME})


def moving(gate: Gate, code: str, to: int, result: Result | None = None) -> Awaitable[Answer]:
    return dossiers.transition(gate.desk, CALLER, code, None, Status(to), "Lý do thử", None, result=result)


def lead_through(gate: Gate) -> tuple[list[bytes], list[BaseException]]:
    """All calls, lucky and unlucky; what was answered and what was raised."""
    answers: list[bytes] = []
    raised: list[BaseException] = []

    def attempt(make: Callable[[], Any]) -> str:
        try:
            result = gate.run(make())
        except (DomainError, idempotency.Repeated) as e:
            raised.append(e)
            return ""
        body: bytes = result if isinstance(result, bytes) else result.body
        answers.append(body)
        said: dict[str, str] = json.loads(body)
        return said.get("code") or said.get("decision_id") or ""

    def demand(*papers: str | Line, name: str | None = None, **change: Any) -> str:
        given = {"subject": CANARY, **change}
        with_key = key(name) if name else None
        return attempt(lambda: paper_demands.demand(gate.desk, CALLER, gate.check(*papers, **given), with_key))

    def dossier(procedure: str, *parts: Any, name: str | None = None, **change: Any) -> str:
        submission = gate.submission(procedure, *parts, **{"applicant": CANARY, **change})
        return attempt(lambda: dossiers.submit(gate.desk, CALLER, submission, key(name, route="d") if name else None))

    mine = Line("mine", "GIAY_KHAI_SINH", Form.COPY, holder=CANARY)
    kept = demand(*TYPES[:2], name="K-1")
    demand(*TYPES[:2], name="K-1")  # repeated
    demand("CAN_CUOC", subject=Subject(CANARY.kind, NUMBER, "TÊN KHÁC", "1970"))  # mismatch
    demand(mine, subject=Subject(CANARY.kind, ANOTHER))
    demand("CAN_CUOC", subject=COMPANY)  # holder required
    demand("CAN_CUOC", procedure="9.999999")
    for face, fault in [
        ("wallet", "wrong_person"),
        ("wallet", "bad_signature"),
        ("wallet", "garbage"),
        ("ndxp", "wrong_person"),
        ("ndxp", "garbage"),
        ("ndxp", "reset"),
        ("ndxp", "no_right"),
        ("oidc", "garbage"),
    ]:
        made = gate.world.fault(face, fault)
        demand(*TYPES[:2])
        gate.world.http.delete(f"{gate.world.control}/faults/{made}").raise_for_status()
    code = dossier(PLAIN, offered(4, "none", CANARY), name="K-2")
    dossier(PLAIN, offered(4, "none", CANARY), name="K-2")
    dossier(NO_PAPER, offered(1))
    dossier(CHOICE, applicant=COMPANY)
    for call in (
        lambda: dossiers.recheck(gate.desk, CALLER, code, None, None),
        lambda: supplement_requests.request(
            gate.desk,
            CALLER,
            code,
            None,
            [Asked("CAN_CUOC", Form.ORIGINAL, "Cần", CANARY)],
            key(route="s"),
        ),
        lambda: supplement_requests.request(
            gate.desk, CALLER, code, None, [Asked("VAN_BANG", Form.ORIGINAL, "Cần", CANARY)], None
        ),
        lambda: dossiers.recheck(gate.desk, CALLER, code, frozenset({1}), None),  # stale
        lambda: dossiers.read(gate.desk, code),
        lambda: decisions.read(gate.desk, kept),
    ):
        attempt(call)
    for step in (2, 4):
        attempt(partial(moving, gate, code, step))
    born = Result("GIAY_KHAI_SINH", number=PAPER, data={"full_name": NAME, "birth_date": BORN})
    attempt(lambda: moving(gate, code, 9, replace(born, result_code="KQ.G00.1")))
    attempt(lambda: moving(gate, code, 9, born))
    (issued,) = gate.dossier(code)["results"]
    attempt(lambda: results.replace(gate.desk, CALLER, issued["id"], replace(born, holder=COMPANY), "Sai", None))
    attempt(lambda: results.replace(gate.desk, CALLER, issued["id"], born, "Sai", None))
    attempt(lambda: results.revoke(gate.desk, CALLER, issued["id"], "Sai", None))
    answers.append(gate.run(decisions.replay(gate.desk, kept, WhatIf(day("2025-01-01")))).decision)
    gate.world.fault("ndxp", "http_503")
    dossier(CHOICE)
    gate.watch.moment = MONDAY
    gate.watch.advance(seconds=31)
    gate.run(dossiers.recheck_due(gate.desk))
    return answers, raised


def test_nobody_is_named_in_the_database_in_an_answer_or_in_an_error(gate: Gate) -> None:
    settle(gate.world)
    answers, raised = lead_through(gate)
    assert len(answers) >= 20
    assert len(raised) >= 5
    assert_unnamed(b"\n".join(answers), "answers")
    assert_unnamed(all_bytes(gate), "the database")
    errors = [text for e in raised for text in (str(e), repr(e), "".join(traceback.format_exception(e)))]
    assert_unnamed("\n".join(errors).encode(), "errors")


def test_the_heap_that_is_searched_would_show_a_name(sqlite_gate: Gate) -> None:
    """The search itself: what is put there in the clear is found."""
    sqlite_gate.desk.db.write_sync(journal.append, MONDAY, "test.leak", {"name": NAME, "id": NUMBER})
    with pytest.raises(AssertionError):
        assert_unnamed(all_bytes(sqlite_gate, [journal_entries]), "the journal")


def test_a_person_shows_nothing_of_themselves_when_printed(sqlite_gate: Gate) -> None:
    check = sqlite_gate.check(Line("a", "CAN_CUOC", Form.COPY, holder=CANARY), subject=CANARY)
    submission = sqlite_gate.submission(PLAIN, offered(1, "none", CANARY), applicant=CANARY)
    result = Result("VAN_BANG", number=PAPER, holder=CANARY, data={"full_name": NAME})
    assert_unnamed(
        repr((check, submission, result, sqlite_gate.desk.settings, sqlite_gate.desk.sealer)).encode(), "a repr"
    )
