"""Filled forms, sealed, for as long as somebody may still file a dossier with them."""

from sqlalchemy import Column, Index, LargeBinary, String, Table

from app.models.base import Moment, metadata

prefills = Table(
    "prefills",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("client", String, nullable=False),
    Column("procedure", String, nullable=False),
    # The applicant's keyed hash: nobody else files with it.
    Column("subject_mark", String(64), nullable=False),
    # What was answered, sealed: values, sources, what is missing and why.
    Column("sealed", LargeBinary, nullable=False),
    Column("filled_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "expires_at"),
)
