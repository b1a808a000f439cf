"""Two migrations that no release has, to upgrade to: one makes a table and fills it, one alters and indexes another.

`install` makes this process believe in them. What they make can be seen (`made`), so that a test can tell an old schema
from a new one and from anything between.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from aggregator.storage import migrations, store, upkeep

FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9998", "{head}", None, None


def upgrade():
    op.create_table("pretended", sa.Column("seq", sa.Integer(), primary_key=True), sa.Column("guid", sa.Text()))
    op.execute("INSERT INTO pretended SELECT seq, guid FROM item")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "9998", None, None


def upgrade():
    op.add_column("item", sa.Column("pretended", sa.Integer(), nullable=False, server_default="7"))
    op.execute("UPDATE item SET pretended = seq")
    op.create_index("pretended_by_guid", "pretended", ["guid"])
"""


def write(folder: Path) -> Path:
    """The program's migrations and two more behind them."""
    target = folder / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, target, ignore=shutil.ignore_patterns("__pycache__"))
    head = migrations.VERSIONS[-1]
    (target / "versions" / "v9998_first.py").write_text(FIRST.replace("{head}", head))
    (target / "versions" / "v9999_second.py").write_text(SECOND)
    return target


def install(folder: str) -> None:
    """From now on this process knows the migrations of `folder`."""
    versions = (*migrations.VERSIONS, "9998", "9999")
    upkeep.SCRIPTS = Path(folder)
    upkeep.VERSIONS = store.VERSIONS = versions


def made(file: Path) -> str:
    """The version that a database says, and what of the two migrations is in it, as one word: `old`, `new` or `between`."""
    connection = sqlite3.connect(file)
    try:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        columns = {row[1] for row in connection.execute("PRAGMA table_info(item)")}
        signs = ("pretended" in tables, "pretended_by_guid" in tables, "pretended" in columns)
        whole = (
            all(signs)
            and not connection.execute(
                "SELECT 1 FROM item LEFT JOIN pretended USING (seq) WHERE pretended.guid IS NOT item.guid OR "
                "item.pretended IS NOT item.seq"
            ).fetchall()
        )
    finally:
        connection.close()
    if version == "9999" and whole:
        return "new"
    return "old" if version == migrations.VERSIONS[-1] and not any(signs) else "between"
