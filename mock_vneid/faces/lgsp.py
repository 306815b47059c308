"""A province's integration gateway (LGSP) on the way to the population database: its token, its envelope of refusals.

Observed in public integrations, not an official specification; what each thing rests on:

- `POST …/token`, `grant_type=client_credentials`, under the header `lgspaccesstoken`: base64 of a JSON object of
  AccessKey, SecretKey, AppName, PartnerCode and PartnerCodeCus; the answer is `{access_token, …}`, then `Bearer`. Four
  public clients of gateways, OpenCPS among them.
- A question in SOAP goes through under `Authorization: Bearer`, `lgspaccesstoken` and `AuthHash` (base64 of the
  account's `name:password`), and comes back as SOAP (OpenCPS). The path `…/dancu` is this project's own: it is a
  setting of those systems.
- The same question as JSON (`maYeuCau`, `maDVC`, `maCanBo`, `soDinhDanh`, `soCMND`, `hoVaTen`, `ngayThangNam`):
  OpenCPS, for another province. The path `…/api/dancu` and the form of its `result`, the citizen's elements as JSON,
  are this project's own.
- Every refusal of the gateway is `{error_code, message, result}`, `-1` for its own ones, with 401, 403 or 429: the
  gateway of one city, and two public clients. 004 and 005 are the population database's, here with 403.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from hmac import compare_digest
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid import citizens
from mock_vneid.citizens import QUESTIONS, OutOfForm, Question
from mock_vneid.faces.soap import Faulted, answer_to, check_licence, note, read
from mock_vneid.faces.visits import Refusal, Visit, answer, body_of, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.jws import read_json
from mock_vneid.soap_xml import Element, envelope
from mock_vneid.tokens import CLIENTS, LIFETIME, Client, Denied, Grant

router = APIRouter(prefix="/w/{world}/lgsp", tags=["lgsp"])

LGSP = Grant("lgsp", ("lgsp.read",))
_CLIENT = CLIENTS["motlan-tthc"]
# Every world knows this partner; it is made up, and known to everybody.
PARTNER = {
    "AccessKey": _CLIENT.id,
    "SecretKey": _CLIENT.secret,
    "AppName": "motlan",
    "PartnerCode": "000.00.00.H27",
    "PartnerCodeCus": "000.00.00.H27",
}
_MOST_HEADER = 4096  # characters of `lgspaccesstoken`
_BIRTH = "ngayThangNam"
# The elements of a question by their names in JSON, in the order in which they are asked for.
_IN_JSON = {
    "maYeuCau": "MaYeuCau",
    "maDVC": "MaDVC",
    "maCanBo": "MaCanBo",
    "soDinhDanh": "SoDinhDanh",
    "soCMND": "SoCMND",
    "hoVaTen": "HoVaTen",
    _BIRTH: "NgayThangNamSinh",
    "userNameService": "TaiKhoan",
}


def _refused(status: int, message: str, code: str = "-1") -> Refusal:
    return Refusal(status, {"error_code": code, "message": message, "result": None})


def _partner(request: Request) -> Client:
    """The partner this header names; refused with 401 when it is not the one a world knows, key by key."""
    try:
        header = request.headers.get("lgspaccesstoken", "")[:_MOST_HEADER]
        shown = read_json(b64decode(header, validate=True))
    except (Base64Error, ValueError):
        shown = None
    if not isinstance(shown, dict) or shown.keys() != PARTNER.keys():
        raise _refused(401, f"lgspaccesstoken: base64 của một đối tượng JSON gồm {', '.join(PARTNER)}")
    if not all(compare_digest(str(shown[name]).encode(), value.encode()) for name, value in PARTNER.items()):
        raise _refused(401, "lgspaccesstoken: không đúng đơn vị hoặc khóa")
    return _CLIENT


def _authorize(request: Request, visit: Visit) -> None:
    _partner(request)
    world = visit.world
    try:
        visit.entry.client = world.tokens.check(
            world.keys.tokens,
            visit.base,
            request.headers.get("authorization"),
            LGSP.audience,
            LGSP.scopes[0],
            world.now(),
        )
    except Denied as denied:
        raise _refused(denied.status, f"Authorization: {denied.description}") from denied
    try:
        account = b64decode(request.headers.get("authhash", ""), validate=True)
    except (Base64Error, ValueError):
        account = b""
    if not compare_digest(account, f"{_CLIENT.id}:{_CLIENT.secret}".encode()):
        raise _refused(401, "AuthHash: base64 của tài khoản:mật khẩu, không đúng hoặc không có")


def _in_envelope(faulted: Faulted) -> Refusal:
    """A gateway knows no faults: what is wrong with a question is a 400 of its own, another refusal is handed on."""
    if faulted.code == "Client":
        return _refused(400 if faulted.status == 500 else faulted.status, faulted.words)
    return _refused(faulted.status, faulted.words, faulted.code)


async def _read_json(request: Request, visit: Visit) -> Question | Faulted:
    try:
        asked = read_json(await body_of(request, "application/json"))
        question = citizens.read_question(_operation(asked))
    except Refusal as refusal:
        return Faulted("Client", str(refusal.body["error_description"]), refusal.status)
    except OutOfForm as wrong:
        return Faulted("Client", str(wrong))
    except ValueError:
        return Faulted("Client", "the body is not JSON")
    note(visit, question)
    return question


def _operation(asked: Any) -> Element:
    """The question as the population database wants it: what a JSON gateway leaves out, and the order, put right."""
    known = isinstance(asked, dict) and asked.keys() <= _IN_JSON.keys()
    if not known or not all(isinstance(value, str) for value in asked.values()):
        raise OutOfForm(f"an object of texts, with nothing but: {', '.join(_IN_JSON)}")
    told = {_IN_JSON[name]: text for name, text in asked.items() if text} | {"MaTichHop": "037"}
    elements = [Element(QUESTIONS, name, text=told[name]) for name in citizens.ORDER if name in told]
    for element in elements:
        if element.name == _IN_JSON[_BIRTH]:
            inner = Element(QUESTIONS, "Nam" if len(element.text) == 4 else "NgayThangNam", text=element.text)
            element.text, element.children = "", [inner]
    return Element(QUESTIONS, "TraCuuThongTinCongDan", elements)


async def _ask(request: Request, *, in_json: bool) -> Response:
    visit = visit_of(request)
    question = await (_read_json if in_json else read)(request, visit)
    service = "" if isinstance(question, Faulted) else question.service
    struck, in_its_place = await weather(visit, "lgsp", service)
    if in_its_place is not None:
        return in_its_place
    _authorize(request, visit)
    try:
        if isinstance(question, Faulted):
            raise question
        check_licence(visit, question, struck)
    except Faulted as faulted:
        raise _in_envelope(faulted) from faulted
    told = answer_to(visit.world, question, struck)
    if in_json:
        return answer({"error_code": "0", "message": "Thành công", "result": citizens.plain(told)})
    return Response(envelope(told, citizens.ANSWERS), media_type="text/xml")


@router.post("/token", summary="A token for the gateway, for 300 seconds of the world's clock")
async def token(request: Request) -> Response:
    """Form `grant_type=client_credentials`, header `lgspaccesstoken`. The token opens no other face and no world."""
    visit = visit_of(request)
    _, in_its_place = await weather(visit, "lgsp", "token")
    if in_its_place is not None:
        return in_its_place
    client = _partner(request)
    visit.entry.client = client.id
    try:
        form = await body_of(request, "application/x-www-form-urlencoded")
    except Refusal as refusal:
        raise _refused(refusal.status, str(refusal.body["error_description"])) from refusal
    if form != b"grant_type=client_credentials":
        raise _refused(400, "grant_type=client_credentials, và không gì khác")
    world = visit.world
    issued = world.tokens.issue(world.keys.tokens, visit.base, client, LGSP, LGSP.scopes[0], world.now())
    return answer({"access_token": issued, "token_type": "Bearer", "expires_in": LIFETIME, "scope": LGSP.scopes[0]})


@router.post("/dancu", summary="037, 033, 034 in SOAP 1.1, handed on to the population database")
async def soap(request: Request) -> Response:
    """The answer is the database's own message; every refusal is the gateway's `{error_code, message, result}`."""
    return await _ask(request, in_json=False)


@router.post("/api/dancu", summary="037 in JSON")
async def api(request: Request) -> Response:
    """`result` is the collection as JSON: empty where nobody is so."""
    return await _ask(request, in_json=True)
