"""Redeemed presentations, and the queues of the counter."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presentations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("verifier_kind", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("dossier_code", sa.String(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=True),
        sa.Column("holder_mark", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_presentations"),
    )
    op.create_index("ix_presentations_holder_mark_redeemed_at", "presentations", ["holder_mark", "redeemed_at"])
    op.create_index("ix_presentations_dossier_code", "presentations", ["dossier_code"])
    op.create_table(
        "presentation_demands",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("presentation_id", sa.String(length=36), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("law_as_of", sa.Date(), nullable=False),
        sa.Column("rulebook_revision", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("demanded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["presentation_id"],
            ["presentations.id"],
            name="fk_presentation_demands_presentation_id_presentations",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_presentation_demands"),
    )
    op.create_index("ix_presentation_demands_presentation_id", "presentation_demands", ["presentation_id"])
    op.create_index("ix_dossiers_agency_status", "dossiers", ["agency", "status"])
    op.create_index("ix_dossiers_decided_by_status", "dossiers", ["decided_by", "status"])


def downgrade() -> None:
    op.drop_index("ix_dossiers_decided_by_status", "dossiers")
    op.drop_index("ix_dossiers_agency_status", "dossiers")
    op.drop_table("presentation_demands")
    op.drop_table("presentations")
