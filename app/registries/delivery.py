"""Results delivered to the citizen's wallet on VNeID: the same result twice is one result there."""

from enum import StrEnum

import httpx
import orjson
from pydantic import ValidationError

from app.registries import wire
from app.registries.answers import NoAnswer, SourceFailed, cause_of_status
from app.registries.http import System, error_code

SCOPE = "wallet.deliver"
_HEADERS = {"accept": "application/json", "content-type": "application/json"}


class Denial(StrEnum):
    """Why the wallet will never take a result; the names are the wire's."""

    NO_ACCOUNT = "NO_ACCOUNT"  # the holder has none: an end, and no failure
    RESULT_DIFFERS = "RESULT_DIFFERS"  # another text was delivered as the same version
    BAD_RESULT = "BAD_RESULT"  # the signature does not hold there, or our key is not known


_DENIALS = {denial.value: denial for denial in Denial}


class NotTaken(Exception):
    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


class _Stored(wire.Wire):
    request_id: wire.Ref


class ResultDelivery:
    """The wallet's door for those who issue."""

    def __init__(self, base_url: str, client_id: str, client_secret: str, *, timeout: float) -> None:
        self._system = System(f"{base_url}/oidc/token", SCOPE, client_id, client_secret, timeout)
        self._url = httpx.URL(f"{base_url}/wallet/results")

    async def deliver(self, request_id: str, result: str) -> None:
        """Hand over a signed result, a compact JWS. Raises NotTaken; SourceFailed where a later try may help."""
        body = orjson.dumps({"request_id": request_id, "result": result})
        status, raw = await self._system.converse(self._url, body, {**_HEADERS, "x-request-id": request_id})
        if status in (200, 201):
            return _believe(raw, request_id)
        code = error_code(raw)
        if 400 <= status < 500 and code in _DENIALS:
            raise NotTaken(_DENIALS[code])
        raise SourceFailed(cause_of_status(status, code))

    async def close(self) -> None:
        await self._system.close()


def _believe(raw: bytes, request_id: str) -> None:
    try:
        answer = _Stored.model_validate_json(raw)
    except ValidationError:
        raise SourceFailed(NoAnswer.GARBAGE.value) from None
    if answer.request_id != request_id:
        raise SourceFailed(NoAnswer.WRONG_REQUEST.value)
