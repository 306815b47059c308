"""The monthly publications, and the triggers that keep them as they were published.

A later migration that lets Alembic copy this table on SQLite has to make the triggers anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WORDS = "a published monthly list is never changed"
_SQLITE = (
    f"""
    CREATE TRIGGER monthly_lists_no_update BEFORE UPDATE ON monthly_lists
    BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END
    """,
    f"""
    CREATE TRIGGER monthly_lists_no_delete BEFORE DELETE ON monthly_lists
    BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END
    """,
    # INSERT OR REPLACE deletes what stands there without asking the trigger above.
    """
    CREATE TRIGGER monthly_lists_no_replace BEFORE INSERT ON monthly_lists
    WHEN EXISTS (SELECT 1 FROM monthly_lists WHERE month = NEW.month AND revision = NEW.revision)
    BEGIN SELECT RAISE(ABORT, 'a published monthly list is never changed'); END
    """,
)
_POSTGRESQL = (
    f"""
    CREATE FUNCTION monthly_lists_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER monthly_lists_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON monthly_lists
    FOR EACH STATEMENT EXECUTE FUNCTION monthly_lists_kept()
    """,
)


def upgrade() -> None:
    op.create_table(
        "monthly_lists",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("catalogue_revision", sa.Integer(), nullable=False),
        sa.Column("rulebook_revision", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("month", "revision", name="pk_monthly_lists"),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("monthly_lists")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION monthly_lists_kept()")
