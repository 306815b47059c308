"""The population database in SOAP, through a gateway: what it tells, and the cause behind each way it may fail."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.evidence import Said
from app.domain.persons import Identity, Subject, SubjectKind
from app.registries import soap
from app.registries.answers import Reply, SourceFailed
from app.registries.ndxp import DataServices
from app.registries.population_soap import ANSWERS, DataServicesOverLgsp, Partner, Population
from app.settings import Settings
from app.wiring import data_services
from tests.mock_vneid.office import ANOTHER, PERSON, Office
from tests.registries.scripted import Json, Scripted, said, scripted
from tests.registries.sources import CLIENT, PATIENCE, ask, one, outcome, services, talk

CARD, RESIDENCE = "CAN_CUOC", "THONG_TIN_CU_TRU"
AN = Subject(SubjectKind.PERSON, PERSON, "Nguyễn Văn An", "1990-02-03")
PARTNER = Partner(*CLIENT, "motlan", "000.00.00.H27", "000.00.00.H27", "VN/GOV/000.00.00.H27/motlan-tthc")
TOKEN, DANCU = "/lgsp/token", "/lgsp/dancu"


def over_lgsp(
    base_url: str, *, partner: Partner = PARTNER, secret: str = CLIENT[1], timeout: float = PATIENCE
) -> DataServicesOverLgsp:
    population = Population(f"{base_url}/lgsp", partner, CLIENT[0], secret, timeout=timeout)
    return DataServicesOverLgsp(f"{base_url}/ndxp", *CLIENT, timeout=timeout, max_age=300, population=population)


def asked(base_url: str, *types: str, holder: Subject = AN, **more: Any) -> Reply | str:
    return talk(over_lgsp(base_url, **more), lambda s: ask(s, *types, holder=holder))


def person(reply: Reply | str) -> Identity:
    assert isinstance(reply, Reply) and reply.person
    return reply.person


def test_the_record_stands_for_the_card_and_names_the_person(world: Office) -> None:
    reply = asked(world.vneid)
    assert person(reply) == Identity("NGUYỄN VĂN AN", "1990-02-03")
    reading = one(reply)
    assert (reading.said, reading.identity, reading.document_ref) == (Said.DOCUMENT, person(reply), None)
    assert reading.digest


def test_an_address_stands_for_the_residence(world: Office) -> None:
    assert outcome(asked(world.vneid, RESIDENCE)) == "nothing"
    world.put_holding(RESIDENCE)
    assert outcome(asked(world.vneid, RESIDENCE)) == "document"


def test_of_a_type_it_does_not_tell_it_says_nothing_and_denies_nothing(world: Office) -> None:
    assert outcome(asked(world.vneid, "GIAY_CN_CAN_CUOC")) == "rejected"


def test_a_record_of_which_only_the_year_of_birth_is_known_is_compared_by_year(world: Office) -> None:
    world.put_person(birth_date="1956")
    holder = Subject(SubjectKind.PERSON, PERSON, AN.full_name, "1956-07-08")
    found = person(asked(world.vneid, holder=holder))
    assert found.birth_date == "1956"
    assert found.agrees_with(Identity(holder.full_name, holder.birth_date))
    assert not found.agrees_with(Identity(holder.full_name, "1957-07-08"))


def test_somebody_of_whom_only_the_year_is_claimed_is_found_by_year(world: Office) -> None:
    holder = Subject(SubjectKind.PERSON, PERSON, AN.full_name, "1990")
    assert person(asked(world.vneid, holder=holder)).birth_date == "1990-02-03"


@pytest.mark.parametrize(
    ("name", "born"), [("NGUYEN VAN AN", "1990-02-03"), ("nguyễn  văn an", "1990"), ("NGUYỄN VĂN AN", "1990-02-03")]
)
def test_names_are_found_without_accents_spaces_and_case(world: Office, name: str, born: str) -> None:
    assert outcome(asked(world.vneid, holder=Subject(SubjectKind.PERSON, PERSON, name, born))) == "document"


@pytest.mark.parametrize(("name", "born"), [("NGUYỄN VĂN BA", "1990-02-03"), ("NGUYỄN VĂN AN", "1991")])
def test_under_another_name_or_birth_nobody_is_found(world: Office, name: str, born: str) -> None:
    reply = asked(world.vneid, CARD, RESIDENCE, holder=Subject(SubjectKind.PERSON, PERSON, name, born))
    assert isinstance(reply, Reply) and reply.person is None
    assert [reading.said for reading in reply.readings] == [Said.NOTHING, Said.NOTHING]


def test_a_person_nobody_knows_holds_nothing(world: Office) -> None:
    assert outcome(asked(world.vneid, holder=Subject(SubjectKind.PERSON, ANOTHER, "LÊ VĂN BA", "1990"))) == "nothing"


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(Subject(SubjectKind.PERSON, PERSON), id="number alone"),
        pytest.param(Subject(SubjectKind.PERSON, PERSON, "NGUYỄN VĂN AN"), id="no birth date"),
        pytest.param(Subject(SubjectKind.PERSON, PERSON, None, "1990"), id="no name"),
        pytest.param(Subject(SubjectKind.PERSON, PERSON, "NGUYỄN\x00AN", "1990"), id="a name no XML can hold"),
        pytest.param(Subject(SubjectKind.ORGANIZATION, "3000000098", "CÔNG TY", None), id="an organisation"),
    ],
)
def test_who_cannot_be_asked_about_is_no_answer_and_no_call(world: Office, holder: Subject) -> None:
    assert outcome(asked(world.vneid, holder=holder)) == "rejected"
    assert world.journal(face="lgsp", service="037") == []


def test_a_name_is_sent_as_text_whatever_it_holds(world: Office) -> None:
    world.put_person(full_name='O\'NEILL <A> & "B" ]]>')
    holder = Subject(SubjectKind.PERSON, PERSON, 'O\'NEILL <A> & "B" ]]>', "1990-02-03")
    assert person(asked(world.vneid, holder=holder)).full_name == 'O\'NEILL <A> & "B" ]]>'


def test_the_other_services_are_asked_as_before(world: Office) -> None:
    world.put_holding("GIAY_KHAI_SINH")
    reply = talk(over_lgsp(world.vneid), lambda s: ask(s, "GIAY_KHAI_SINH", service="HO-TICH", holder=AN))
    assert outcome(reply) == "document"
    assert world.journal(face="lgsp") == []


def test_both_paths_tell_the_same_person(world: Office) -> None:
    in_json = talk(services(world.ndxp), lambda s: ask(s, holder=AN))
    assert person(in_json) == person(asked(world.vneid))


def test_the_sandbox_logs_who_asked_and_for_what(world: Office) -> None:
    asked(world.vneid)
    (entry,) = world.journal(face="lgsp", service="037")
    assert (entry["procedure"], entry["officer"], entry["holder"]["id"]) == ("1.001193", "CB-0001", PERSON)


# Each way it may fail


@pytest.mark.parametrize(
    ("fault", "more", "cause"),
    [
        ("latency", {"attributes": {"ms": 60_000}}, "timeout"),
        ("timeout", {}, "timeout"),
        ("reset", {}, "unreachable"),
        ("http_500", {}, "server_error"),
        ("http_503", {}, "server_error"),
        ("rate_limit", {}, "rate_limited"),
        ("garbage", {}, "garbage"),
        ("wrong_person", {}, "wrong_person"),
        ("not_licensed", {}, "not_licensed"),
        ("no_right", {}, "no_right"),
    ],
)
def test_a_fault_is_no_answer_with_its_cause(world: Office, fault: str, more: Json, cause: str) -> None:
    world.fault("lgsp", fault, match={"service": "037"}, **more)
    assert outcome(asked(world.vneid, timeout=0.5 if cause == "timeout" else PATIENCE)) == cause


def test_a_gateway_that_gives_no_token_gives_no_answer(world: Office) -> None:
    world.fault("lgsp", "http_500", match={"service": "token"})
    assert outcome(asked(world.vneid)) == "no_token"


def test_a_partner_the_gateway_does_not_know_gets_no_token(world: Office) -> None:
    stranger = Partner("motlan-tthc", "another", "motlan", "000.00.00.H27", "000.00.00.H27", "VN/GOV/x/y")
    assert outcome(asked(world.vneid, partner=stranger)) == "no_token"


def test_an_account_the_gateway_does_not_know_is_unauthorized(world: Office) -> None:
    assert outcome(asked(world.vneid, secret="another")) == "unauthorized"


def test_a_token_that_ran_out_is_renewed_once(world: Office) -> None:
    async def twice(s: DataServices) -> Reply | str:
        await ask(s, holder=AN)
        world.post("clock", {"advance": "PT10M"})
        return await ask(s, holder=AN)

    assert outcome(talk(over_lgsp(world.vneid), twice)) == "document"
    assert len(world.journal(face="lgsp", service="token")) == 2


def test_licences_refuse_in_the_services_own_codes(world: Office) -> None:
    world.put("licences", {"procedures": []})
    assert outcome(asked(world.vneid)) == "not_licensed"
    world.put("licences", {"officers": []})
    assert outcome(asked(world.vneid)) == "no_right"


# What a sandbox is too well-behaved for


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as running:
        running.handlers[TOKEN] = lambda _: said({"access_token": "t", "expires_in": 300})
        yield running


BORN = "<a:NgayThangNamSinh><a:Nam>1990</a:Nam><a:NgayThangNam>19900203</a:NgayThangNam></a:NgayThangNamSinh>"
NAMED = "<a:HoVaTen><a:Ho/><a:ChuDem/><a:Ten>NGUYỄN VĂN AN</a:Ten></a:HoVaTen>"


def citizen(number: str = PERSON, name: str = NAMED, born: str = BORN) -> str:
    return f"<a:CongDan><a:SoDinhDanh>{number}</a:SoDinhDanh>{name}{born}</a:CongDan>"


def collection(inside: str) -> str:
    return f'<a:CongdanCollection xmlns:a="{ANSWERS}">{inside}</a:CongdanCollection>'


def enveloped(body: str, before: str = "") -> bytes:
    return f'{before}<e:Envelope xmlns:e="{soap.ENVELOPE}"><e:Body>{body}</e:Body></e:Envelope>'.encode()


def year(text: str) -> str:
    return f"<a:NgayThangNamSinh><a:Nam>{text}</a:Nam></a:NgayThangNamSinh>"


def day(text: str, nam: str = "") -> str:
    return f"<a:NgayThangNamSinh><a:Nam>{nam}</a:Nam><a:NgayThangNam>{text}</a:NgayThangNam></a:NgayThangNamSinh>"


_BOMB = '<!DOCTYPE e [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_FILE = '<!DOCTYPE e [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
_REFUSED = "<e:Fault><faultcode>{}</faultcode><faultstring>no</faultstring></e:Fault>"


@pytest.mark.parametrize(
    ("answer", "concluded"),
    [
        pytest.param(enveloped(collection(citizen())), "document", id="as agreed"),
        pytest.param(enveloped(collection("")), "nothing", id="empty"),
        pytest.param(enveloped(collection(citizen(ANOTHER))), "wrong_person", id="another person"),
        pytest.param(enveloped(collection(citizen(""))), "wrong_person", id="of no number"),
        pytest.param(enveloped(collection(citizen() + citizen())), "garbage", id="two of one number"),
        pytest.param(enveloped(collection(citizen(name=""))), "garbage", id="without a name"),
        pytest.param(enveloped(collection(citizen(born=""))), "garbage", id="without a birth"),
        pytest.param(enveloped(collection(citizen(born=day("19900230")))), "garbage", id="no such day"),
        pytest.param(enveloped(collection(citizen(born=day("19900203", "1991")))), "garbage", id="two years"),
        pytest.param(enveloped(collection(citizen(born=day("1990", "1990")))), "document", id="a year as the day"),
        pytest.param(enveloped(collection(citizen(born=day("1990")))), "document", id="only a year, as the day"),
        pytest.param(enveloped(collection(citizen(born=year("90")))), "garbage", id="two digits of a year"),
        pytest.param(enveloped(collection(citizen(born=year("0000")))), "garbage", id="no such year"),
        pytest.param(enveloped(collection(citizen().replace("a:", "b:").replace("<b:", "<"))), "garbage", id="prefix"),
        pytest.param(enveloped(collection("<CongDan/>")), "garbage", id="of no namespace"),
        pytest.param(enveloped(collection("Không tìm thấy")), "garbage", id="words for a collection"),
        pytest.param(enveloped("<x/>"), "garbage", id="another element"),
        pytest.param(enveloped(""), "garbage", id="an empty body"),
        pytest.param(enveloped(collection("") + collection("")), "garbage", id="two collections"),
        pytest.param(collection(citizen()).encode(), "garbage", id="no envelope"),
        pytest.param(enveloped(collection(citizen()))[:-1], "garbage", id="cut off"),
        pytest.param(enveloped(collection(citizen()), _BOMB), "garbage", id="entities"),
        pytest.param(enveloped(collection(citizen(name="&a;")), _FILE), "garbage", id="an entity from outside"),
        pytest.param(enveloped(collection(citizen()), "<?do it?>"), "garbage", id="an instruction"),
        pytest.param(enveloped(collection("<a:b>" * 40 + "</a:b>" * 40)), "garbage", id="too deep"),
        pytest.param(enveloped(collection("<a:b/>" * 3000)), "garbage", id="too wide"),
        pytest.param(enveloped(collection(citizen(name="x" * 2**21))), "too_large", id="too large"),
        pytest.param("<a/>".encode("utf-16"), "garbage", id="another coding"),
        pytest.param(b"", "garbage", id="not a byte"),
        pytest.param(b"\x00", "garbage", id="no text"),
        pytest.param(b'{"error_code": "004", "message": "no", "result": null}', "not_licensed", id="004 in a 200"),
        pytest.param(
            b'{"error_code": "-1", "message": "no", "result": null}', "rejected", id="the gateway's no in a 200"
        ),
        pytest.param(b'{"error_code":', "garbage", id="half an envelope"),
        pytest.param(enveloped(_REFUSED.format("e:Client")), "rejected", id="a fault of ours"),
        pytest.param(enveloped(_REFUSED.format("e:Server")), "server_error", id="a fault of theirs"),
        pytest.param(enveloped(_REFUSED.format("005")), "no_right", id="005 as a fault"),
    ],
)
def test_an_answer_is_believed_only_when_it_is_one(script: Scripted, answer: bytes, concluded: str) -> None:
    script.handlers[DANCU] = lambda _: (200, answer)
    assert outcome(asked(script.url)) == concluded


def test_a_name_spread_over_three_elements_is_put_together(script: Scripted) -> None:
    name = "<a:HoVaTen><a:Ho>NGUYỄN</a:Ho><a:ChuDem>VĂN</a:ChuDem><a:Ten> AN </a:Ten></a:HoVaTen>"
    script.handlers[DANCU] = lambda _: (200, enveloped(collection(citizen(name=name))))
    assert person(asked(script.url)).full_name == "NGUYỄN VĂN AN"


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: enveloped(collection(text))))
def test_no_bytes_are_read_as_anything_but_a_message_or_none(raw: bytes) -> None:
    with suppress(soap.NotSoap):
        assert soap.read(raw).name


# Who chooses the path


def _settings(**more: Any) -> Settings:
    return Settings(env="test", database_url="sqlite://", **more)


def test_the_path_is_a_setting_and_json_unless_set() -> None:
    assert _settings().population_path == "json"
    with pytest.raises(ValueError, match="population_path"):
        _settings(population_path="fax")


def test_the_desk_asks_by_the_path_that_is_set() -> None:
    assert type(data_services(_settings())) is DataServices
    assert type(data_services(_settings(population_path="lgsp-soap"))) is DataServicesOverLgsp


def test_production_wants_a_key_of_its_own_for_the_gateway_it_uses() -> None:
    secrets: dict[str, Any] = {"token_key": "t" * 32, "data_key": "d" * 32, "source_client_secret": "s" * 16}
    with pytest.raises(ValueError, match="MOTLAN_LGSP_SECRET_KEY"):
        Settings(env="production", population_path="lgsp-soap", **secrets)


def test_a_failure_and_a_partner_say_nothing_that_is_secret() -> None:
    assert CLIENT[1] not in repr(PARTNER)
    assert PERSON not in repr(SourceFailed("wrong_person"))
