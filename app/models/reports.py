"""What citizens report: a paper that was demanded of them, what the law says to it, and how the office answered."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, String, Table

from app.models.base import Moment, metadata

reports = Table(
    "reports",
    metadata,
    # Random: it stands in addresses and says nothing.
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    # filed, answered or closed
    Column("status", String, nullable=False),
    # The reporter's keyed hash, and nothing else of theirs: the office answers without knowing whom.
    Column("reporter_mark", String(64), nullable=False),
    Column("procedure", String, nullable=False),
    Column("document_type", String, nullable=False),
    Column("form", String, nullable=False),
    # The office that is reported on.
    Column("agency", String, nullable=False),
    Column("demanded_on", Date, nullable=False),
    # What was said at the counter, sealed: people write names into it.
    Column("said", LargeBinary),
    Column("decision_id", String(36), nullable=False),
    Column("outcome", String, nullable=False),
    Column("filed_at", Moment, nullable=False),
    # The office's answer, sealed, and which client gave it.
    Column("answer", LargeBinary),
    Column("answered_by", String),
    Column("answered_at", Moment),
    Column("closed_at", Moment),
    # Whether the matter was settled, in the reporter's own word.
    Column("settled", Boolean),
    Index(None, "reporter_mark", "filed_at"),
    Index(None, "agency", "filed_at"),
)
