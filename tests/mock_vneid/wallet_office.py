"""An office that issues results, and asks the wallet with every scope it knows; it signs with another library."""

import json
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from tests.mock_vneid.office import CLIENT, PERSON, Json, Office

AGENCY = "000.00.00.H27"
BIRTH = "GIAY_KHAI_SINH"

RESULT: Json = {
    "iss": AGENCY,
    "iat": 1_790_000_000,
    "jti": "r-1",
    "version": 1,
    "holder": {"kind": "person", "id": PERSON, "full_name": "NGUYỄN VĂN AN", "birth_date": "1990-02-03"},
    "document_type": BIRTH,
    "result_code": "KQ.G09.000123",
    "number": "123/2026",
    "issued_on": "2026-11-20",
    "procedure": "1.001193",
    "dossier": "000.00.00.H27-261120-0001",
    "data": {"father": "NGUYỄN VĂN BA"},
}


class Issuer:
    """One office with a key of its own, known to one world."""

    def __init__(self, office: Office, agency: str = AGENCY) -> None:
        self.office, self.agency = office, agency
        self.key = ECKey.generate_key("P-256", parameters={"kid": f"k-{uuid4().hex[:8]}"})
        office.put(f"issuers/{agency}", {"keys": [self.key.as_dict(private=False)]})

    def sign(self, header: Json | None = None, key: ECKey | None = None, /, **change: Any) -> str:
        """A result; a claim that is None is left out."""
        claims = {name: value for name, value in (RESULT | {"iss": self.agency} | change).items() if value is not None}
        protected = {"alg": "ES256", "kid": self.key.as_dict()["kid"], "typ": "vn-result+jwt", **(header or {})}
        protected = {name: value for name, value in protected.items() if value is not None}
        text = json.dumps(claims, ensure_ascii=False).encode()
        return jws.serialize_compact(protected, text, key or self.key, registry=_ANY)

    def deliver(self, result: str, /, **change: Any) -> httpx.Response:
        body = {"request_id": str(uuid4()), "result": result} | change
        return wallet(self.office, "wallet.deliver", "results", body)


_ANY = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)


def bearer(office: Office, scope: str, client: tuple[str, str] = CLIENT) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "scope": scope}
    token = office.http.post(f"{office.vneid}/oidc/token", data=form, auth=client).raise_for_status().json()
    return {"Authorization": f"Bearer {token['access_token']}"}


def wallet(
    office: Office, scope: str, path: str, body: Json, client: tuple[str, str] = CLIENT, way: str = "POST"
) -> httpx.Response:
    """One request to the wallet by a client with this scope."""
    headers = bearer(office, scope, client)
    return office.http.request(way, f"{office.vneid}/wallet/{path}", json=body, headers=headers)
