"""What a source says beyond what a check needs: given to who fills in a form, and to nobody else."""

from typing import Any

import pytest

from app.domain.evidence import Said
from app.domain.persons import Identity
from app.domain.values import replace
from app.registries import wire
from app.registries.answers import Reply, SourceFailed
from tests.mock_vneid.office import PERSON, Office
from tests.registries.scripted import SERVICE, Scripted, said, scripted
from tests.registries.sources import AN, errand, services, talk, wallet

DATA = {"permanent_address": "Số 1, Phường Thành Sen", "floors": 2, "nested": {"a": 1}, "flag": True, "number": "KHÁC"}


def searched(office: Office, *, content: bool) -> Reply:
    return talk(wallet(office.vneid), lambda s: s.search(AN, ("CAN_CUOC",), replace(errand(), content=content)))


def asked(office: Office, *, content: bool) -> Reply:
    return talk(services(office.ndxp), lambda s: s.ask("037", AN, ("CAN_CUOC",), replace(errand(), content=content)))


@pytest.mark.parametrize("ask", [searched, asked], ids=["wallet", "registry"])
def test_the_content_of_a_document_is_read_only_for_who_asks_for_it(world: Office, ask: Any) -> None:
    world.put_holding("CAN_CUOC", number="N-7", data=DATA)
    (bare,) = ask(world, content=False).readings
    assert (bare.said, bare.content) == (Said.DOCUMENT, None)
    (whole,) = ask(world, content=True).readings
    assert whole.content == {
        "number": "N-7",
        "full_name": "NGUYỄN VĂN AN",
        "birth_date": "1990-02-03",
        "issued_on": "2022-01-01",
        "valid_until": "2030-02-03",
        "permanent_address": "Số 1, Phường Thành Sen",
        "floors": "2",
    }
    assert replace(whole, content=None, digest=None) == replace(bare, digest=None)


def test_the_record_of_a_person_is_read_only_for_who_asks_for_it(world: Office) -> None:
    world.put_holding("CAN_CUOC")
    assert asked(world, content=False).record is None
    reply = asked(world, content=True)
    assert reply.record == {"full_name": "NGUYỄN VĂN AN", "birth_date": "1990-02-03", "sex": "male"}
    assert reply.person == Identity("NGUYỄN VĂN AN", "1990-02-03")


def test_what_was_read_shows_nothing_of_itself_when_printed(world: Office) -> None:
    world.put_holding("CAN_CUOC", number="N-7", data=DATA)
    for reply in (searched(world, content=True), asked(world, content=True)):
        text = repr(reply)
        assert not [word for word in ("N-7", "NGUYỄN", "Thành Sen", PERSON) if word in text]


@pytest.mark.parametrize(
    "wrong",
    [{"person": {"id": PERSON, "sex": "x"}}, {"records": [{"data": "text"}]}, {"records": [{"number": 5}]}],
    ids=["a sex that is none", "data that are no object", "a number that is no text"],
)
def test_content_of_another_shape_than_agreed_is_garbage(wrong: dict[str, Any]) -> None:
    with scripted() as script:

        def spoiled(asked: dict[str, Any]) -> Any:
            body = script.records(asked)
            if "person" in wrong:
                body["person"] = wrong["person"]
            for record, change in zip(body["records"], wrong.get("records", ()), strict=False):
                record.update(change)
            return said(body)

        script.handlers[SERVICE] = spoiled
        source = services(f"{script.url}/ndxp")
        with pytest.raises(SourceFailed) as failed:
            talk(source, lambda s: s.ask("037", AN, ("CAN_CUOC",), replace(errand(), content=True)))
        assert failed.value.cause == "garbage"


def test_a_check_does_not_mind_what_it_does_not_read() -> None:
    with scripted() as script:
        script.handlers[SERVICE] = lambda asked: said(_with_data(script, asked))
        reply = talk(services(f"{script.url}/ndxp"), lambda s: s.ask("037", AN, ("CAN_CUOC",), errand()))
        assert reply.readings[0].said is Said.DOCUMENT


def _with_data(script: Scripted, asked: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = script.records(asked)
    for record in body["records"]:
        record["data"] = "text"
    return body


def test_the_agreed_names_go_before_those_of_the_documents_own_data() -> None:
    holder = wire.Holder(kind="person", id=PERSON)
    document = wire.WholeDocument(
        document_type="A", document_id="d", holder=holder, number="N-1", data={"number": "N-2", "class": "B"}
    )
    assert wire.told(document) == {"number": "N-1", "class": "B"}
