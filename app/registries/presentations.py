"""Share codes of the citizen's wallet: redeemed once, answered with a signed presentation, verified here."""

import hashlib
import unicodedata
from collections.abc import Mapping

import httpx
import orjson
from pydantic import ValidationError

from app.domain.persons import Subject, SubjectKind
from app.domain.presentations import Mode, NotRedeemed, Refusal, Standing
from app.domain.values import Frozen
from app.registries import jose, wire
from app.registries.answers import NoAnswer, SourceFailed, cause_of_status
from app.registries.http import System, error_code
from app.registries.published_keys import PublishedKeys

TYPE = "vneid-presentation+jwt"
SCOPE = "wallet.redeem"
_JSON = "application/json"
_REFUSALS = {
    (410, "ALREADY_USED"): Refusal.USED,
    (410, "CODE_EXPIRED"): Refusal.EXPIRED,
    (404, "UNKNOWN_CODE"): Refusal.UNKNOWN,
    (403, "WRONG_PURPOSE"): Refusal.WRONG_PURPOSE,
    (403, "WRONG_AUDIENCE"): Refusal.WRONG_AUDIENCE,
}


Scalar = str | int | bool | None
Field = Scalar | Mapping[str, Scalar]


class Redeemed(Frozen):
    """What a code has shown. `holder` and `fields` are None and empty where only yes or no was shown.

    `digest` is SHA-256 of the signed presentation.
    """

    mode: Mode
    purpose: str
    document_type: str
    standing: Standing
    holder: Subject | None
    fields: Mapping[str, Field]
    digest: str

    def __repr__(self) -> str:
        return f"Redeemed({self.mode.value}, {self.document_type}, {self.standing.value})"


class Presentations:
    """The wallet as one verifier meets it; `client_id` is the audience its presentations are signed for."""

    def __init__(self, base_url: str, client_id: str, client_secret: str, *, timeout: float, max_age: int) -> None:
        self._system = System(f"{base_url}/oidc/token", SCOPE, client_id, client_secret, timeout)
        self._url = httpx.URL(f"{base_url}/wallet/presentations/redeem")
        self._keys = PublishedKeys(self._system, f"{base_url}/wallet/jwks")
        self._expect = jose.Expectation(
            issuer=base_url, audience=client_id, typ=TYPE, alg="ES256", max_life=3600, max_age=max_age
        )

    async def redeem(
        self, code: str, purpose: str, request_id: str, *, procedure: str | None, officer: str | None
    ) -> Redeemed:
        """Use a code up. The same `request_id` again is the same use, and gets the same answer.

        Raises NotRedeemed where the wallet refuses, SourceFailed where it gave no answer that can be believed.
        """
        asked = {"request_id": request_id, "code": code, "purpose": purpose, "procedure": procedure, "officer": officer}
        body = orjson.dumps({name: given for name, given in asked.items() if given is not None})
        headers = {"accept": _JSON, "content-type": _JSON, "x-request-id": request_id}
        status, raw = await self._system.converse(self._url, body, headers)
        if status != 200:
            said = error_code(raw)
            if refusal := _REFUSALS.get((status, said or "")):
                raise NotRedeemed(refusal)
            raise SourceFailed(cause_of_status(status, said))
        try:
            answer = wire.Redemption.model_validate_json(raw)
            claims = await self._keys.verified(answer.presentation, self._expect)
            shown = wire.SignedPresentation.model_validate(claims)
        except jose.Refused as refused:
            raise SourceFailed(refused.cause.value) from None
        except ValidationError:
            raise SourceFailed(NoAnswer.GARBAGE.value) from None
        if not answer.request_id == shown.request_id == request_id:
            raise SourceFailed(NoAnswer.WRONG_REQUEST.value)
        return _redeemed(answer, shown, purpose)

    async def close(self) -> None:
        await self._system.close()


def _redeemed(answer: wire.Redemption, shown: wire.SignedPresentation, purpose: str) -> Redeemed:
    """What was signed, where it is of one piece with what was said around it and with what was asked for."""
    standing, mode = Standing(answer.status), Mode(shown.mode)
    shared = (shown.status, shown.holder, shown.fields)
    if mode is Mode.VALIDATION:
        agree = shared == (None, None, None) and shown.valid is (standing is Standing.VALID)
    else:
        agree = None not in shared and shown.status == answer.status and shown.valid is None
    if not agree:
        raise SourceFailed(NoAnswer.GARBAGE.value)
    if not _same(shown.purpose, purpose):
        raise NotRedeemed(Refusal.WRONG_PURPOSE)
    holder = Subject(SubjectKind(shown.holder.kind), shown.holder.id) if shown.holder else None
    digest = hashlib.sha256(answer.presentation.encode()).hexdigest()
    return Redeemed(mode, shown.purpose, shown.document_type, standing, holder, shown.fields or {}, digest)


def _same(one: str, other: str) -> bool:
    """A purpose is the same however it is spaced, cased or composed: an officer types what the citizen has chosen."""

    def key(text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).casefold().split())

    return key(one) == key(other)
