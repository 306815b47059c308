"""Answers kept under the caller's Idempotency-Key, written in the same commit as their effect."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("client", String, primary_key=True),
    Column("route", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("body_digest", String(64), nullable=False),
    # Until then a running request holds the key; after a crash another may take it over.
    Column("held_until", Moment, nullable=False),
    # Who holds it: a taken-over request may not settle a key it has lost.
    Column("holder", String(36), nullable=False),
    Column("status", Integer),
    Column("headers", LargeBinary),
    Column("body", LargeBinary),
    Column("created_at", Moment, nullable=False),
    Index(None, "created_at"),
)
