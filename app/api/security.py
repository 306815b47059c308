"""Who calls: one dependency a route, which is the bearer token's check and its documentation at once."""

from fastapi import Request
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2, SecurityScopes

from app.api.problems import Problem
from app.domain.values import Frozen
from app.services.desk import Caller, Desk
from app.services.tokens import SCOPES, InvalidToken

_WORDS = {
    "demands:write": "Kiểm tra yêu cầu nộp giấy tờ / check demands for paper",
    "presentations:verify": "Kiểm tra mã chia sẻ của công dân / redeem citizens' share codes",
    "dossiers:read": "Đọc hồ sơ và quyết định / read dossiers and decisions",
    "dossiers:write": "Nộp và xử lý hồ sơ / file and handle dossiers",
    "catalogue:write": "Công bố danh mục / publish the catalogue",
    "reports:read": "Đọc báo cáo / read reports",
    "journal:read": "Đọc nhật ký / read the journal",
}
assert tuple(_WORDS) == SCOPES


class Call(Frozen):
    """One authenticated request: the desk it is served at, and who asks."""

    desk: Desk
    caller: Caller
    request: Request


class Authenticated(OAuth2):
    """`Security(authenticated, scopes=[…])`: any one of the scopes is enough."""

    def __init__(self) -> None:
        flow = OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes=_WORDS)
        super().__init__(
            flows=OAuthFlows(clientCredentials=flow),
            scheme_name="motlan",
            description="Không chọn phạm vi nào thì nhận mọi phạm vi được cấp / none chosen: all of the client's own",
        )

    async def __call__(self, request: Request, scopes: SecurityScopes) -> Call:  # type: ignore[override]  # gives the call, not the header
        desk: Desk = request.app.state.desk
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Problem("unauthorized", {"www-authenticate": "Bearer"})
        try:
            bearer = desk.tokens.verify(token)
        except InvalidToken as e:
            challenge = f'Bearer error="invalid_token", error_description="{e.cause}"'
            raise Problem("unauthorized", {"www-authenticate": challenge}, {"cause": e.cause}) from None
        if not bearer.scopes.intersection(scopes.scopes):
            needed = " ".join(scopes.scopes)
            challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
            raise Problem("insufficient-scope", {"www-authenticate": challenge}, {"needed": scopes.scopes})
        request.scope["caller"] = bearer.client_id
        return Call(desk, Caller(bearer.client_id, bearer.scopes), request)


authenticated = Authenticated()


def also(call: Call, scope: str) -> None:
    """Refuses a caller without this scope, beside the one of the route that it has. Raises Problem."""
    if scope not in call.caller.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        raise Problem("insufficient-scope", {"www-authenticate": challenge}, {"needed": [scope]})
