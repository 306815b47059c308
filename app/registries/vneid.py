"""The citizen's wallet on VNeID: documents by type, each a signed message, verified here or not believed."""

import hashlib
from collections.abc import Mapping

import httpx
from pydantic import ValidationError

from app.domain.evidence import Said
from app.domain.persons import Identity, Subject, SubjectKind
from app.registries import jose, wire
from app.registries.answers import Errand, NoAnswer, Reading, Reply, SourceFailed, silent
from app.registries.http import System
from app.registries.published_keys import PublishedKeys

TYPE = "vneid-document+jwt"
SCOPE = "wallet.search"
# Integrated papers are opened by an account of level 2 (NĐ 69/2024 Điều 9 khoản 2); organisations have no levels.
LEVEL = 2


class Wallet:
    """One wallet service. `client_id` is the audience its documents are signed for."""

    def __init__(self, base_url: str, client_id: str, client_secret: str, *, timeout: float, max_age: int) -> None:
        self._system = System(f"{base_url}/oidc/token", SCOPE, client_id, client_secret, timeout)
        self._search_url = httpx.URL(f"{base_url}/wallet/documents/search")
        self._keys = PublishedKeys(self._system, f"{base_url}/wallet/jwks")
        self._expect = jose.Expectation(
            issuer=base_url,
            audience=client_id,
            typ=TYPE,
            alg="ES256",
            max_life=3600,
            max_age=max_age,
            max_length=jose.MAX_DOCUMENT,
        )

    async def search(self, holder: Subject, types: tuple[str, ...], errand: Errand) -> Reply:
        """What the wallet holds of these types. Raises SourceFailed when the call as a whole gave no answer."""
        raw = await self._system.post(self._search_url, errand.about(holder, types), errand.request_id)
        try:
            answer = wire.WalletAnswer.model_validate_json(raw)
        except ValidationError:
            raise SourceFailed(NoAnswer.GARBAGE.value) from None
        if answer.request_id != errand.request_id:
            raise SourceFailed(NoAnswer.WRONG_REQUEST.value)
        results = {r.document_type: r for r in answer.results}
        if len(results) != len(answer.results):
            raise SourceFailed(NoAnswer.GARBAGE.value)
        return Reply(tuple([await self._read(t, results.get(t), holder, errand) for t in types]))

    async def close(self) -> None:
        await self._system.close()

    async def _read(
        self, document_type: str, result: wire.WalletResult | None, holder: Subject, errand: Errand
    ) -> Reading:
        if result is None:
            return silent(document_type, NoAnswer.GARBAGE.value)
        if result.status == "absent":
            return Reading(document_type, Said.NOTHING)
        if result.status == "not_linked":
            return Reading(document_type, Said.NOT_LINKED)
        try:
            claims = await self._keys.verified(result.document or "", self._expect)
            document = (wire.WholeSignedDocument if errand.content else wire.SignedDocument).model_validate(claims)
        except jose.Refused as refused:
            return silent(document_type, refused.cause.value)
        except SourceFailed as failed:
            return silent(document_type, failed.cause)
        except ValidationError:
            return silent(document_type, NoAnswer.GARBAGE.value)
        return _reading(document_type, document, (result.document or "").encode(), holder, errand)


def _reading(document_type: str, document: wire.SignedDocument, raw: bytes, holder: Subject, errand: Errand) -> Reading:
    """A verified document, if it is the answer to this question about this holder."""
    if document.request_id != errand.request_id or document.document_type != document_type:
        return silent(document_type, NoAnswer.WRONG_REQUEST.value)
    if document.holder.id != holder.id or document.holder.kind != holder.kind.value:
        return silent(document_type, NoAnswer.WRONG_PERSON.value)
    if holder.kind is SubjectKind.PERSON and (document.account_level or 0) < LEVEL:
        return Reading(document_type, Said.NOT_LINKED)
    content = wire.told(document) if isinstance(document, wire.WholeSignedDocument) else None
    return document_reading(document_type, document, raw, content)


def document_reading(
    document_type: str, document: wire.Document, raw: bytes, content: Mapping[str, str] | None = None
) -> Reading:
    """The facts of a document that is the holder's; `raw` are the bytes it was read from."""
    return Reading(
        document_type,
        Said.DOCUMENT,
        identity=Identity(document.full_name, document.birth_date),
        issued_on=document.issued_on,
        valid_until=document.valid_until,
        revoked_on=document.revoked_on,
        document_ref=document.document_id,
        digest=hashlib.sha256(raw).hexdigest(),
        content=content,
    )
