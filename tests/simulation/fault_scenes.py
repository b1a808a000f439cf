"""Faults in what is no part of a worker's day: an upgrade of the schema, a restore, labels made anew.

Each scene makes its database, meets the fault in a process of its own, looks at what is left, then does the same again
undisturbed, and looks again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pretended
from delivery_kills import Driver, unsound
from sixty_days import CONFIG, START, Says

from aggregator import identity
from aggregator.model import Entry, Poll, Source
from aggregator.storage import Store
from aggregator.storage.migrations import VERSIONS

SOURCE = Source("alpha", "feed", "https://alpha.example/feed")
NOW = datetime.fromisoformat(START.isoformat())


def fill(store: Store, numbers: range) -> None:
    """A poll that finds articles about lines of these numbers."""
    entries = [
        Entry(f"alpha-{n}", f"https://alpha.example/{n}", f"GLM-{n} | open", summary=f"Story {n}") for n in numbers
    ]
    ready = tuple(
        replace(identity.prepare(entry, SOURCE, Says(), NOW), key=key)
        for entry, key in zip(entries, identity.item_keys(SOURCE.id, entries), strict=True)
    )
    store.commit_polls([Poll(SOURCE, ready, {}, {}, True, NOW)], NOW)


def dump(file: Path) -> str:
    with Store.open(f"sqlite:///{file}") as store:
        return store.logical_dump()


def disturbed(driver: Driver, fault: str, **asked: Any) -> list[str]:
    """Meet the fault; a frozen life is looked at by others while it hangs, then goes on. What was wrong."""
    answer = driver.ask(fault=fault, **asked)
    if "frozen" not in answer:
        met = answer["status"] == (-9 if fault.endswith("kill") else 0)
        return [] if met else [f"{fault} was not reached ({answer['status']})"]
    file = Path(asked["database"].removeprefix("sqlite:///"))
    wrong = [f"while {fault}: {problem}" for problem in unsound(file)] if file.exists() else ["there is no database"]
    status = driver.ask(thaw=answer["frozen"])["status"]
    return wrong + ([] if status == 0 else [f"{fault}: the thawed one ended with {status}"])


def upgrade(driver: Driver, folder: Path, fault: str) -> list[str]:
    """An upgrade over two versions: the schema is the old or the new one, the copy of the old one is whole."""
    file, migrations = folder / "old.db", pretended.write(folder)
    with Store.open(f"sqlite:///{file}") as store:
        fill(store, range(11, 60))
        before = store.logical_dump()
    asked = {"scene": "upgrade", "database": f"sqlite:///{file}", "migrations": str(migrations)}
    wrong = disturbed(driver, fault, **asked)
    left = pretended.made(file)
    wrong += unsound(file) + ([f"{fault} left a schema {left}"] if left == "between" else [])
    copy = Path(f"{file}.schema-{VERSIONS[-1]}")
    if not copy.exists() or dump(copy) != before:
        wrong.append(f"{fault}: the copy of the former database is missing or another one")
    if driver.ask(fault="", **asked)["status"] or pretended.made(file) != "new" or unsound(file):
        wrong.append(f"{fault}: the next start did not upgrade")
    return wrong + rows_lost(file, copy)


def rows_lost(file: Path, copy: Path) -> list[str]:
    """Rows of the former database that the upgraded one does not have."""
    connection = sqlite3.connect(file)
    connection.execute("ATTACH ? AS former", (str(copy),))
    names = [r[0] for r in connection.execute("SELECT name FROM former.sqlite_master WHERE type='table' AND sql LIKE 'CREATE TABLE%'")]  # fmt: skip
    wrong = []
    for name in names:
        if name.startswith(("item_search", "sqlite_", "alembic_")):
            continue
        columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA former.table_info({name})"))
        lost = connection.execute(f"SELECT {columns} FROM former.{name} EXCEPT SELECT {columns} FROM main.{name}").fetchall()  # fmt: skip
        if lost and name != "setting":
            wrong.append(f"{len(lost)} rows of {name} are lost")
    connection.close()
    return wrong


def restore(driver: Driver, folder: Path, fault: str) -> list[str]:
    """A restore: the database is the former one or the backup, never missing; the former one is kept."""
    file, backup = folder / "live.db", folder / "backup.db"
    with Store.open(f"sqlite:///{file}") as store:
        fill(store, range(11, 20))
        store.backup(backup)
        fill(store, range(20, 40))
        former = store.logical_dump()
    saved = dump(shutil.copy(backup, folder / "reference.db"))
    asked = {"scene": "restore", "database": f"sqlite:///{file}", "backup": str(backup)}
    wrong = disturbed(driver, fault, **asked)
    if not file.exists():
        return [*wrong, f"{fault}: there is no database left"]
    if dump(file) not in (former, saved):
        wrong.append(f"{fault}: the database is neither the former one nor the backup")
    kept = folder / "live.db.before-restore"
    if dump(file) == saved and (not kept.exists() or dump(kept) != former):
        wrong.append(f"{fault}: the former database is not kept")
    if driver.ask(fault="", **asked)["status"] or dump(file) != saved or unsound(file):
        wrong.append(f"{fault}: the next restore failed")
    wrong += [f"{fault}: left behind {path.name}" for path in folder.glob("live.db*.partial")]
    return wrong


def relabel(driver: Driver, folder: Path, fault: str) -> list[str]:
    """Labels made anew: all or none of them, and at last all."""
    file, config = folder / "live.db", folder / "sources.toml"
    text = CONFIG.format(folder=folder, every="30m", late="")
    config.write_text(text + f'[sources.alpha]\nkind = "feed"\nurl = "{SOURCE.url}"\n', "utf-8")
    with Store.open(f"sqlite:///{file}", regions={"zhipu": "cn", "qwen": "cn"}) as store:
        fill(store, range(11, 60))
        before = store.logical_dump()
    asked = {"scene": "relabel", "database": f"sqlite:///{file}", "config": str(config), "now": NOW.isoformat()}
    wrong = disturbed(driver, fault, **asked)
    left = dump(file)
    again = driver.ask(fault="", **asked)["status"]
    after = dump(file)
    if after == before or again:
        wrong.append(f"{fault}: the next one changed nothing ({again})")
    if left not in (before, after):
        wrong.append(f"{fault}: some items are labelled anew and some are not")
    return wrong + unsound(file)


SCENES: dict[str, Callable[[Driver, Path, str], list[str]]] = {
    "schema": upgrade,
    "restore": restore,
    "relabel": relabel,
}


def play(driver: Driver, folder: Path, fault: str) -> list[str]:
    """Meet `point:action` in its scene; everything that was wrong."""
    own = folder / fault.replace(":", "-").replace(".", "-")
    os.makedirs(own)
    return SCENES[fault.partition(".")[0]](driver, own, fault)
