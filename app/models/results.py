"""Results the province has issued: the signed result itself is sealed, version by version, and never changed."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata
from app.models.dossiers import dossiers

results = Table(
    "results",
    metadata,
    Column("id", String(36), primary_key=True),
    # Opaque: under it the result stands in the archive, and on its printed page.
    Column("document_ref", String, nullable=False, unique=True),
    Column("dossier_code", String, ForeignKey(dossiers.c.code), nullable=False),
    Column("procedure", String, nullable=False),
    Column("holder_mark", String(64), nullable=False),
    Column("document_type", String, nullable=False),
    # National result code, KQ.…
    Column("result_code", String, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("valid_until", Date),
    Column("revoked_on", Date),
    # 1 as issued, 2 once revoked.
    Column("version", Integer, nullable=False),
    # The result this one corrects; nothing is corrected twice.
    Column("replaces", String(36), ForeignKey("results.id"), unique=True),
    Column("physical", Boolean, nullable=False),
    # The fee charged for the physical copy with what was concluded about it, canonical JSON; null where none was.
    Column("fee", LargeBinary),
    Column("client", String, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Index(None, "dossier_code"),
    Index(None, "holder_mark", "document_type"),
)

result_versions = Table(
    "result_versions",
    metadata,
    Column("result_id", String(36), ForeignKey(results.c.id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # The compact JWS, sealed for this result and version alone.
    Column("sealed", LargeBinary, nullable=False),
    # Keyed digest of the JWS, as the journal has it.
    Column("digest", String(64), nullable=False),
    # Why it was revoked; null on version 1.
    Column("reason", String),
    Column("client", String, nullable=False),
    Column("signed_at", Moment, nullable=False),
)

result_keys = Table(
    "result_keys",
    metadata,
    # RFC 7638 thumbprint.
    Column("kid", String, primary_key=True),
    # The public JWK, sealed, so that nobody slips in one of their own.
    Column("sealed", LargeBinary, nullable=False),
    Column("first_used_at", Moment, nullable=False),
)

dossier_representatives = Table(
    "dossier_representatives",
    metadata,
    Column("dossier_code", String, ForeignKey(dossiers.c.code), primary_key=True),
    # Who acts for the organisation that applies, sealed.
    Column("representative", LargeBinary, nullable=False),
    # confirmed, not_representative or no_answer, as last looked up; `body` is what is shown of it, canonical JSON.
    Column("status", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("checked_at", Moment, nullable=False),
)
