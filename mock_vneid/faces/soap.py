"""The population database itself: 037, 033 and 034 as SOAP 1.1, asked from behind an X-Road security server.

Observed in public integrations, not an official specification; what each thing rests on:

- `Timestamp` (milliseconds), `Authorization: Basic` of `user:sha256(url + user + timestamp + secret)` in hexadecimal,
  `X-Road-Client` and `ApiKey`: a public client of the service. How old a timestamp may be (300 seconds, by the real
  clock), and the form of the client's name (`VN/GOV/member/subsystem`, as X-Road writes it), are this project's own.
- 004 "the procedure may not use this data" and 005 "the officer's account has no right": the form of OpenCPS, which
  reads them from a failed call. That they come as the code of a fault, with 403, is this project's own; so is the 401
  for who is not known. A question out of form is a fault with 500, as SOAP 1.1 has it.
- The messages: `mock_vneid/citizens.py`.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from hashlib import sha256
from hmac import compare_digest
from time import time

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid import citizens
from mock_vneid.citizens import OutOfForm, Question
from mock_vneid.faces.visits import Refusal, Visit, body_of, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.faults import Struck
from mock_vneid.ids import another_id
from mock_vneid.people import CivilRecord, Person
from mock_vneid.situations import known
from mock_vneid.soap_xml import MEDIA_TYPES, NotXml, Part, envelope, fault, parse
from mock_vneid.soap_xml import body_of as operation_of
from mock_vneid.tokens import CLIENTS
from mock_vneid.worlds import NO_RIGHT, NOT_LICENSED, World

router = APIRouter(prefix="/w/{world}/soap", tags=["soap"])

# Every world knows this caller; it is made up, and known to everybody.
XROAD_CLIENT = "VN/GOV/000.00.00.H27/motlan-tthc"
API_KEY = "motlan-tthc-api-key"
MOST_AGE = 300  # seconds, of a timestamp
_TIMESTAMP = re.compile(r"[0-9]{1,15}")  # milliseconds; 13 digits until the year 2286

_CODES = {"Client": 500, "004": 403, "005": 403}


class Faulted(Exception):
    """A question that gets no answer: the code of the fault, its words, and the HTTP status they come with."""

    def __init__(self, code: str, words: str, status: int | None = None) -> None:
        super().__init__(code)
        self.code, self.words, self.status = code, words, status or _CODES[code]


def _xml(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="text/xml")


async def read(request: Request, visit: Visit) -> Question | Faulted:
    """The question in a SOAP message, noted in the journal; or why there is none."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = await body_of(request, media_type if media_type in MEDIA_TYPES else MEDIA_TYPES[0])
        question = citizens.read_question(operation_of(parse(body)))
    except Refusal as refusal:
        return Faulted("Client", str(refusal.body["error_description"]), refusal.status)
    except (NotXml, OutOfForm) as wrong:
        return Faulted("Client", str(wrong))
    note(visit, question)
    return question


def note(visit: Visit, question: Question) -> None:
    entry = visit.entry
    entry.request_id, entry.procedure, entry.officer = question.request_id, question.procedure, question.officer
    entry.holder_kind, entry.holder_id = "person", citizens.wanted_id(question)


def check_licence(visit: Visit, question: Question, struck: Struck) -> None:
    refusal = visit.world.licence_refusal(question.procedure, question.officer)
    if struck.answer("not_licensed"):
        refusal = NOT_LICENSED
    elif struck.answer("no_right"):
        refusal = NO_RIGHT
    if refusal:
        raise Faulted(*refusal)


def citizen(world: World, person: Person, *, number: str | None = None) -> Part:
    """A person as the population database tells them; `number` in the place of their own."""
    residence = world.holding(person.id, citizens.RESIDENCE)
    told = residence is not None and residence.registry == "held"
    return citizens.citizen(person, world.civil_record(person.id) or CivilRecord(), residence=told, number=number)


def answer_to(world: World, question: Question, struck: Struck) -> Part:
    """What the database says: a collection, empty where nobody is so; for 033 whether there is somebody."""
    wanted = citizens.wanted_id(question)
    person = known(struck, world.holder(wanted)) if wanted else None
    if not isinstance(person, Person) or not citizens.fits(person, question):
        person = None
    if question.service == "033":
        confirmed = person is not None and citizens.old_number(person.id) == question.old_number
        return "KetQuaXacThuc", [("TonTai", "true" if confirmed else "false")]
    if person is None:
        return citizens.collection([])
    people = _household(world, person) if question.service == "034" else [person]
    swapped = struck.document("wrong_person", None)
    return citizens.collection([citizen(world, one, number=another_id(one.id) if swapped else None) for one in people])


def _household(world: World, person: Person) -> list[Person]:
    """Those who live together, the head first, and none of whom only a name is recorded."""
    record = world.civil_record(person.id)
    household = record and record.household
    ids = [member.id for member in household.members if member.id] if household else [person.id]
    return [found for found in map(world.holder, ids) if isinstance(found, Person)]


def _authenticate(request: Request, visit: Visit) -> None:
    """Refused, with 401, is whoever does not show all four headers, and the right ones."""

    def header(name: str) -> str:
        return request.headers.get(name, "")

    stamp = header("timestamp")
    if not (_TIMESTAMP.fullmatch(stamp) and abs(time() - int(stamp) / 1000) <= MOST_AGE):
        raise Faulted("Client", f"Timestamp: milliseconds since 1970, not older than {MOST_AGE} seconds", 401)
    if header("x-road-client") != XROAD_CLIENT:
        raise Faulted("Client", "X-Road-Client: no such client", 401)
    if not compare_digest(header("apikey").encode(), API_KEY.encode()):
        raise Faulted("Client", "ApiKey: not the one of this client", 401)
    visit.entry.client = _user(header("authorization"), f"{visit.base}/soap/dancu", stamp)


def _user(authorization: str, url: str, stamp: str) -> str:
    kind, _, credentials = authorization.partition(" ")
    try:
        name, _, shown = b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (Base64Error, ValueError):
        kind = name = shown = ""
    client = CLIENTS.get(name)
    proof = sha256(f"{url}{name}{stamp}{client.secret}".encode()).hexdigest() if client else ""
    if kind.lower() != "basic" or client is None or not compare_digest(shown.encode(), proof.encode()):
        raise Faulted("Client", "Authorization: Basic user:sha256(url + user + timestamp + secret) in hexadecimal", 401)
    return client.id


@router.post("/dancu", summary="037, 033, 034: the operation is named in the body")
async def population(request: Request) -> Response:
    """SOAP 1.1 in, SOAP 1.1 out: a collection of citizens; for 033 whether the two numbers are one person's."""
    visit = visit_of(request)
    question = await read(request, visit)
    service = "" if isinstance(question, Faulted) else question.service
    struck, in_its_place = await weather(visit, "soap", service)
    if in_its_place is not None:
        return in_its_place
    try:
        _authenticate(request, visit)
        if isinstance(question, Faulted):
            raise question
        check_licence(visit, question, struck)
    except Faulted as faulted:
        visit.entry.error = faulted.code
        return _xml(fault(faulted.code, faulted.words), faulted.status)
    return _xml(envelope(answer_to(visit.world, question, struck), citizens.ANSWERS))
