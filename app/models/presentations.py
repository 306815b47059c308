"""Share codes that were redeemed, and the papers demanded after that. What was shared is not kept, only its names."""

from sqlalchemy import Column, Date, ForeignKey, Index, LargeBinary, String, Table

from app.models.base import Moment, metadata

presentations = Table(
    "presentations",
    metadata,
    # Also the id under which the wallet was asked.
    Column("id", String(36), primary_key=True),
    Column("client", String, nullable=False),
    # office or private
    Column("verifier_kind", String, nullable=False),
    # An agency's code, or the number of an organisation.
    Column("verifier", String, nullable=False),
    Column("officer", String),
    Column("purpose", String, nullable=False),
    Column("procedure", String),
    Column("dossier_code", String),
    # validation or sharing
    Column("mode", String, nullable=False),
    Column("document_type", String, nullable=False),
    # valid, expired, revoked or absent
    Column("standing", String, nullable=False),
    # Names of the fields that were shared, apart by spaces.
    Column("fields", String, nullable=False),
    # Whose document it is, sealed; null where only yes or no was shown.
    Column("holder", LargeBinary),
    Column("holder_mark", String(64)),
    # Keyed digest of the signed presentation.
    Column("digest", String(64), nullable=False),
    Column("redeemed_at", Moment, nullable=False),
    Index(None, "holder_mark", "redeemed_at"),
    Index(None, "dossier_code"),
)

presentation_demands = Table(
    "presentation_demands",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("presentation_id", String(36), ForeignKey(presentations.c.id), nullable=False),
    Column("document_type", String, nullable=False),
    Column("form", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("law_as_of", Date, nullable=False),
    Column("rulebook_revision", String, nullable=False),
    # The decision, where an office demanded.
    Column("decision_id", String(36)),
    Column("client", String, nullable=False),
    Column("demanded_at", Moment, nullable=False),
    Index(None, "presentation_id"),
)
