"""Sessions and reports; whose act a look-up was made for."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ADDED = {"subject_mark": sa.String(length=64), "procedure": sa.String(), "dossier_code": sa.String()}


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("way_back", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
    )
    op.create_index("ix_logins_ends_at", "logins", ["ends_at"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_owner", "sessions", ["owner"])
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reporter_mark", sa.String(length=64), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("demanded_on", sa.Date(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_reporter_mark_filed_at", "reports", ["reporter_mark", "filed_at"])
    op.create_index("ix_reports_agency_filed_at", "reports", ["agency", "filed_at"])
    for name, kind in _ADDED.items():
        op.add_column("lookups", sa.Column(name, kind, nullable=True))
        # Until now every look-up that led to something belongs to a decision.
        op.execute(
            f"UPDATE lookups SET {name} = "  # noqa: S608 - names of our own
            f"(SELECT d.{name} FROM decisions d WHERE d.decision_id = lookups.decision_id)"
        )


def downgrade() -> None:
    for name in reversed(_ADDED):
        op.drop_column("lookups", name)
    op.drop_table("reports")
    op.drop_table("sessions")
    op.drop_table("logins")
