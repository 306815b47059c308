"""Systems that may call the service."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from app.models.clients import api_clients


def find(conn: Connection, client_id: str) -> tuple[str, frozenset[str]] | None:
    """(secret digest, scopes) of a client that is not disabled."""
    c = api_clients.c
    row = conn.execute(
        select(c.secret_digest, c.scopes).where(c.client_id == client_id, c.disabled_at.is_(None))
    ).first()
    return (row.secret_digest, frozenset(row.scopes.split())) if row else None


def add(conn: Connection, client_id: str, secret_digest: str, scopes: str, at: datetime) -> None:
    conn.execute(
        insert(api_clients).values(client_id=client_id, secret_digest=secret_digest, scopes=scopes, created_at=at)
    )
