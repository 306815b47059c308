"""Who was looked up, where, by whom and what for: one row a call to a source; and results the province issued."""

from sqlalchemy import Column, Date, Index, String, Table

from app.models.base import Moment, Serial, metadata

lookups = Table(
    "lookups",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("decision_id", String(36), nullable=False),
    Column("holder_mark", String(64), nullable=False),
    Column("source", String, nullable=False),
    Column("service", String),
    Column("document_types", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("officer", String, nullable=False),
    Column("cause", String),
    Column("looked_up_at", Moment, nullable=False),
    # Whose act it was made for: the holder of the data sees their own acts only. Null: not on record.
    Column("subject_mark", String(64)),
    Column("procedure", String),
    Column("dossier_code", String),
    Index(None, "holder_mark", "looked_up_at"),
)

archived_results = Table(
    "archived_results",
    metadata,
    # Opaque, and what a finding shows as document_ref.
    Column("document_ref", String, primary_key=True),
    Column("holder_mark", String(64), nullable=False),
    Column("document_type", String, nullable=False),
    # National result code, KQ.…
    Column("result_code", String, nullable=False),
    Column("issued_on", Date),
    Column("valid_until", Date),
    Column("revoked_on", Date),
    Column("recorded_at", Moment, nullable=False),
    # Whom it was issued to, to be compared and not read: keyed hashes. Null: not on record, and not compared.
    Column("name_mark", String(64)),
    Column("birth_mark", String(64)),
    Column("birth_year_mark", String(64)),
    Index(None, "holder_mark", "document_type"),
)
