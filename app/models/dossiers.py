"""Dossiers with their version number, what was supplied, and every move and supplement request, kept for ever."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, false

from app.models.base import Moment, metadata

dossiers = Table(
    "dossiers",
    metadata,
    Column("code", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("procedure", String, nullable=False),
    Column("case", String),
    Column("agency", String, nullable=False),
    Column("officer", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("client", String, nullable=False),
    Column("applicant", LargeBinary, nullable=False),
    Column("applicant_mark", String(64), nullable=False),
    Column("received_at", Moment, nullable=False),
    # The day of the law that applies: the day of receipt, for as long as the dossier lives.
    Column("law_as_of", Date, nullable=False),
    Column("wait_until", Moment, nullable=False),
    # When the worker asks the silent source again; null where nothing waits.
    Column("recheck_at", Moment),
    Column("rechecks", Integer, nullable=False),
    Column("decision_id", String(36), nullable=False),
    # to_supply[] and handed_back[] as last concluded, canonical JSON.
    Column("conclusion", LargeBinary, nullable=False),
    # The agency that decides; `agency` is where the dossier was handed in.
    Column("decided_by", String, nullable=False, server_default=""),
    # Null while the office's clock stands still, and where no act says how long the procedure takes.
    Column("due_at", Moment),
    # When the office's clock began to run: the dossier was received in full, and is with the agency that decides.
    Column("started_at", Moment),
    # Since when the applicant has been asked for something.
    Column("paused_at", Moment),
    # Seconds of working time that were left when the clock was stopped.
    Column("left_seconds", Integer),
    # Until when the office must have asked for what it could not retrieve; null where no law sets a limit.
    Column("ask_by", Moment),
    Column("asked_late", Boolean, nullable=False, server_default=false()),
    # How often the applicant was asked to supplement, as the national index counts it.
    Column("supplements", Integer, nullable=False, server_default="0"),
    # When the office had done its part: refused, stopped, decided, or the dossier was withdrawn.
    Column("ended_at", Moment),
    # What the applicant declared, sealed; null where no form was handed in.
    Column("form", LargeBinary),
    # How the applicant wants the result, canonical JSON.
    Column("wishes", LargeBinary),
    Index(None, "recheck_at"),
    Index(None, "applicant_mark"),
    Index(None, "received_at"),
    # The queues of an agency.
    Index(None, "agency", "status"),
    Index(None, "decided_by", "status"),
)

dossier_components = Table(
    "dossier_components",
    metadata,
    Column("dossier_code", String, ForeignKey(dossiers.c.code), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("supplied", String, nullable=False),
    Column("handed_back", Boolean, nullable=False),
    # Whose document it is, sealed; null where it is the applicant's.
    Column("holder", LargeBinary),
)

dossier_counters = Table(
    "dossier_counters",
    metadata,
    Column("agency", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

dossier_moves = Table(
    "dossier_moves",
    metadata,
    Column("dossier_code", String, ForeignKey(dossiers.c.code), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("from_status", Integer, nullable=False),
    Column("to_status", Integer, nullable=False),
    Column("reason", String),
    Column("client", String, nullable=False),
    Column("moved_at", Moment, nullable=False),
    # one_stop, handler, citizen or system; null where it was not asked yet.
    Column("actor", String),
)

supplement_requests = Table(
    "supplement_requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("dossier_code", String, ForeignKey(dossiers.c.code), nullable=False),
    Column("decision_id", String(36), nullable=False),
    # sent or refused: a refused attempt is kept as well
    Column("outcome", String, nullable=False),
    Column("items", LargeBinary, nullable=False),
    Column("client", String, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Index(None, "dossier_code"),
)
