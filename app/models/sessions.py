"""Logins on their way and visits of people who are signed in. Of what a browser shows, only the SHA-256 is kept."""

from sqlalchemy import Column, Index, LargeBinary, String, Table

from app.models.base import Moment, metadata

logins = Table(
    "logins",
    metadata,
    # SHA-256 of `state`; the row is gone with its first use.
    Column("id", String(64), primary_key=True),
    # citizen or officer
    Column("kind", String, nullable=False),
    # SHA-256 of the cookie of the browser that began it.
    Column("browser", String(64), nullable=False),
    Column("nonce", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("way_back", String, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index(None, "ends_at"),
)

sessions = Table(
    "sessions",
    metadata,
    # SHA-256 of the cookie.
    Column("id", String(64), primary_key=True),
    Column("kind", String, nullable=False),
    # Who it is: the keyed hash of the citizen, or of the organisation they act for; the officer's code.
    Column("owner", String(64), nullable=False),
    # Everything about the person, and the ID token that ends the session at the provider: sealed JSON.
    Column("person", LargeBinary, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index(None, "owner"),
    Index(None, "ends_at"),
)
