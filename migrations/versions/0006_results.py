"""Issued results, and who acts for an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "results",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_ref", sa.String(), nullable=False),
        sa.Column("dossier_code", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("holder_mark", sa.String(length=64), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("result_code", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("physical", sa.Boolean(), nullable=False),
        sa.Column("fee", sa.LargeBinary(), nullable=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_results"),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossiers.code"], name="fk_results_dossier_code_dossiers"),
        sa.ForeignKeyConstraint(["replaces"], ["results.id"], name="fk_results_replaces_results"),
        sa.UniqueConstraint("document_ref", name="uq_results_document_ref"),
        sa.UniqueConstraint("replaces", name="uq_results_replaces"),
    )
    op.create_index("ix_results_dossier_code", "results", ["dossier_code"])
    op.create_index("ix_results_holder_mark_document_type", "results", ["holder_mark", "document_type"])
    op.create_table(
        "result_versions",
        sa.Column("result_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("result_id", "version", name="pk_result_versions"),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name="fk_result_versions_result_id_results"),
    )
    op.create_table(
        "result_keys",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name="pk_result_keys"),
    )
    op.create_table(
        "dossier_representatives",
        sa.Column("dossier_code", sa.String(), nullable=False),
        sa.Column("representative", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dossier_code", name="pk_dossier_representatives"),
        sa.ForeignKeyConstraint(
            ["dossier_code"], ["dossiers.code"], name="fk_dossier_representatives_dossier_code_dossiers"
        ),
    )


def downgrade() -> None:
    op.drop_table("dossier_representatives")
    op.drop_table("result_keys")
    op.drop_table("result_versions")
    op.drop_index("ix_results_holder_mark_document_type", "results")
    op.drop_index("ix_results_dossier_code", "results")
    op.drop_table("results")
