"""Systems that may call the service: only the hash of a secret is kept."""

from sqlalchemy import Column, String, Table

from app.models.base import Moment, metadata

api_clients = Table(
    "api_clients",
    metadata,
    Column("client_id", String, primary_key=True),
    Column("secret_digest", String(64), nullable=False),
    # Space-separated scopes
    Column("scopes", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)
