"""Decisions: the facts and the answer as the exact bytes that were judged and given. Never changed."""

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String(36), primary_key=True),
    # paper_demand, dossier or supplement_request
    Column("purpose", String, nullable=False),
    Column("dossier_code", String),
    Column("subject_mark", String(64), nullable=False),
    Column("procedure", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("officer", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("law_as_of", Date, nullable=False),
    Column("catalogue_revision", Integer, nullable=False),
    Column("rulebook_revision", String, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "dossier_code"),
)
