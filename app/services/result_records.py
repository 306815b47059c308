"""Issued results as records: signed, sealed, opened again, and shown without their holder."""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from msgspec.structs import asdict
from sqlalchemy import Connection

from app.clock import rfc3339
from app.domain.decisions import canonical
from app.domain.persons import Identity, Subject, SubjectKind, has_no_account_of_their_own
from app.domain.results import NotIntact, UnknownResult
from app.domain.values import Frozen
from app.logs import log
from app.registries import jose
from app.repositories import results as rows
from app.repositories.results import ResultRow, VersionRow
from app.services.desk import Desk

TYPE = "vn-result+jwt"
"""The `typ` of a result's signature: no other thing this service signs has it."""


class Signed(Frozen):
    """A result's version as it was signed; `claims` are those of the token."""

    jws: str
    claims: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Signed({self.claims['jti']})"

    @property
    def holder(self) -> Subject:
        h = self.claims["holder"]
        return Subject(SubjectKind(h["kind"]), h["id"], h.get("full_name"), h.get("birth_date"))


class Verified(Frozen):
    """Whether a stored result is what was signed, and whether it holds today (`status`: valid, not_yet, expired,
    revoked). `faults`: `sealed` (a byte was changed, or it stands in another's place), `signature`, `record` (what is
    kept beside it says something else), `archive` (its row there does).
    """

    faults: tuple[str, ...]
    status: str

    @property
    def intact(self) -> bool:
        return not self.faults


def row_of(conn: Connection, result_id: str) -> ResultRow:
    """Raises UnknownResult."""
    row = rows.get(conn, result_id)
    if row is None:
        raise UnknownResult
    return row


def claims_of(
    desk: Desk, row: ResultRow, number: str | None, holder: Subject, applicant: Subject, data: Mapping[str, Any]
) -> dict[str, Any]:
    """What is signed of a result; what is not known is left out. `recipient`: who applied for it on a child's behalf,
    and whose wallet keeps it, for the child has none. Nobody else's result names who applied.
    """
    child = holder.kind is SubjectKind.PERSON and has_no_account_of_their_own(holder, row.issued_on)
    on_behalf = {"kind": applicant.kind.value, "id": applicant.id} if child and applicant.id != holder.id else None
    known = {"full_name": holder.full_name, "birth_date": holder.birth_date}
    stated = {
        "iss": desk.settings.portal_agency,
        "iat": int(row.issued_at.timestamp()),
        "jti": row.id,
        "version": row.version,
        "holder": {"kind": holder.kind.value, "id": holder.id, **{k: v for k, v in known.items() if v}},
        "recipient": on_behalf,
        "document_type": row.document_type,
        "result_code": row.result_code,
        "number": number,
        "issued_on": row.issued_on.isoformat(),
        "valid_until": _day(row.valid_until),
        "procedure": row.procedure,
        "dossier": row.dossier_code,
        "data": dict(data),
    }
    return {name: said for name, said in stated.items() if said is not None}


def sign(
    desk: Desk, row: ResultRow, version: int, claims: Mapping[str, Any], client: str, reason: str | None = None
) -> tuple[str, VersionRow]:
    """A version signed now: the compact JWS, and the row in which it is sealed for its place."""
    jws = jose.sign(claims, desk.publication_key, TYPE)
    kept = VersionRow(
        result_id=row.id,
        version=version,
        sealed=desk.sealer.seal_bytes(jws.encode(), _place(row.id, version)),
        digest=desk.sealer.fingerprint(sha256(jws.encode()).hexdigest()),
        reason=reason,
        client=client,
        signed_at=desk.clock.now(),
    )
    return jws, kept


def signed(conn: Connection, desk: Desk, result_id: str, version: int | None = None) -> Signed:
    """A version as it was signed, the latest where none is named. Raises UnknownResult, NotIntact."""
    return opened(conn, desk, row_of(conn, result_id), version)


def opened(conn: Connection, desk: Desk, row: ResultRow, version: int | None = None) -> Signed:
    """As `signed`, of a result that was read: never given out but verified. Raises NotIntact."""
    number = version or row.version
    kept = rows.version(conn, row.id, number)
    try:
        if kept is None:
            raise InvalidTag
        jws = desk.sealer.unseal_bytes(kept.sealed, _place(row.id, number)).decode()
        ring = jose.KeyRing.from_jwks(canonical(key_set(conn, desk)))
        return Signed(jws, jose.verify_statement(jws, ring, desk.settings.portal_agency, TYPE))
    except InvalidTag:
        fault = "sealed"
    except jose.Refused:
        fault = "signature"
    log.error("result not intact", result=row.id, fault=fault)
    raise NotIntact(fault=fault)


def key_set(conn: Connection, desk: Desk) -> dict[str, Any]:
    """The public keys of all results ever signed, the present one first (RFC 7517)."""
    present = desk.publication_key
    earlier = [(kid, raw) for kid, raw in rows.keys(conn) if kid != present.kid]
    return {"keys": [present.jwk(), *(json.loads(desk.sealer.unseal_bytes(raw, f"key:{kid}")) for kid, raw in earlier)]}


def remember_key(conn: Connection, desk: Desk) -> None:
    """Results are verified for longer than a key signs."""
    key = desk.publication_key
    rows.add_key(conn, key.kid, desk.sealer.seal_bytes(canonical(key.jwk()), f"key:{key.kid}"), desk.clock.now())


def of_dossier(conn: Connection, desk: Desk, code: str) -> list[dict[str, Any]]:
    """A dossier's results as its body shows them, the oldest first; nobody's data is in them."""
    return [shown(conn, desk, row) for row in rows.of_dossier(conn, code)]


def of_person(conn: Connection, desk: Desk, subject: Subject) -> list[tuple[dict[str, Any], Signed]]:
    """What a person or an organisation was issued, the oldest first: as shown, and as signed.

    Also what they applied for on a child's behalf, as the wallet hands it to them (`recipient`).
    """
    mark = desk.sealer.mark(subject.kind, subject.id)
    found = [(row, opened(conn, desk, row)) for row in rows.of_person(conn, mark)]
    return [
        (shown(conn, desk, row), signed)
        for row, signed in found
        if row.holder_mark == mark or signed.claims.get("recipient")
    ]


def shown(conn: Connection, desk: Desk, row: ResultRow) -> dict[str, Any]:
    """A result without its holder and its data."""
    replaced_by = rows.replacing(conn, row.id)
    return {
        "id": row.id,
        "document_ref": row.document_ref,
        "dossier": row.dossier_code,
        "procedure": row.procedure,
        "document_type": row.document_type,
        "result_code": row.result_code,
        "version": row.version,
        "status": status_on(row, desk.clock.today()),
        "issued_on": row.issued_on.isoformat(),
        "valid_until": _day(row.valid_until),
        "revoked_on": _day(row.revoked_on),
        "replaces": row.replaces,
        "replaced_by": replaced_by.id if replaced_by else None,
        "physical": row.physical,
        "fee": json.loads(row.fee) if row.fee else None,
        "issued_at": rfc3339(row.issued_at),
    }


def status_on(row: ResultRow, on: date) -> str:
    """valid, not_yet, expired or revoked on a day; a date left out sets no limit."""
    if row.revoked_on is not None and row.revoked_on <= on:
        return "revoked"
    if row.valid_until is not None and row.valid_until < on:
        return "expired"
    return "not_yet" if row.issued_on > on else "valid"


def verified(conn: Connection, desk: Desk, row: ResultRow) -> Verified:
    """The stored result held against its seal, its signature, what stands beside it and its row in the archive."""
    faults = []
    status = status_on(row, desk.clock.today())
    try:
        claims = opened(conn, desk, row).claims
    except NotIntact as e:
        return Verified((str(e.facts["fault"]),), status)
    if not _agrees(desk, row, claims):
        faults.append("record")
    if not _archived_alike(conn, desk, row, claims):
        faults.append("archive")
    return Verified(tuple(faults), status)


def _agrees(desk: Desk, row: ResultRow, claims: Mapping[str, Any]) -> bool:
    """What stands beside the signed result says the same as it does."""
    holder = claims["holder"]
    beside = {
        "jti": row.id,
        "version": row.version,
        "document_type": row.document_type,
        "result_code": row.result_code,
        "issued_on": _day(row.issued_on),
        "valid_until": _day(row.valid_until),
        "revoked_on": _day(row.revoked_on),
        "procedure": row.procedure,
        "dossier": row.dossier_code,
    }
    same = all(claims.get(name) == said for name, said in beside.items())
    return same and desk.sealer.mark(SubjectKind(holder["kind"]), holder["id"]) == row.holder_mark


def _archived_alike(conn: Connection, desk: Desk, row: ResultRow, claims: Mapping[str, Any]) -> bool:
    """Its row in the archive says the same; one from before it was kept does not say whom it was issued to."""
    archived = rows.archived(conn, row.document_ref)
    kept = ("holder_mark", "document_type", "result_code", "issued_on", "valid_until", "revoked_on")
    if archived is None or any(archived[name] != getattr(row, name) for name in kept):
        return False
    issued_to = asdict(desk.sealer.identity_marks(row.holder_mark, identity_of(claims)))
    return all(archived[name] in (None, mark) for name, mark in issued_to.items())


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """The name and birth date a signed result was issued to."""
    holder = claims["holder"]
    return Identity(holder.get("full_name"), holder.get("birth_date"))


def _place(result_id: str, version: int) -> str:
    return f"result:{result_id}:{version}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
