"""When a dossier is due, who decides it, what was declared in it; who made each move."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _added() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("decided_by", sa.String(), nullable=False, server_default=""),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_seconds", sa.Integer(), nullable=True),
        sa.Column("ask_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_late", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("supplements", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form", sa.LargeBinary(), nullable=True),
        sa.Column("wishes", sa.LargeBinary(), nullable=True),
    )


def upgrade() -> None:
    for column in _added():
        op.add_column("dossiers", column)
    op.add_column("dossier_moves", sa.Column("actor", sa.String(), nullable=True))
    op.create_index("ix_dossiers_received_at", "dossiers", ["received_at"])
    # Until now every dossier was decided where it was handed in.
    op.execute("UPDATE dossiers SET decided_by = agency")
    # Each request that was sent counts, and each time a dossier was put into 5 by hand (with a reason) and left so.
    op.execute(
        "UPDATE dossiers SET supplements = (SELECT count(*) FROM supplement_requests s "
        "WHERE s.dossier_code = dossiers.code AND s.outcome = 'sent') + (SELECT count(*) FROM dossier_moves m "
        "WHERE m.dossier_code = dossiers.code AND m.to_status = 5 AND m.reason IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM supplement_requests s WHERE s.dossier_code = m.dossier_code AND s.outcome = 'sent' "
        "AND s.asked_at >= m.moved_at AND NOT EXISTS (SELECT 1 FROM dossier_moves n "
        "WHERE n.dossier_code = m.dossier_code AND n.version > m.version AND n.moved_at <= s.asked_at)))"
    )
    # Who has been asked since the dossier last left 5 and has not answered yet is waited for.
    op.execute(
        "UPDATE dossiers SET paused_at = (SELECT max(s.asked_at) FROM supplement_requests s "
        "WHERE s.dossier_code = dossiers.code AND s.outcome = 'sent' AND NOT EXISTS (SELECT 1 FROM dossier_moves m "
        "WHERE m.dossier_code = s.dossier_code AND m.to_status <> 5 AND m.moved_at > s.asked_at)) WHERE status = 5"
    )
    op.execute(
        "UPDATE dossiers SET ended_at = (SELECT min(m.moved_at) FROM dossier_moves m "
        "WHERE m.dossier_code = dossiers.code AND m.to_status = 3) WHERE status = 3"
    )


def downgrade() -> None:
    op.drop_index("ix_dossiers_received_at", "dossiers")
    op.drop_column("dossier_moves", "actor")
    for column in reversed(_added()):
        op.drop_column("dossiers", column.name)
