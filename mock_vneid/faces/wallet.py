"""The document wallet: which documents a holder has linked, each as a signed JWS."""

from secrets import token_urlsafe
from time import time
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.admission import Admitted, admit, documented
from mock_vneid.faces.visits import answer, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.forgery import signed
from mock_vneid.ids import another_id
from mock_vneid.people import FULL_IDENTITY_LEVEL, Holder, Holding, document_id, wallet_state
from mock_vneid.situations import held, told
from mock_vneid.tokens import WALLET

router = APIRouter(prefix="/w/{world}/wallet", tags=["wallet"])

DOCUMENT = "vneid-document+jwt"
LIFETIME = 300  # seconds, of the message, by the real clock


def _document(asked: Admitted, holder: Holder, document_type: str, holding: Holding) -> str:
    query, struck, world = asked.query, asked.struck, asked.visit.world
    issued_at = int(time()) - struck.age(document_type)
    holder_id = another_id(holder.id) if struck.document("wrong_person", document_type) else holder.id
    claims = {
        "iss": asked.visit.base,
        "aud": asked.client,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
        "jti": token_urlsafe(16),
        "request_id": query.request_id,
        "document_id": document_id(world.state.seed, holder.id, document_type, holding),
        "document_type": document_type,
        "holder": {"kind": query.holder.kind, "id": holder_id},
        "account_level": FULL_IDENTITY_LEVEL,
        **told(world, struck, holder, document_type, holding),
    }
    return signed(world.keys, DOCUMENT, claims, struck, document_type)


def _result(asked: Admitted, document_type: str) -> dict[str, Any]:
    holder = asked.holder
    holding = held(asked.visit.world, asked.struck, "wallet", holder, document_type) if holder else None
    if holder is None or holding is None:
        return {"document_type": document_type, "status": "absent"}
    state = wallet_state(holder, holding)
    if state != "linked":
        return {"document_type": document_type, "status": state}
    return {
        "document_type": document_type,
        "status": "linked",
        "document": _document(asked, holder, document_type, holding),
    }


def found(asked: Admitted) -> dict[str, Any]:
    """The body of the answer."""
    return {
        "request_id": asked.query.request_id,
        "results": [_result(asked, document_type) for document_type in asked.query.types],
    }


@router.get("/jwks", summary="The key that signs documents")
async def keys(request: Request) -> Response:
    """The current key, and the one before it after a rotation: a document signed by a retired one proves nothing."""
    visit = visit_of(request)
    struck, in_its_place = await weather(visit, "wallet", "jwks")
    keys = visit.world.keys
    published = [keys.retired] if struck.answer("stale_cache") else keys.published()
    return in_its_place or answer({"keys": [key.jwk for key in published]}, headers={"Cache-Control": "max-age=300"})


@router.post("/documents/search", summary="A holder's documents by type", openapi_extra=documented("wallet.search"))
async def search(request: Request) -> Response:
    """One result per type, in the order asked: `linked` with the document, `not_linked`, or `absent`."""
    asked = await admit(request, "wallet", "search", WALLET)
    if isinstance(asked, Response):
        return asked
    return answer(found(asked))
