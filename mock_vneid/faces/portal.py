"""The national public service portal's catalogue: `LayDanhSachTTHC` (all procedures) and `LayThuTuc` (one of them).

Dossiers come in by the same door: `portal_dossiers.py` says what that rests on.

Observed in public integrations, not an official specification; what each thing rests on:

- `POST …/mapi/login {username, password}` → `{error_code, session}`: the login of the portal behind a province's
  X-Road adapter, in the open-source one-stop system OpenCPS and in a provincial site that calls `…/forward/mapi/login`.
  So this face logs in as they do, and has no OAuth token. What a session is inside, and that it lives for 300 seconds
  of the world's clock, is this project's own. The adapter's routing (`dstcode`, `providerurl`) is taken and not judged.
- One POST for every service, its name in the body: `{session, madonvi, service, …}`, with `maTTHC` for `LayThuTuc`;
  the answer is `{error_code, result: [ … ]}`, and a code nobody knows is an empty `result` (OpenCPS). The path is a
  setting of those systems and is not shown; `/mapi/services` is this project's own.
- A failure is a 200 whose `error_code` is not 0: those systems read the code and never the status. `-1` and `message`
  are what a gateway before the portal answers; the words are this project's own.
- A line of the list: `MATTHC`, `TENTTHC` (OpenCPS, and two provinces' systems). Nobody passes a page or a day, and
  nobody reads one, so there is none to ask for.
- A procedure: the fields of OpenCPS's and one province's model of this message, by name. What a world does not know
  is there and empty, as those systems read it without looking: `""` or `[]`. `CAPTHUCHIEN[].TENCAP` carries the
  levels, `LINHVUCTHUCHIEN[].TENLINHVUC` the sector, `COQUANTHUCHIEN[].TENDONVI` the agency, `TRANGTHAI` "1" what is
  published, `THANHPHANHOSO[{TRUONGHOP, GIAYTO[{TENGIAYTO, TENMAUDON, SOBANCHINH, SOBANSAO}]}]` the dossier.
- `NGAYCAPNHAT` is this project's own, in the form of the portal's other times (`yyyyMMddHHmmss`, in Việt Nam), on a
  line and on a procedure, and only where the world has a day: a client must do without it.
"""

from datetime import datetime
from hmac import compare_digest
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.catalogue import Component, Level, Procedure
from mock_vneid.faces import portal_dossiers
from mock_vneid.faces.visits import Refusal, Visit, answer, body_of, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.jws import read_json
from mock_vneid.misses import note_refused_token
from mock_vneid.specs import VIETNAM, ProcedureCode, Words
from mock_vneid.tokens import CLIENTS, Denied, Grant
from mock_vneid.wire import Wire, said

router = APIRouter(prefix="/w/{world}/portal", tags=["portal"])

PORTAL = Grant("portal", ("portal.catalogue",))
_LEVEL_NAMES: dict[Level, str] = {"bộ": "Cấp Bộ", "tỉnh": "Cấp Tỉnh", "xã": "Cấp Xã", "khác": "Cơ quan khác"}
# Observed in the message, and nothing a world knows of.
_UNTOLD: dict[str, Any] = {
    "MACOQUANCONGBO": "",
    "IDQUYETDINHCONGBO": "",
    "LOAITTHC": "",
    "MOTA": "",
    "TUKHOA": "",
    "YEUCAU": "",
    "DIACHITIEPNHAN": "",
    "MOTACOQUANTHUCHIEN": "",
    "MOTACOQUANTHAMQUYEN": "",
    "MOTADOITUONGTHUCHIEN": "",
    "TRINHTUTHUCHIEN": [],
    "CACHTHUCTHUCHIEN": [],
    "DOITUONGTHUCHIEN": [],
    "KETQUATHUCHIEN": [],
    "CANCUPHAPLY": [],
    "COQUANCOTHAMQUYEN": [],
    "COQUANDUOCUYQUYEN": [],
    "COQUANPHOIHOP": [],
    "TTHCLIENQUAN": [],
    "TTHCLIENTHONG": [],
}

AgencyCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,5}$", examples=["000.00.00.H27"])]


class Login(Wire):
    username: Words = Field(examples=["motlan-tthc"])
    password: Words = Field(examples=["motlan-tthc-secret"])


class AllProcedures(Wire):
    session: str
    madonvi: AgencyCode
    service: Literal["LayDanhSachTTHC"]


class OneProcedure(Wire):
    session: str
    madonvi: AgencyCode
    service: Literal["LayThuTuc"]
    code: ProcedureCode = Field(alias="maTTHC")


def _refused(message: str, status: int = 200) -> Refusal:
    return Refusal(status, {"error_code": "-1", "message": message, "result": []})


def _succeeded(**more: Any) -> Response:
    return answer({"error_code": "0", "message": "Thành công", **more})


async def _object_of(request: Request) -> dict[str, Any] | Refusal:
    """The JSON object of a request, or why there is none; a fault may stand in for either."""
    try:
        asked = read_json(await body_of(request, "application/json"))
    except Refusal as refusal:
        return _refused(str(refusal.body["error_description"]), refusal.status)
    except ValueError:
        return _refused("Nội dung yêu cầu không phải JSON", 400)
    return asked if isinstance(asked, dict) else _refused("Nội dung yêu cầu không phải một đối tượng JSON", 400)


def _text(asked: dict[str, Any] | Refusal, name: str) -> str:
    found = "" if isinstance(asked, Refusal) else asked.get(name)
    return found if isinstance(found, str) else ""


def _wrong(error: ValidationError) -> Refusal:
    mistakes = error.errors(include_input=False, include_url=False)
    return _refused(f"Tham số không hợp lệ: {'; '.join(said(found['loc'], found['msg']) for found in mistakes)}")


def _open_session(visit: Visit, asked: dict[str, Any]) -> str:
    try:
        login = Login.model_validate(asked)
    except ValidationError as error:
        raise _wrong(error) from None
    client = CLIENTS.get(login.username)
    if client is None or not compare_digest(login.password.encode(), client.secret.encode()):
        raise _refused("Tài khoản hoặc mật khẩu không đúng")
    visit.entry.client = client.id
    world = visit.world
    return world.tokens.issue(world.keys.tokens, visit.base, client, PORTAL, PORTAL.scopes[0], world.now())


def _check_session(visit: Visit, session: str) -> None:
    world = visit.world
    try:
        visit.entry.client = world.tokens.check(
            world.keys.tokens, visit.base, f"Bearer {session}", PORTAL.audience, PORTAL.scopes[0], world.now()
        )
    except Denied as denied:
        note_refused_token(visit, f"Bearer {session}", PORTAL)
        raise _refused("Phiên làm việc không hợp lệ hoặc đã hết hạn") from denied


def _question(visit: Visit, asked: dict[str, Any], service: str) -> AllProcedures | OneProcedure:
    """What is asked, told apart from what is out of form only to who is logged in."""
    _check_session(visit, _text(asked, "session"))
    try:
        match service:
            case "LayDanhSachTTHC":
                return AllProcedures.model_validate(asked)
            case "LayThuTuc":
                return OneProcedure.model_validate(asked)
    except ValidationError as error:
        raise _wrong(error) from None
    dossiers = ", ".join(portal_dossiers.SERVICES)
    raise _refused(f"Không có dịch vụ này: service là LayDanhSachTTHC hoặc LayThuTuc; về hồ sơ: {dossiers}")


def _changed(procedure: Procedure) -> dict[str, str]:
    if procedure.updated_at is None:
        return {}
    return {"NGAYCAPNHAT": datetime.fromisoformat(procedure.updated_at).astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")}


def _line(procedure: Procedure) -> dict[str, str]:
    return {"MATTHC": procedure.code, "TENTTHC": procedure.name, **_changed(procedure)}


def _paper(component: Component) -> dict[str, str]:
    return {
        "MAGIAYTO": "",
        "TENGIAYTO": component.name,
        "TENMAUDON": component.form or "",
        "URL": "",
        "SOBANCHINH": str(component.originals),
        "SOBANSAO": str(component.copies),
        "MA_KQ_THAYTHE": "",
    }


def _whole(procedure: Procedure) -> dict[str, Any]:
    cases = groupby(procedure.components, key=lambda component: component.case)
    return {
        **_line(procedure),
        "TRANGTHAI": "1" if procedure.published else "0",
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": "", "TENCAP": _LEVEL_NAMES[level]} for level in procedure.levels],
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "", "TENLINHVUC": procedure.sector}],
        "COQUANTHUCHIEN": [{"MADONVI": "", "TENDONVI": procedure.agency}],
        "THANHPHANHOSO": [
            {"TRUONGHOP": case or "", "GIAYTO": [_paper(component) for component in components]}
            for case, components in cases
        ],
        **_UNTOLD,
    }


def _documented(*bodies: type[Wire]) -> dict[str, Any]:
    schemas = [body.model_json_schema(by_alias=True) for body in bodies]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post("/mapi/login", summary="A session, for 300 seconds of the world's clock", openapi_extra=_documented(Login))
async def login(request: Request) -> Response:
    """Every world knows the client `motlan-tthc` / `motlan-tthc-secret`. A session opens no other face and no world."""
    visit = visit_of(request)
    asked = await _object_of(request)
    _, in_its_place = await weather(visit, "portal", "login")
    if in_its_place is not None:
        return in_its_place
    if isinstance(asked, Refusal):
        raise asked
    return _succeeded(session=_open_session(visit, asked))


@router.post(
    "/mapi/services",
    summary="LayDanhSachTTHC, LayThuTuc, and the dossiers: the service is named in the body",
    openapi_extra=_documented(AllProcedures, OneProcedure, *portal_dossiers.DOCUMENTED),
)
async def services(request: Request) -> Response:
    """The list of all procedures by code; or one procedure with its dossier, nothing where the code is unknown."""
    visit = visit_of(request)
    asked = await _object_of(request)
    service = _text(asked, "service")
    struck, in_its_place = await weather(visit, "portal", service)
    if in_its_place is not None:
        return in_its_place
    if isinstance(asked, Refusal):
        raise asked
    if service in portal_dossiers.SERVICES:
        _check_session(visit, _text(asked, "session"))
        try:
            return answer(portal_dossiers.take(visit, service, asked, struck))
        except ValidationError as error:
            raise _wrong(error) from None
        except ValueError as refused:
            raise _refused(str(refused)) from None
    question = _question(visit, asked, service)
    catalogue = visit.world.state.catalogue
    if isinstance(question, AllProcedures):
        return _succeeded(result=[_line(procedure) for _, procedure in sorted(catalogue.items())])
    visit.entry.procedure = question.code
    found = catalogue.get(question.code)
    return _succeeded(result=[] if found is None else [_whole(found)])
