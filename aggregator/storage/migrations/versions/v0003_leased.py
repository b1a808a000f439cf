"""The sources that somebody has, by owner: whoever looks for what the dead hold does not read the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    leased = sa.text("lease_owner IS NOT NULL")
    op.create_index("source_by_lease", "source", ["lease_owner"], sqlite_where=leased, postgresql_where=leased)
