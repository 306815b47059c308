"""`POST /oauth/token`: client_credentials (RFC 6749 §4.4), errors as OAuth has them (§5.2)."""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import JSONResponse

from app.api.schemas.catalogue import TokenOut
from app.api.schemas.common import Output
from app.services.desk import Desk
from app.services.tokens import InvalidClient, InvalidScope

router = APIRouter(tags=["Xác thực"])


class OAuthProblem(Output):
    error: str
    error_description: str


@router.post(
    "/oauth/token",
    operation_id="issueToken",
    summary="Lấy mã truy cập",
    response_model=TokenOut,
    responses={
        400: {
            "model": OAuthProblem,
            "description": "Yêu cầu sai / invalid_request, unsupported_grant_type, invalid_scope",
        },
        401: {"model": OAuthProblem, "description": "Sai thông tin hệ thống / invalid_client"},
    },
)
async def issue(
    request: Request,
    grant_type: Annotated[str | None, Form(examples=["client_credentials"])] = None,
    scope: Annotated[str | None, Form(description="Không nêu thì nhận mọi phạm vi được cấp")] = None,
    client_id: Annotated[str | None, Form()] = None,
    client_secret: Annotated[str | None, Form()] = None,
    authorization: Annotated[str | None, Header(description="HTTP Basic của hệ thống gọi")] = None,
) -> JSONResponse:
    """Hệ thống gọi xác thực bằng HTTP Basic hoặc trong biểu mẫu / the client authenticates by Basic or in the form."""
    desk: Desk = request.app.state.desk
    if grant_type != "client_credentials":
        code = "unsupported_grant_type" if grant_type else "invalid_request"
        return _refused(400, code, "Chỉ hỗ trợ grant_type=client_credentials / only client_credentials is supported")
    basic = _basic(authorization)
    if basic and (client_id or client_secret):
        return _refused(400, "invalid_request", "Chỉ dùng một cách xác thực / authenticate in one way only")
    name, secret = basic or (client_id or "", client_secret or "")
    try:
        issued = await desk.tokens.issue(name, secret, scope)
    except InvalidClient:
        return _refused(401, "invalid_client", "Sai mã hoặc khóa của hệ thống / unknown client or wrong secret")
    except InvalidScope:
        return _refused(400, "invalid_scope", "Hệ thống không được cấp phạm vi này / a scope the client does not have")
    body = TokenOut(
        access_token=issued.access_token, token_type="Bearer", expires_in=issued.expires_in, scope=issued.scope
    )
    return JSONResponse(body.model_dump(), headers={"cache-control": "no-store"})


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """Id and secret from HTTP Basic, form-decoded as RFC 6749 §2.3.1 has it; None where there is no such header."""
    kind, _, value = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if colon else ("", "")


def _refused(status: int, code: str, description: str) -> JSONResponse:
    headers = {"cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = 'Basic realm="motlan"'
    return JSONResponse({"error": code, "error_description": description}, status, headers)
