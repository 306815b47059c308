"""All tables, imported so that the metadata is whole wherever it is used."""

from app.models import (
    catalogue,
    clients,
    decisions,
    dossiers,
    evidence,
    idempotency,
    imports,
    journal,
    monthly_lists,
    outbox,
    prefills,
    presentations,
    reports,
    results,
    sessions,
)
from app.models.base import metadata

__all__ = [
    "catalogue",
    "clients",
    "decisions",
    "dossiers",
    "evidence",
    "idempotency",
    "imports",
    "journal",
    "metadata",
    "monthly_lists",
    "outbox",
    "prefills",
    "presentations",
    "reports",
    "results",
    "sessions",
]
