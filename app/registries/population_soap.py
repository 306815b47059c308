"""The population database asked in SOAP through a province's integration gateway (LGSP), as real provinces ask it.

The messages were seen in public integrations and are no official specification. What differs from the JSON of
`ndxp`, and so what a check may conclude:

- Number, full name and birth date are all asked for, and somebody of that number under another name is not found. So a
  holder of whom no name or birth date is known cannot be asked about: no answer, not "not held".
- The answer carries neither the question's id nor a time: it is tied to the question by the number it is about.
- It tells a person, not papers: no card's number or dates. The record stands for the identity card (its data are what
  the card shows), an address in it for the residence; of any other type this source says nothing.
- A birth may be a year alone; births are compared by year then (`domain.persons.same_birth`).
"""

import hashlib
import re
from base64 import b64encode
from datetime import date
from html import escape

import httpx
import orjson
from pydantic import ValidationError

from app.domain.evidence import Said
from app.domain.persons import Identity, Subject, SubjectKind
from app.domain.values import Frozen
from app.registries import soap, wire
from app.registries.answers import Errand, NoAnswer, Reading, Reply, SourceFailed, cause_of_status, silent
from app.registries.http import System
from app.registries.ndxp import DataServices

SERVICE = "037"
QUESTIONS, ANSWERS = "http://dancuquocgia.bca", "http://www.mic.gov.vn/dancu/1.0"

_CARD, _RESIDENCE = "CAN_CUOC", "THONG_TIN_CU_TRU"
_HEADERS = {"accept": "text/xml", "content-type": "text/xml; charset=utf-8", "soapaction": '""'}
# 3, divorced or widowed, is two things and so none.
_SEXES, _MARITAL = {"1": "male", "2": "female"}, {"1": "single", "2": "married"}
_YEAR, _DAY = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{8}")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Partner(Frozen):
    """How a province is known to its gateway: the five words of `lgspaccesstoken`, and its X-Road client."""

    access_key: str
    secret_key: str
    app_name: str
    code: str
    code_cus: str
    xroad_client: str

    def __repr__(self) -> str:
        return f"Partner({self.code})"

    def token(self) -> str:
        words = {"AccessKey": self.access_key, "SecretKey": self.secret_key, "AppName": self.app_name}
        return b64encode(orjson.dumps(words | {"PartnerCode": self.code, "PartnerCodeCus": self.code_cus})).decode()


class Gateway(System):
    """The gateway: a bearer token like everybody's, got in a way of its own."""

    def __init__(self, base_url: str, partner: Partner, account: str, secret: str, timeout: float) -> None:
        super().__init__(f"{base_url}/token", "", account, secret, timeout)
        del self._token_headers["authorization"]
        self._token_headers["lgspaccesstoken"] = partner.token()
        self._token_form = b"grant_type=client_credentials"


class Population:
    """Service 037 behind one gateway. `account` and `secret` are the officers' account there (`AuthHash`)."""

    def __init__(self, base_url: str, partner: Partner, account: str, secret: str, *, timeout: float) -> None:
        self._gateway = Gateway(base_url, partner, account, secret, timeout)
        self._url = httpx.URL(f"{base_url}/dancu")
        self._headers = {
            **_HEADERS,
            "lgspaccesstoken": partner.token(),
            "authhash": b64encode(f"{account}:{secret}".encode()).decode(),
            "x-road-client": partner.xroad_client,
        }

    async def ask(self, holder: Subject, types: tuple[str, ...], errand: Errand) -> Reply:
        """What the population record says of these types. Raises SourceFailed when it gave no answer."""
        question = _question(holder, errand)
        raw = await self._gateway.exchange(self._url, question, {**self._headers, "x-request-id": errand.request_id})
        try:
            person = _citizen(_collection(raw), holder)
        except soap.NotSoap:
            raise SourceFailed(NoAnswer.GARBAGE.value) from None
        if person is None:
            return Reply(tuple(Reading(t, Said.NOTHING) for t in types))
        digest = hashlib.sha256(raw).hexdigest()
        readings = tuple(_reading(t, person, digest) for t in types)
        return Reply(readings, person.identity, _record(person) if errand.content else None)

    async def close(self) -> None:
        await self._gateway.close()


class DataServicesOverLgsp(DataServices):
    """All data services of one NDXP, of which the population database is asked through the gateway."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        timeout: float,
        max_age: int,
        population: Population,
    ) -> None:
        super().__init__(base_url, client_id, client_secret, timeout=timeout, max_age=max_age)
        self._population = population

    async def ask(self, service: str, holder: Subject, types: tuple[str, ...], errand: Errand) -> Reply:
        if service == SERVICE:
            return await self._population.ask(holder, types, errand)
        return await super().ask(service, holder, types, errand)

    async def close(self) -> None:
        await self._population.close()
        await super().close()


class _Citizen(Frozen):
    identity: Identity
    residence: bool
    said: soap.Element


def _question(holder: Subject, errand: Errand) -> bytes:
    """The message, its elements in the order the service insists on. SourceFailed when it cannot be asked at all."""
    name, born = holder.full_name, holder.birth_date
    if holder.kind is not SubjectKind.PERSON or not name or not born:
        raise SourceFailed(NoAnswer.REJECTED.value)
    birth = f"<d:Nam>{born}</d:Nam>" if len(born) == 4 else f"<d:NgayThangNam>{born.replace('-', '')}</d:NgayThangNam>"
    elements = {
        "MaYeuCau": errand.request_id,
        "MaDVC": errand.procedure,
        "MaTichHop": SERVICE,
        "MaCanBo": errand.officer,
        "SoDinhDanh": holder.id,
        "HoVaTen": name,
    }
    if any(_NOT_IN_XML.search(text) for text in (*elements.values(), born)):
        raise SourceFailed(NoAnswer.REJECTED.value)
    told = "".join(f"<d:{name}>{escape(text, quote=False)}</d:{name}>" for name, text in elements.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{soap.ENVELOPE}" xmlns:d="{QUESTIONS}"><e:Header/>'
        f"<e:Body><d:TraCuuThongTinCongDan>{told}<d:NgayThangNamSinh>{birth}</d:NgayThangNamSinh>"
        "</d:TraCuuThongTinCongDan></e:Body></e:Envelope>"
    ).encode()


def _collection(raw: bytes) -> soap.Element:
    """The collection in this answer. A gateway's envelope and a fault are refusals, whatever status they came with."""
    if raw.lstrip()[:1] == b"{":
        try:
            refusal = wire.Refusal.model_validate_json(raw)
        except ValidationError:
            raise soap.NotSoap from None
        raise SourceFailed(cause_of_status(400, refusal.error_code))
    found = soap.read(raw)
    if (found.namespace, found.name) == (soap.ENVELOPE, "Fault"):
        code = "".join(child.text.strip() for child in found.children if child.name == "faultcode")
        raise SourceFailed(cause_of_status(500 if code.endswith("Server") else 400, code))
    if (found.namespace, found.name) != (ANSWERS, "CongdanCollection"):
        raise soap.NotSoap
    return found


def _citizen(collection: soap.Element, holder: Subject) -> _Citizen | None:
    """The person of this answer; None where it is empty. Another's record proves nothing about the holder."""
    found = collection.one("CongDan")
    if found is None:
        if collection.has_words() or collection.children:
            raise soap.NotSoap
        return None
    if found.words("SoDinhDanh") != holder.id:
        raise SourceFailed(NoAnswer.WRONG_PERSON.value)
    # The whole name may stand in `Ten`, or be spread over the three.
    name = " ".join(filter(None, (found.words("HoVaTen", part) for part in ("Ho", "ChuDem", "Ten"))))
    if not name:
        raise soap.NotSoap
    residence = any(place.has_words() for place in (found.one("ThuongTru"), found.one("NoiOHienTai")) if place)
    return _Citizen(Identity(name, _birth(found)), residence, found)


def _record(person: _Citizen) -> dict[str, str]:
    """All the record says, by the names a form knows it by; an empty element says nothing."""
    citizen = person.said
    country = citizen.words("QuocTich")
    said = {
        "full_name": person.identity.full_name,
        "birth_date": person.identity.birth_date,
        "sex": _SEXES.get(citizen.words("GioiTinh")),
        "marital_status": _MARITAL.get(citizen.words("TinhTrangHonNhan")),
        "nationality": "Việt Nam" if country in ("VN", "VNM") else country,
        "ethnicity": citizen.words("DanToc"),
        "religion": citizen.words("TonGiao"),
        "origin": _address(citizen.one("QueQuan")),
        "birth_registered_in": _address(citizen.one("NoiDangKyKhaiSinh")),
        "permanent_address": _address(citizen.one("ThuongTru")),
        "current_address": _address(citizen.one("NoiOHienTai")),
        "father": citizen.words("Cha", "HoVaTen"),
        "mother": citizen.words("Me", "HoVaTen"),
        "spouse": citizen.words("VoChong", "HoVaTen"),
        "household_head": citizen.words("ChuHo", "HoVaTen"),
    }
    return {name: text for name, text in said.items() if text}


def _address(place: soap.Element | None) -> str:
    """The address in one line; districts are gone since 2025."""
    parts = (place.words(part) for part in ("ChiTiet", "TenPhuongXa", "TenTinhThanh")) if place else ()
    return ", ".join(part for part in parts if part)


def _birth(citizen: soap.Element) -> str:
    """`YYYY-MM-DD`, or `YYYY` where only the year is recorded. NotSoap: no date, no day of the calendar, or two."""
    year, day = (citizen.words("NgayThangNamSinh", part) for part in ("Nam", "NgayThangNam"))
    if _DAY.fullmatch(day) and year in ("", day[:4]):
        born = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        try:
            date.fromisoformat(born)
        except ValueError:
            raise soap.NotSoap from None
        return born
    alone = year or day  # the year by itself, in whichever of the two places
    if day not in ("", alone) or not _YEAR.fullmatch(alone) or alone == "0000":
        raise soap.NotSoap
    return alone


def _reading(document_type: str, person: _Citizen, digest: str) -> Reading:
    if document_type == _CARD or (document_type == _RESIDENCE and person.residence):
        return Reading(document_type, Said.DOCUMENT, identity=person.identity, digest=digest)
    if document_type == _RESIDENCE:
        return Reading(document_type, Said.NOTHING)
    return silent(document_type, NoAnswer.REJECTED.value)
