"""The journal's strands and entries: the bytes that were hashed are the bytes that are kept."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata

journal_strands = Table(
    "journal_strands",
    metadata,
    Column("strand", String(36), primary_key=True),
    Column("opened_at", Moment, nullable=False),
    Index(None, "opened_at"),
)

journal_entries = Table(
    "journal_entries",
    metadata,
    Column("strand", String(36), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
)
