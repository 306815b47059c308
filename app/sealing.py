"""Personal data at rest: sealed with AES-256-GCM, found again by a keyed hash. Both keys come from one secret."""

import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.persons import Identity, IdentityMarks, Subject, SubjectKind, name_key

_NONCE = 12
_VERSION = b"\x01"


@dataclass(frozen=True, repr=False)
class Sealer:
    """`seal`/`unseal` a subject; `mark` gives the keyed hash under which rows about it are found (64 hex digits)."""

    _aead: AESGCM
    _mark_key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "Sealer":
        return cls(AESGCM(_derive(secret, b"motlan seal v1")), _derive(secret, b"motlan mark v1"))

    def mark(self, kind: SubjectKind, number: str) -> str:
        return self._keyed(kind.value, number)

    def identity_marks(self, holder_mark: str, identity: Identity) -> IdentityMarks:
        """A name and a birth date as keyed hashes, bound to their holder: what two people share does not show."""
        name, born = identity.full_name, identity.birth_date
        return IdentityMarks(
            self._keyed("name", f"{holder_mark}:{name_key(name)}") if name else None,
            self._keyed("birth", f"{holder_mark}:{born}") if born and len(born) != 4 else None,
            self._keyed("birth-year", f"{holder_mark}:{born[:4]}") if born else None,
        )

    def fingerprint(self, digest: str) -> str:
        """A digest of personal data, keyed: what a few guesses could reproduce must not be confirmed by them."""
        return self._keyed("digest", digest)

    def _keyed(self, purpose: str, text: str) -> str:
        """What was hashed for one purpose is never equal to what was hashed for another."""
        return hmac.digest(self._mark_key, f"{purpose}:{text}".encode(), "sha256").hex()

    def seal(self, subject: Subject) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        body = json.dumps([subject.kind.value, subject.id, subject.full_name, subject.birth_date], ensure_ascii=False)
        return _VERSION + nonce + self._aead.encrypt(nonce, body.encode(), _VERSION)

    def unseal(self, sealed: bytes) -> Subject:
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        kind, number, full_name, birth_date = _list(self._aead.decrypt(nonce, body, sealed[:1]))
        return Subject(SubjectKind(kind), number, full_name, birth_date)

    def seal_bytes(self, plain: bytes, purpose: str) -> bytes:
        """Seal any body. `purpose` says what it is (`result`, `delivery`): sealed for one, it opens for no other."""
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, _bound(_VERSION, purpose))

    def unseal_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """Raises cryptography's InvalidTag where a byte was changed, or it was sealed for another purpose."""
        return self._aead.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _bound(sealed[:1], purpose))


class Veil:
    """Seals what is put aside on disk for a moment: its key is in this process's memory alone, and goes with it."""

    def __init__(self) -> None:
        self._aead, self._count = AESGCM(AESGCM.generate_key(256)), 0

    def seal(self, plain: bytes) -> bytes:
        self._count += 1
        nonce = self._count.to_bytes(_NONCE, "big")
        return nonce + self._aead.encrypt(nonce, plain, None)

    def unseal(self, sealed: bytes) -> bytes:
        return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)


def _bound(version: bytes, purpose: str) -> bytes:
    return version + b"|" + purpose.encode()


def _list(raw: bytes) -> list[Any]:
    found: list[Any] = json.loads(raw)
    return found


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
