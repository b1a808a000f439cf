#!/usr/bin/env python3
"""Keep a store of this schema for test_upgrades.py: `python tests/storage/keep_store.py`, before a migration is added.

Polls the demo world at a fixed time, plans a digest of it, and writes the database to tests/storage/old/VERSION.db.xz.
"""

from __future__ import annotations

import lzma
import os
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from aggregator import app, deliver  # noqa: E402
from aggregator.demo.server import DemoServer  # noqa: E402

NOW = datetime(2026, 2, 20, 8, tzinfo=UTC)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, DemoServer() as server:
        config, file, small = (str(Path(scratch) / name) for name in ("sources.toml", "full.db", "small.db"))
        Path(config).write_text(server.sources_toml(), "utf-8")
        environ = {**os.environ, **server.environment(with_token=True)}
        with app.open(config=config, database=f"sqlite:///{file}", environ=environ, now=lambda: NOW) as opened:
            opened.poll(opened.sources(()))
            deliver.plan_due(opened.means())
            version = opened.store.schema_version
        connection = sqlite3.connect(file)
        connection.execute("VACUUM INTO ?", (small,))
        connection.close()
        kept = HERE / "old" / f"{version}.db.xz"
        kept.write_bytes(lzma.compress(Path(small).read_bytes(), preset=9))
        print(f"{kept}: {kept.stat().st_size} bytes")


if __name__ == "__main__":
    main()
