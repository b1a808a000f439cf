"""Number and time of the items that are no copies, in one index: a search need not look at the row of each hit."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("CREATE INDEX item_shown ON item (seq, appeared) WHERE copy_of IS NULL")
