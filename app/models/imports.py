"""Files handed in to be imported: kept until the worker has been through them, and what came of each."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata

imports = Table(
    "imports",
    metadata,
    # In the order of their coming: a UUID of version 7.
    Column("id", String(36), primary_key=True),
    Column("client", String, nullable=False),
    Column("name", String, nullable=False),
    # As asked; null where the header is to tell.
    Column("kind", String),
    Column("dry_run", Boolean, nullable=False),
    Column("strict", Boolean, nullable=False),
    Column("valid_from", Date),
    # queued, running, done, refused, failed
    Column("status", String, nullable=False),
    # The file as it came; dropped with the end of the work.
    Column("content", LargeBinary),
    Column("rows_done", Integer, nullable=False),
    Column("rows_total", Integer),
    # What came of it: kind, counts, problems[], warnings[], canonical JSON.
    Column("report", LargeBinary),
    Column("revision", Integer),
    # Until then a worker is at it; after a crash another takes it over, `attempts` times at most.
    Column("held_until", Moment),
    Column("holder", String(36)),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(None, "status"),
)
