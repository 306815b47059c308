"""`POST /oauth/token`: client_credentials (RFC 6749 §4.4), errors as OAuth has them (§5.2)."""

import base64
import binascii
import re
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.api.schemas.catalogue import TokenOut
from app.api.schemas.common import Output, problems
from app.services.desk import Desk
from app.services.tokens import InvalidClient, InvalidScope

router = APIRouter(tags=["Xác thực"])

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NO_STORE = {"cache-control": "no-store"}


class OAuthProblem(Output):
    """RFC 6749 §5.2; `error_description` is ASCII there, so Vietnamese has a member of its own."""

    error: Literal["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]
    error_description: str
    error_description_vi: str


# Read by hand below, since repeated and broken parameters have to be refused; this is what the document shows.
_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "enum": ["client_credentials"]},
                    "scope": {
                        "type": "string",
                        "description": "Không nêu thì nhận mọi phạm vi được cấp / all of the client's when left out",
                    },
                    "client_id": {"type": "string", "pattern": f"^{_NAME.pattern}$"},
                    "client_secret": {"type": "string", "minLength": 1, "maxLength": 200},
                },
            },
            "examples": {
                "demo": {
                    "summary": "Hệ thống demo, khóa trong biểu mẫu / the demo's client, its secret in the form",
                    "value": {
                        "grant_type": "client_credentials",
                        "client_id": "demo-admin",
                        "client_secret": "demo-admin-secret",
                    },
                }
            },
        }
    },
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **problems(413, 415, 503),
    400: {"model": OAuthProblem, "description": "Yêu cầu sai / invalid_request, unsupported_grant_type, invalid_scope"},
    401: {
        "model": OAuthProblem,
        "description": "Sai thông tin hệ thống / invalid_client",
        "headers": {"WWW-Authenticate": {"description": "Basic", "schema": {"type": "string"}}},
    },
}


@router.post(
    "/oauth/token",
    operation_id="issueToken",
    summary="Lấy mã truy cập",
    response_model=TokenOut,
    responses=_RESPONSES,
    # Basic is told in words: as a scheme of its own Swagger UI would offer it beside the one that lets a reader in.
    openapi_extra={"requestBody": _FORM, "security": []},
)
async def issue(request: Request) -> JSONResponse:
    """Hệ thống xác thực một cách: HTTP Basic (`curl -u mã:khóa`, RFC 6749 §2.3.1), hoặc `client_id`, `client_secret`
    trong biểu mẫu / the client authenticates in one way: HTTP Basic, or its id and secret in the form.
    """
    desk: Desk = request.app.state.desk
    form = _form(await request.body())
    if form is None:
        return _refused(
            400, "invalid_request", "each parameter once, as UTF-8 text", "Mỗi tham số một lần, văn bản UTF-8."
        )
    grant = form.get("grant_type")
    if grant != "client_credentials":
        code = "unsupported_grant_type" if grant else "invalid_request"
        return _refused(
            400,
            code,
            "send grant_type=client_credentials",
            "Chỉ hỗ trợ grant_type=client_credentials: hãy gửi như vậy.",
        )
    basic = _basic(request.headers.get("authorization"))
    if basic and "client_secret" in form:
        return _refused(
            400, "invalid_request", "authenticate in one way only", "Chỉ dùng một cách: HTTP Basic hoặc trong biểu mẫu."
        )
    name, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    try:
        if not _NAME.fullmatch(name):
            raise InvalidClient
        issued = await desk.tokens.issue(name, secret, form.get("scope"))
    except InvalidClient:
        return _refused(
            401,
            "invalid_client",
            "unknown client or wrong secret",
            "Sai mã hoặc khóa của hệ thống: kiểm tra lại cả hai.",
        )
    except InvalidScope:
        return _refused(
            400,
            "invalid_scope",
            "the client does not have this scope; leave scope out to get all of its own",
            "Hệ thống không được cấp phạm vi này; bỏ scope để nhận mọi phạm vi được cấp.",
        )
    body = {"access_token": issued.access_token, "token_type": "Bearer", "expires_in": issued.expires_in}
    return JSONResponse({**body, "scope": issued.scope}, headers=_NO_STORE)


def _form(raw: bytes) -> dict[str, str] | None:
    """The parameters, each at most once (RFC 6749 §3.2); unknown ones are passed over. None when it is no such form."""
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """Id and secret from HTTP Basic, form-decoded as RFC 6749 §2.3.1 has it; None where there is no such header."""
    kind, _, value = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if colon else ("", "")


def _refused(status: int, code: str, english: str, vietnamese: str) -> JSONResponse:
    headers = {**_NO_STORE, "www-authenticate": 'Basic realm="motlan"'} if status == 401 else _NO_STORE
    body = {"error": code, "error_description": english, "error_description_vi": vietnamese}
    return JSONResponse(body, status, headers)
