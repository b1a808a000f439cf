"""Stories in the order in which they are listed: an index that ends no sort of thousands with the same number of sources."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("story_by_cover", table_name="story")
    op.create_index("story_by_rank", "story", ["sources", "items", "appeared"], unique=False)
