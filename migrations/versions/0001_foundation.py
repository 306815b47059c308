"""The foundation: catalogue, decisions, dossiers, journal, idempotency, archive, clients.

Up and down on SQLite and PostgreSQL; keep it short, it runs under a lock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_clients",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name="pk_api_clients"),
    )
    op.create_table(
        "archived_results",
        sa.Column("document_ref", sa.String(), nullable=False),
        sa.Column("holder_mark", sa.String(length=64), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("result_code", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_ref", name="pk_archived_results"),
    )

    op.create_index(
        "ix_archived_results_holder_mark_document_type", "archived_results", ["holder_mark", "document_type"]
    )

    op.create_table(
        "catalogue_revisions",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_catalogue_revisions"),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("dossier_code", sa.String(), nullable=True),
        sa.Column("subject_mark", sa.String(length=64), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("law_as_of", sa.Date(), nullable=False),
        sa.Column("catalogue_revision", sa.Integer(), nullable=False),
        sa.Column("rulebook_revision", sa.String(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decisions"),
    )

    op.create_index("ix_decisions_dossier_code", "decisions", ["dossier_code"])

    op.create_table(
        "dossier_counters",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "day", name="pk_dossier_counters"),
    )
    op.create_table(
        "dossiers",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("case", sa.String(), nullable=True),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("applicant", sa.LargeBinary(), nullable=False),
        sa.Column("applicant_mark", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("law_as_of", sa.Date(), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recheck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rechecks", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("conclusion", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_dossiers"),
    )

    op.create_index("ix_dossiers_applicant_mark", "dossiers", ["applicant_mark"])
    op.create_index("ix_dossiers_recheck_at", "dossiers", ["recheck_at"])

    op.create_table(
        "idempotency_keys",
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client", "route", "key", name="pk_idempotency_keys"),
    )

    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])

    op.create_table(
        "journal_entries",
        sa.Column("strand", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("strand", "seq", name="pk_journal_entries"),
    )
    op.create_table(
        "journal_strands",
        sa.Column("strand", sa.String(length=36), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("strand", name="pk_journal_strands"),
    )

    op.create_index("ix_journal_strands_opened_at", "journal_strands", ["opened_at"])

    op.create_table(
        "lookups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("holder_mark", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("document_types", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lookups"),
    )

    op.create_index("ix_lookups_holder_mark_looked_up_at", "lookups", ["holder_mark", "looked_up_at"])

    op.create_table(
        "catalogue_publications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision"],
            ["catalogue_revisions.revision"],
            name="fk_catalogue_publications_revision_catalogue_revisions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_publications"),
    )

    op.create_index("ix_catalogue_publications_kind_key", "catalogue_publications", ["kind", "key"])
    op.create_index("ix_catalogue_publications_revision", "catalogue_publications", ["revision"])

    op.create_table(
        "dossier_components",
        sa.Column("dossier_code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("supplied", sa.String(), nullable=False),
        sa.Column("handed_back", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_code"], ["dossiers.code"], name="fk_dossier_components_dossier_code_dossiers"
        ),
        sa.PrimaryKeyConstraint("dossier_code", "position", name="pk_dossier_components"),
    )
    op.create_table(
        "dossier_moves",
        sa.Column("dossier_code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_status", sa.Integer(), nullable=False),
        sa.Column("to_status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossiers.code"], name="fk_dossier_moves_dossier_code_dossiers"),
        sa.PrimaryKeyConstraint("dossier_code", "version", name="pk_dossier_moves"),
    )
    op.create_table(
        "supplement_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dossier_code", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_code"], ["dossiers.code"], name="fk_supplement_requests_dossier_code_dossiers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_supplement_requests"),
    )

    op.create_index("ix_supplement_requests_dossier_code", "supplement_requests", ["dossier_code"])


def downgrade() -> None:

    op.drop_index("ix_supplement_requests_dossier_code", "supplement_requests")

    op.drop_table("supplement_requests")
    op.drop_table("dossier_moves")
    op.drop_table("dossier_components")

    op.drop_index("ix_catalogue_publications_revision", "catalogue_publications")
    op.drop_index("ix_catalogue_publications_kind_key", "catalogue_publications")

    op.drop_table("catalogue_publications")

    op.drop_index("ix_lookups_holder_mark_looked_up_at", "lookups")

    op.drop_table("lookups")

    op.drop_index("ix_journal_strands_opened_at", "journal_strands")

    op.drop_table("journal_strands")
    op.drop_table("journal_entries")

    op.drop_index("ix_idempotency_keys_created_at", "idempotency_keys")

    op.drop_table("idempotency_keys")

    op.drop_index("ix_dossiers_recheck_at", "dossiers")
    op.drop_index("ix_dossiers_applicant_mark", "dossiers")

    op.drop_table("dossiers")
    op.drop_table("dossier_counters")

    op.drop_index("ix_decisions_dossier_code", "decisions")

    op.drop_table("decisions")
    op.drop_table("catalogue_revisions")

    op.drop_index("ix_archived_results_holder_mark_document_type", "archived_results")

    op.drop_table("archived_results")
    op.drop_table("api_clients")
