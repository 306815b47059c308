"""An office that asks the two sources and believes only what it may: the client that scenario files are checked with.

It knows the wire and nothing of worlds, so it asks any sandbox that speaks this profile.
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import Any
from uuid import uuid4

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mock_vneid.ids import kind_of

_DOCUMENT = "vneid-document+jwt"
_LEEWAY, _OLDEST = 60, 300  # seconds: of a clock that differs; after which an answer is no answer to this question


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source may be believed to say. `unusable` tells of the whole answer, and the rest is then empty.

    `states` and `facts` go by document type: `linked`, `not_linked`, `absent`, `held` or `untrusted`.
    """

    states: dict[str, str] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    unusable: str | None = None


class Unusable(Exception):
    """No answer, a refusal, or an answer that is none: its argument is the word for it."""


class Office:
    """Asks with one client's credentials. `procedure` and `officer` are what licences look at."""

    def __init__(
        self,
        http: httpx.Client,
        vneid_url: str,
        ndxp_url: str,
        client: tuple[str, str],
        procedure: str = "1.001193",
        officer: str = "CB-0001",
    ) -> None:
        self._http, self._client = http, client
        self._vneid, self._ndxp = vneid_url.rstrip("/"), ndxp_url.rstrip("/")
        self._asks = {"procedure": procedure, "officer": officer, "purpose": "paper-demand"}

    def search(self, holder_id: str, types: list[str]) -> Reading:
        """What the wallet shows of these types."""
        try:
            answer = self._ask(f"{self._vneid}/oidc/token", f"{self._vneid}/wallet/documents/search", holder_id, types)
            reading = Reading()
            for result in answer["results"]:
                document_type = result["document_type"]
                reading.states[document_type] = result["status"]
                if result["status"] == "linked":
                    self._read_document(reading, document_type, result["document"], holder_id)
        except Unusable as unusable:
            return Reading(unusable=str(unusable))
        except (KeyError, TypeError):
            return Reading(unusable="no_answer")
        return reading

    def ask(self, service: str, holder_id: str, types: list[str]) -> Reading:
        """What a registry holds of these types."""
        try:
            answer = self._ask(f"{self._ndxp}/token", f"{self._ndxp}/services/{service}", holder_id, types)
            fresh = abs(time() - datetime.fromisoformat(answer["answered_at"]).timestamp()) <= _OLDEST
            reading = Reading(dict.fromkeys(types, "absent"))
            for record in answer["records"]:
                trusted = fresh and record["holder"]["id"] == holder_id
                reading.states[record["document_type"]] = "held" if trusted else "untrusted"
                if trusted:
                    reading.facts[record["document_type"]] = record
        except Unusable as unusable:
            return Reading(unusable=str(unusable))
        except (KeyError, TypeError, ValueError):
            return Reading(unusable="no_answer")
        return reading

    def _ask(self, token_url: str, url: str, holder_id: str, types: list[str]) -> dict[str, Any]:
        form = {"grant_type": "client_credentials"}
        token = _body(self._send("POST", token_url, data=form, auth=self._client)).get("access_token")
        query = {
            **self._asks,
            "request_id": str(uuid4()),
            "holder": {"kind": kind_of(holder_id), "id": holder_id},
            "types": types,
        }
        answer = _body(self._send("POST", url, json=query, headers={"Authorization": f"Bearer {token}"}))
        if answer.get("request_id") != query["request_id"]:
            raise Unusable("no_answer")
        return answer

    def _send(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, url, **more)
        except httpx.HTTPError as error:
            raise Unusable("no_answer") from error

    def _read_document(self, reading: Reading, document_type: str, document: str, holder_id: str) -> None:
        keys = {key.get("kid"): key for key in _body(self._send("GET", f"{self._vneid}/wallet/jwks")).get("keys", [])}
        try:
            claims = verified(document, keys)
        except ValueError:
            reading.states[document_type] = "untrusted"
            return
        now = time()
        timely = claims["iat"] - _LEEWAY <= now < claims["exp"] + _LEEWAY and now - claims["iat"] <= _OLDEST + _LEEWAY
        about = (claims["holder"]["id"], claims["document_type"], claims["aud"], claims["iss"])
        if timely and about == (holder_id, document_type, self._client[0], self._vneid):
            reading.facts[document_type] = claims
        else:
            reading.states[document_type] = "untrusted"


def _body(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of a good answer. Unusable: `refused_004`, `refused_005`, `refused`, or `no_answer`."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.status_code in (400, 401, 403) and isinstance(body, dict):
        code = body.get("error_code")
        raise Unusable(f"refused_{code}" if code in ("004", "005") else "refused")
    if answer.status_code != 200 or not isinstance(body, dict):
        raise Unusable("no_answer")
    return body


def verified(document: str, keys: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The claims of a document signed with ES256 by one of these JWKs, by their kid. ValueError for any other text."""
    try:
        head, body, tail = document.split(".")
        header, signature = json.loads(_unb64(head)), _unb64(tail)
        if header["alg"] != "ES256" or header["typ"] != _DOCUMENT or len(signature) != 64:
            raise ValueError("not signed as a document is")
        x, y = (int.from_bytes(_unb64(keys[header["kid"]][name]), "big") for name in ("x", "y"))
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        public.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
        claims = json.loads(_unb64(body))
    except (InvalidSignature, KeyError, TypeError) as error:
        raise ValueError("no key published signed it") from error
    if not isinstance(claims, dict):
        raise ValueError("not claims")
    return claims


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
