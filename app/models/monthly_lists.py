"""The monthly publications: signed bytes, added and never changed. Triggers in the database hold that too."""

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata

monthly_lists = Table(
    "monthly_lists",
    metadata,
    # `yyyy-mm`
    Column("month", String(7), primary_key=True),
    # 1, 2, 3, … within the month; from 2 on a correction.
    Column("revision", Integer, primary_key=True, autoincrement=False),
    # The day whose law it states.
    Column("as_of", Date, nullable=False),
    # What is signed: canonical JSON (RFC 8785), and its SHA-256 in hex.
    Column("content", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    # The members of the lists, by list, as canonical JSON; their digests stand in the content.
    Column("members", LargeBinary, nullable=False),
    # Compact JWS with the payload left out: `header..signature`.
    Column("signature", String, nullable=False),
    Column("catalogue_revision", Integer, nullable=False),
    Column("rulebook_revision", String, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", String, nullable=False),
    Column("reason", String),
)
