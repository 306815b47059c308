"""A small client of the sandbox, as an office and a tester would use it; it checks signatures with another library."""

import json
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from mock_vneid.testing import Mock

CLIENT = ("motlan-tthc", "motlan-tthc-secret")
PRIVATE = ("ngan-hang-demo", "ngan-hang-demo-secret")  # a private body, which logs nobody in
PERSON = "042190100001"
ANOTHER = "042190100002"
AN = {"full_name": "NGUYỄN VĂN AN", "birth_date": "1990-02-03", "sex": "male"}
HELD = {"wallet": "linked", "registry": "held", "number": "N-1", "issued_on": "2022-01-01", "valid_until": "2030-02-03"}

Json = dict[str, Any]


class Office:
    """One world of a running sandbox, with tokens for both faces."""

    def __init__(self, mock: Mock, world: str, http: httpx.Client) -> None:
        self.world, self.http = world, http
        self.vneid, self.ndxp = mock.vneid_url(world), mock.ndxp_url(world)
        self.control = f"{mock.control_url}/worlds/{world}"
        self.tokens = {"wallet": self.token("wallet"), "ndxp": self.token("ndxp")}

    def token(self, face: str) -> str:
        url = f"{self.vneid}/oidc/token" if face == "wallet" else f"{self.ndxp}/token"
        token: str = (
            self.http.post(url, data={"grant_type": "client_credentials"}, auth=CLIENT)
            .raise_for_status()
            .json()["access_token"]
        )
        return token

    # The second door

    def put(self, path: str, body: Json) -> Json:
        answer: Json = self.http.put(f"{self.control}/{path}", json=body).raise_for_status().json()
        return answer

    def put_person(self, person_id: str = PERSON, **change: Any) -> None:
        self.put(f"people/{person_id}", AN | change)

    def put_holding(self, document_type: str, person_id: str = PERSON, **change: Any) -> None:
        self.put(f"people/{person_id}/holdings/{document_type}", HELD | change)

    def post(self, path: str, body: Json) -> Json:
        answer: Json = self.http.post(f"{self.control}/{path}", json=body).raise_for_status().json()
        return answer

    def fault(self, face: str, kind: str, **more: Any) -> str:
        made: str = self.post("faults", {"face": face, "kind": kind, **more})["id"]
        return made

    def get(self, path: str) -> Json:
        answer: Json = self.http.get(f"{self.control}/{path}").raise_for_status().json()
        return answer

    def journal(self, **filters: Any) -> list[Json]:
        entries: list[Json] = (
            self.http.get(f"{self.control}/journal", params=filters).raise_for_status().json()["items"]
        )
        return entries

    # The faces

    @staticmethod
    def query(types: list[str], holder: str = PERSON, **change: Any) -> Json:
        kind = "person" if len(holder) == 12 else "organization"
        query = {"request_id": str(uuid4()), "procedure": "1.001193", "officer": "CB-0001", "purpose": "paper-demand"}
        return query | {"holder": {"kind": kind, "id": holder}, "types": types} | change

    def bearer(self, face: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[face]}"}

    def search(self, types: list[str], holder: str = PERSON, **change: Any) -> httpx.Response:
        query = self.query(types, holder, **change)
        return self.http.post(f"{self.vneid}/wallet/documents/search", json=query, headers=self.bearer("wallet"))

    def ask(self, service: str, types: list[str], holder: str = PERSON, **change: Any) -> httpx.Response:
        query = self.query(types, holder, **change)
        return self.http.post(f"{self.ndxp}/services/{service}", json=query, headers=self.bearer("ndxp"))

    def statuses(self, types: list[str], holder: str = PERSON) -> dict[str, str]:
        results = self.search(types, holder).raise_for_status().json()["results"]
        return {result["document_type"]: result["status"] for result in results}

    def records(self, service: str, types: list[str], holder: str = PERSON) -> list[Json]:
        records: list[Json] = self.ask(service, types, holder).raise_for_status().json()["records"]
        return records

    def documents(self, types: list[str], holder: str = PERSON) -> dict[str, str]:
        results = self.search(types, holder).raise_for_status().json()["results"]
        return {result["document_type"]: result["document"] for result in results if result["status"] == "linked"}

    def keys(self) -> dict[str, ECKey]:
        published = self.http.get(f"{self.vneid}/wallet/jwks").raise_for_status().json()["keys"]
        return {key["kid"]: ECKey.import_key(key) for key in published}

    def verified(self, document: str) -> Json:
        """The payload, checked against the published key of its kid. KeyError: an unknown kid; else joserfc's error."""
        header = jws.extract_compact(document.encode()).headers()
        claims: Json = json.loads(
            jws.deserialize_compact(document, self.keys()[header["kid"]], algorithms=["ES256"]).payload
        )
        return claims


def unverified(document: str) -> Json:
    claims: Json = json.loads(jws.extract_compact(document.encode()).payload)
    return claims
