"""What Swagger UI of the faces says of what they read by themselves: forms, queries, headers, XML, and refusals.

A face reads its request by hand, since a fault may stand in for the answer before anything is judged; so the framework
cannot tell what it takes, and it is told here. By paths below a world, `/staff` left out: both providers are alike.
"""

from typing import Any

from mock_vneid.citizens import QUESTIONS
from mock_vneid.soap_xml import ENVELOPE

# What is needed, and what may come besides.
Fields = tuple[tuple[str, ...], tuple[str, ...]]

_CLIENT = ("client_id", "client_assertion_type", "client_assertion")
_LOGIN = ("response_type", "redirect_uri", "scope", "code_challenge", "code_challenge_method")
_WISHES = (
    *("state", "nonce", "prompt", "login_hint", "id_token_hint", "max_age", "acr_values", "acting_for"),
    "response_mode",
)
_AUTHORIZE: Fields = (("client_id",), (*_LOGIN, *_WISHES, "request_uri"))  # request_uri stands for all the others
_LOGOUT: Fields = ((), ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "confirm"))
_CODE: Fields = (("grant_type", "code", "redirect_uri", "client_id", "client_secret"), ())
_OBSERVED: Fields = (("response_type", "client_id", "redirect_uri", "scope"), ("state", "login_hint"))

FORMS: dict[str, Fields] = {
    "/oidc/par": (_LOGIN, (*_WISHES, *_CLIENT)),
    "/oidc/authorize": _AUTHORIZE,
    "/oidc/login": (("question",), ("wanted", "person", "deny")),
    "/oidc/introspect": (("token",), ("token_type_hint", *_CLIENT)),
    "/oidc/revoke": (("token",), ("token_type_hint", *_CLIENT)),
    "/oidc/end_session": _LOGOUT,
    "/oidc/wallet": ((), ("wanted", "person", "leave", "document_type", "mode", "purpose", "audience")),
    "/vneid/token": _CODE,
    "/vnconnect/token": _CODE,
    "/lgsp/token": (("grant_type",), ()),
}
QUERIES: dict[str, Fields] = {
    "/oidc/authorize": _AUTHORIZE,
    "/oidc/end_session": _LOGOUT,
    "/vneid/auth": _OBSERVED,
    "/vnconnect/auth": _OBSERVED,
    "/vnconnect/userinfo": (("access_token",), ()),
}
HEADERS: dict[str, tuple[str, ...]] = {
    "/soap/dancu": ("Timestamp", "X-Road-Client", "ApiKey"),
    "/lgsp/token": ("lgspaccesstoken",),
    "/lgsp/dancu": ("lgspaccesstoken", "AuthHash"),
    "/lgsp/api/dancu": ("lgspaccesstoken", "AuthHash"),
}

_ASKED = (
    f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:d="{QUESTIONS}"><s:Body><d:TraCuuThongTinCongDan>'
    "<d:MaYeuCau>r-1</d:MaYeuCau><d:MaDVC>1.001193</d:MaDVC><d:MaTichHop>037</d:MaTichHop>"
    "<d:MaCanBo>CB-0001</d:MaCanBo><d:SoDinhDanh>042190000001</d:SoDinhDanh><d:HoVaTen>NGUYỄN THỊ AN</d:HoVaTen>"
    "<d:NgayThangNamSinh><d:NgayThangNam>19900512</d:NgayThangNam></d:NgayThangNamSinh>"
    "</d:TraCuuThongTinCongDan></s:Body></s:Envelope>"
)
_ASKED_IN_JSON = {
    "maYeuCau": "r-1",
    "maDVC": "1.001193",
    "maCanBo": "CB-0001",
    "soDinhDanh": "042190000001",
    "hoVaTen": "NGUYỄN THỊ AN",
    "ngayThangNam": "19900512",
}
_XML = {"text/xml": {"schema": {"type": "string"}, "example": _ASKED}}
BODIES: dict[str, dict[str, Any]] = {
    "/soap/dancu": _XML,
    "/lgsp/dancu": _XML,
    "/lgsp/api/dancu": {
        "application/json": {
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "example": _ASKED_IN_JSON,
        }
    },
}

_WHY = {
    400: "out of form",
    401: "who asks is not known, or no longer",
    403: "not allowed: the scope, the procedure (004) or the officer (005)",
    404: "there is no such world",
    413: "the body is larger than 64 KiB",
    415: "the body is of another media type",
    500: "out of form, as SOAP 1.1 has it",
}
_OF_BODIES = (413, 415)
# By the first part of the path.
_REFUSALS: dict[str, tuple[int, ...]] = {
    "wallet": (400, 401, 403, *_OF_BODIES),
    "ndxp": (400, 401, 403, *_OF_BODIES),
    "oidc": (400, 401, *_OF_BODIES),
    "vneid": (400, 401, *_OF_BODIES),
    "vnconnect": (400, 401, *_OF_BODIES),
    "portal": (400, *_OF_BODIES),
    "lgsp": (400, 401, 403, *_OF_BODIES),
    "soap": (401, 403, *_OF_BODIES, 500),
}
# What results and presentations say no with besides, as `{error_code, message}`.
_MORE: dict[str, dict[int, str]] = {
    "/wallet/results": {
        409: "RESULT_DIFFERS: known in other bytes, or another holder's",
        422: "NO_ACCOUNT: neither the holder nor a recipient has one",
        507: "FULL: the world keeps no more",
    },
    "/wallet/presentations": {422: "NOT_IN_WALLET: the wallet shows no such document"},
    "/wallet/presentations/redeem": {410: "CODE_EXPIRED, or ALREADY_USED by somebody else"},
}
_PUBLIC = ("/jwks", "/openid-configuration")


def _texts(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


_ERROR = _texts("error", "error_description")
_CODED = _texts("error_code", "message")
_SHAPES = {"portal": _CODED, "lgsp": _CODED}


def _parameters(place: str, names: tuple[str, ...], *, required: bool) -> list[dict[str, Any]]:
    return [{"name": name, "in": place, "required": required, "schema": {"type": "string"}} for name in names]


def _refusals(tail: str, *, has_body: bool) -> dict[str, Any]:
    face = tail.split("/")[1]
    statuses = () if tail.endswith(_PUBLIC) else _REFUSALS.get(face, ())
    shape = {"application/json": {"schema": _SHAPES.get(face, _ERROR)}}
    told = {"text/xml": {"schema": {"type": "string"}}} if face == "soap" else shape
    found = {
        str(status): {"description": _WHY[status], "content": told}
        for status in statuses
        if has_body or status not in _OF_BODIES
    }
    for status, why in _MORE.get(tail, {}).items():
        found[str(status)] = {"description": why, "content": {"application/json": {"schema": _CODED}}}
    return found | {"404": {"description": _WHY[404], "content": {"application/json": {"schema": _ERROR}}}}


def describe(path: str, method: str, operation: dict[str, Any]) -> None:
    """Say of one operation below a world what it takes, and how it says no."""
    tail = path.removeprefix("/w/{world}").removeprefix("/staff")
    told = operation.setdefault("parameters", [])
    if method == "get":
        needed, more = QUERIES.get(tail, ((), ()))
        told += _parameters("query", needed, required=True) + _parameters("query", more, required=False)
    elif tail in FORMS:
        needed, more = FORMS[tail]
        schema = _texts(*needed, *more) | ({"required": list(needed)} if needed else {})
        content = {"application/x-www-form-urlencoded": {"schema": schema}}
        operation["requestBody"] = {"required": True, "content": content}
    elif tail in BODIES:
        operation["requestBody"] = {"required": True, "content": BODIES[tail]}
    told += _parameters("header", HEADERS.get(tail, ()), required=True)
    answers = operation["responses"]
    answers.pop("422", None)  # the framework's own: a face judges its path by itself
    for status, said in _refusals(tail, has_body="requestBody" in operation).items():
        answers.setdefault(status, said)
