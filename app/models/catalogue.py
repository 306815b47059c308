"""Published revisions of the catalogue: rows are added, never changed."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, Serial, metadata

catalogue_revisions = Table(
    "catalogue_revisions",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", String, nullable=False),
    # starter: the catalogue that ships with the product; api: a `PUT`; import: a file; review: a correction;
    # portal: the national portal.
    Column("origin", String, nullable=False),
)

catalogue_publications = Table(
    "catalogue_publications",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("revision", Integer, ForeignKey(catalogue_revisions.c.revision), nullable=False),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    # Canonical JSON, the bytes of which the digest (SHA-256, hex) is taken.
    Column("body", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    Index(None, "revision"),
    Index(None, "kind", "key"),
)
