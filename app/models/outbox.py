"""What happened, as a log others read, and what of it is on its way to them.

`events` is written in the commit of what happened and is all that story pays for; the worker numbers the log and puts
into `outbox` what the national portal and the wallet are to be told. No personal data stands in any of these rows: a
message is made from the dossier when it is sent.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from app.models.base import Moment, Serial, metadata

events = Table(
    "events",
    metadata,
    # In the order of writing; of one dossier's events that is the order of their commits.
    Column("seq", Serial, primary_key=True),
    Column("id", String(36), nullable=False),
    # In the order of reading, without gaps: given by one dispatcher, so that no reader passes by a late commit.
    Column("number", Serial, unique=True),
    Column("type", String, nullable=False),
    # A dossier's code, or the id of a result, a report, a subscription.
    Column("subject", String, nullable=False),
    # Canonical JSON.
    Column("data", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "subject", "seq"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True),
    # portal or wallet
    Column("destination", String, nullable=False),
    # Messages of one stream go out in order, one after the other: `dossier:{code}`, `result:{id}`.
    Column("stream", String, nullable=False),
    # report, update or progress at the portal; result at the wallet
    Column("kind", String, nullable=False),
    Column("event", Serial, nullable=False),
    # waiting, delivered, dead, undeliverable, discarded
    Column("status", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    # When it is tried next; null while another of its stream is before it.
    Column("due_at", Moment),
    # Until then a worker is at it; after a crash another takes it over.
    Column("held_until", Moment),
    Column("holder", String(36)),
    # Why it was not taken, as a code.
    Column("cause", String),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # What is to be told of an event is put down once.
    UniqueConstraint("event", "kind"),
    Index(None, "destination", "status", "due_at"),
    Index(None, "stream", "id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("client", String, nullable=False),
    Column("url", String, nullable=False),
    # Event types with spaces between them; empty: all.
    Column("types", String, nullable=False),
    # What deliveries are signed with, sealed.
    Column("secret", LargeBinary, nullable=False),
    # The number of the last event it has taken.
    Column("cursor", Serial, nullable=False),
    # active or disabled
    Column("status", String, nullable=False),
    # In a row, since the last that succeeded.
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("cause", String),
    Column("due_at", Moment, nullable=False),
    Column("held_until", Moment),
    Column("holder", String(36)),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Index(None, "client"),
)
