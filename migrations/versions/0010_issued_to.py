"""The archive keeps whom a result was issued to, as keyed hashes; results from before do not say."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MARKS = ("name_mark", "birth_mark", "birth_year_mark")


def upgrade() -> None:
    for name in _MARKS:
        op.add_column("archived_results", sa.Column(name, sa.String(length=64), nullable=True))


def downgrade() -> None:
    for name in reversed(_MARKS):
        op.drop_column("archived_results", name)
