"""Families agree from whichever side they are asked about, and one person reads the same through every door."""

import asyncio
import base64
import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

from mock_vneid import civil, families, papers, pedigree, population
from mock_vneid.data.communes import COMMUNES
from mock_vneid.data.provinces import PROVINCES, PROVINCES_TODAY
from mock_vneid.faults import NDXP_SERVICES
from mock_vneid.ids import birth_year_of, sex_of
from mock_vneid.main import create_control, create_faces, create_universe
from mock_vneid.papers import RULES
from mock_vneid.people import Relative
from tests.mock_vneid.office import CLIENT, Office
from tests.mock_vneid.test_population import organization_ids, person_ids, seeds

Json = dict[str, Any]


def _ids(*some: Relative | None) -> set[str]:
    return {one.id for one in some if one and one.id}


# Families


@settings(max_examples=400)
@given(seeds, person_ids)
def test_each_is_the_spouse_of_their_spouse_on_the_same_certificate(seed: int, person_id: str) -> None:
    known = civil.record(seed, person_id)
    spouse = known.spouse
    assume(spouse and spouse.id)
    assert spouse
    assert spouse.id
    other = civil.record(seed, spouse.id)
    assert other.spouse == families.relative(seed, person_id)
    assert (other.married_on, other.children) == (known.married_on, known.children)
    mine, theirs = (papers.holding(seed, one, "GIAY_CN_KET_HON") for one in (person_id, spouse.id))
    assert mine
    assert theirs
    assert (mine.number, mine.issued_on) == (theirs.number, theirs.issued_on)
    assert (mine.data or {})["spouse"] == spouse.full_name


@settings(max_examples=400)
@given(seeds, person_ids)
def test_each_is_a_child_of_their_parents_and_a_parent_of_their_children(seed: int, person_id: str) -> None:
    known, name = civil.record(seed, person_id), population.person(seed, person_id).full_name
    for parent in _ids(known.father, known.mother):
        assert person_id in _ids(*civil.record(seed, parent).children)
        assert birth_year_of(person_id) - birth_year_of(parent) in range(20, 46)
    assert known.father is not None
    assert known.father.full_name.split()[0] == name.split()[0]
    certificate = papers.holding(seed, person_id, "GIAY_KHAI_SINH")
    assert certificate is not None
    assert certificate.data == {"father": known.father.full_name, "mother": known.mother and known.mother.full_name}
    for child in _ids(*known.children):
        theirs = civil.record(seed, child)
        assert person_id in _ids(theirs.father, theirs.mother)
        assert (known.married_on or "") < population.life(seed, child).born.isoformat()


@settings(max_examples=400)
@given(seeds, person_ids)
def test_people_marry_of_age_once_and_while_they_live(seed: int, person_id: str) -> None:
    wedding, who = families.marriage(seed, person_id), population.life(seed, person_id)
    assume(wedding is not None)
    assert wedding is not None
    assert who.birthday(20 if who.sex == "male" else 18) <= wedding.wed_on <= population.SNAPSHOT
    assert who.died_on is None or wedding.wed_on < who.died_on
    assert wedding.divorced_on is None or wedding.wed_on < wedding.divorced_on <= (who.died_on or population.SNAPSHOT)
    if wedding.man and wedding.woman:
        assert (sex_of(wedding.man), sex_of(wedding.woman)) == ("male", "female")


@settings(max_examples=300)
@given(seeds, person_ids)
def test_nobody_marries_a_near_relative(seed: int, person_id: str) -> None:
    def parents(one: str) -> set[str]:
        wedding = families.parents(seed, one)
        return {one for one in (wedding.man, wedding.woman) if one} if wedding else set()

    spouse = pedigree.match(seed, person_id)
    assume(spouse is not None)
    assert spouse is not None
    mine, theirs = parents(person_id), parents(spouse)
    grandparents = [set[str]().union(*map(parents, some)) for some in (mine, theirs)]
    assert not ({person_id} | mine | grandparents[0]) & ({spouse} | theirs | grandparents[1])


@settings(max_examples=300)
@given(seeds, person_ids)
def test_those_who_live_together_say_so_alike_and_at_one_address(seed: int, person_id: str) -> None:
    known = civil.record(seed, person_id)
    if known.household is None:
        assert known.died_on or birth_year_of(person_id) > population.SNAPSHOT.year
        return
    assert person_id in _ids(*known.household.members)
    for member in _ids(*known.household.members):
        other = civil.record(seed, member)
        assert (other.household, other.permanent) == (known.household, known.permanent)
    residence = papers.holding(seed, person_id, "THONG_TIN_CU_TRU")
    assert residence is not None
    assert known.permanent is not None
    assert residence.number == known.household.number
    head = known.household.members[0].full_name
    assert residence.data == {"permanent_address": known.permanent.text, "household_head": head}


@given(seeds, st.one_of(person_ids, organization_ids))
def test_addresses_are_in_communes_and_provinces_of_today(seed: int, holder_id: str) -> None:
    if len(holder_id) == 12:
        known = civil.record(seed, holder_id)
        addresses = [known.permanent, known.current]
    else:
        addresses = [civil.representation(seed, holder_id).seat]
    for address in filter(None, addresses):
        assert (address.province_code, address.province) in {(code, name) for code, name, _ in PROVINCES_TODAY}
        assert (address.commune is not None) == (address.province_code == "42")
        assert address.commune is None or COMMUNES[address.commune_code or ""] == address.commune


def test_the_provinces_of_today_have_the_territory_of_those_before_each_once() -> None:
    territory = [old for _, _, before in PROVINCES_TODAY for old in before]
    assert sorted(territory) == sorted(PROVINCES)
    assert (len(PROVINCES_TODAY), len(COMMUNES)) == (34, 69)


def test_some_marry_foreigners_who_have_a_passport_and_no_id() -> None:
    records = [civil.record(1, f"0420{year}{tail:06d}") for year in range(60, 90) for tail in range(100, 160)]
    foreign = [known.spouse for known in records if known.spouse and known.spouse.id is None]
    assert foreign
    for spouse in foreign:
        assert spouse.nationality != "VNM"
        assert spouse.passport
    assert all(not known.children for known in records if known.spouse in foreign)


def test_reserved_ids_have_no_kin() -> None:
    for tail in ("000000", "000099", "990000", "999999"):
        known = civil.record(1, f"042180{tail}")
        assert (known.spouse, known.children) == (None, ())
        assert not _ids(known.father, known.mother)


@settings(max_examples=300)
@given(seeds, person_ids)
def test_nobody_of_a_family_has_a_reserved_id(seed: int, person_id: str) -> None:
    known = civil.record(seed, person_id)
    kin = _ids(known.father, known.mother, known.spouse, *known.children)
    assert not [one for one in kin if pedigree.is_reserved(one)]


def test_a_person_put_by_hand_is_nobodys_relative_any_more(virtual: Office) -> None:
    seed, person_id = 1, "042075123456"
    wedding = families.marriage(seed, person_id)
    assert wedding and wedding.woman, "the case rests on a married man"
    assert virtual.get(f"people/{person_id}")["civil"]["spouse"]["id"] == wedding.woman
    virtual.put_person(wedding.woman, sex="female", birth_date=f"19{wedding.woman[4:6]}-01-01")
    after = virtual.get(f"people/{person_id}")["civil"]
    assert "spouse" not in after
    assert wedding.woman not in {member.get("id") for member in after["household"]["members"]}
    assert "civil" not in virtual.get(f"people/{wedding.woman}")


def test_where_the_registry_disagrees_it_says_so_and_the_wallet_does_not(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("THE_BHYT", registry_says={"valid_until": "2033-03-03", "full_name": "NGUYỄN VĂN ÂN"})
    shown = empty.verified(empty.documents(["THE_BHYT"])["THE_BHYT"])
    (record,) = empty.records("BHXH", ["THE_BHYT"])
    assert (shown["valid_until"], shown["full_name"]) == ("2030-02-03", "NGUYỄN VĂN AN")
    assert (record["valid_until"], record["full_name"]) == ("2033-03-03", "NGUYỄN VĂN ÂN")
    assert shown["document_id"] == record["document_id"]
    assert empty.get("people/042190100001")["holdings"]["THE_BHYT"]["registry_says"]["valid_until"] == "2033-03-03"


def test_what_a_registry_says_instead_is_as_strict_as_the_rest(empty: Office) -> None:
    empty.put_person()
    url = f"{empty.control}/people/042190100001/holdings/THE_BHYT"
    assert empty.http.put(url, json={"registry_says": {"birth": "1990"}}).status_code == 422
    assert empty.http.put(url, json={"registry_says": {"valid_until": "soon"}}).status_code == 422


# Every door


class Doors:
    """Both doors in this process, spoken to without a socket, so that ten thousand people can be asked about."""

    def __init__(self) -> None:
        universe = create_universe()
        self._faces: ASGIApp = create_faces(universe)
        self._control: ASGIApp = create_control(universe)
        self._loop = asyncio.new_event_loop()
        self._bearers = {face: self._bearer(path) for face, path in (("wallet", "oidc"), ("ndxp", "ndxp"))}

    def close(self) -> None:
        self._loop.close()

    def _ask(self, app: ASGIApp, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Json:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        given_headers = [(name.encode(), value.encode()) for name, value in ({"host": "sandbox"} | headers).items()]
        scope: Json = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
        }
        scope |= {
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": given_headers,
        }
        scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "state": {}}
        self._loop.run_until_complete(app(scope, receive, send))
        answer: Json = json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
        assert sent[0]["status"] == 200, answer
        return answer

    def _bearer(self, path: str) -> str:
        basic = base64.b64encode(":".join(CLIENT).encode()).decode()
        headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        body = urlencode({"grant_type": "client_credentials"}).encode()
        token = self._ask(self._faces, "POST", f"/w/default/{path}/token", headers, body)["access_token"]
        return f"Bearer {token}"

    def _query(self, face: str, path: str, person_id: str) -> Json:
        query = Office.query(list(RULES), person_id)
        headers = {"authorization": self._bearers[face], "content-type": "application/json"}
        return self._ask(self._faces, "POST", f"/w/default/{path}", headers, json.dumps(query).encode())

    def person(self, person_id: str) -> Json:
        return self._ask(self._control, "GET", f"/worlds/default/people/{person_id}", {})

    def wallet(self, person_id: str) -> dict[str, str | Json]:
        """Of each type what the wallet shows: a status, or the claims of the document."""
        found: dict[str, str | Json] = {}
        for result in self._query("wallet", "wallet/documents/search", person_id)["results"]:
            shown = result["status"]
            if shown == "linked":
                payload = result["document"].split(".")[1]
                shown = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            found[result["document_type"]] = shown
        return found

    def service(self, code: str, person_id: str) -> Json:
        return self._query("ndxp", f"ndxp/services/{code}", person_id)


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    opened = Doors()
    yield opened
    opened.close()


FACTS = ("full_name", "birth_date", "number", "issued_on", "valid_until", "revoked_on", "data")


def _facts(told: Json) -> Json:
    return {name: told[name] for name in FACTS if name in told}


def _reads_the_same(doors: Doors, person_id: str, services: tuple[str, ...]) -> None:
    """Each door is compared with the control door's account of the person, document by document."""
    person, shown = doors.person(person_id), doors.wallet(person_id)
    name = {"full_name": person["full_name"], "birth_date": person["birth_date"]}
    documents = {kind: name | _facts(held) for kind, held in person["holdings"].items()}
    for kind in RULES:
        held = person["holdings"].get(kind)
        if held is None or held["wallet"] != "linked":
            assert shown[kind] == (held["wallet"] if held else "absent"), kind
            continue
        claims = shown[kind]
        assert isinstance(claims, dict)
        assert claims["holder"] == {"kind": "person", "id": person_id}
        assert _facts(claims) == documents[kind], kind
    recorded = {kind for kind, held in person["holdings"].items() if held["registry"] == "held"}
    for code in services:
        answer = doors.service(code, person_id)
        assert {record["document_type"] for record in answer["records"]} == recorded
        for record in answer["records"]:
            kind = record["document_type"]
            assert _facts(record) == documents[kind], (code, kind)
            if isinstance(claims := shown[kind], dict):
                assert record["document_id"] == claims["document_id"]
        assert ("person" in answer) == (code == "037")
        if code == "037":
            assert answer["person"] == {"id": person_id, "sex": person["sex"], **name}


def _random_ids(random: Random) -> Iterator[str]:
    codes = sorted(PROVINCES)
    while True:
        year, sex = random.randint(1925, population.SNAPSHOT.year), random.randint(0, 1)
        yield f"{random.choice(codes)}{2 * (year >= 2000) + sex}{year % 100:02d}{random.randint(100, 989_999):06d}"


def test_ten_thousand_people_read_the_same_through_wallet_services_and_control_door(doors: Doors) -> None:
    """Every one through the wallet, the control door and one service, by turns; one in fifty through all of them."""
    ids = _random_ids(Random(4))
    for turn in range(10_000):
        services = NDXP_SERVICES if turn % 50 == 0 else (NDXP_SERVICES[turn % len(NDXP_SERVICES)],)
        _reads_the_same(doors, next(ids), services)
