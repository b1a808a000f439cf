"""Cases of the catalogue that need no server: each name begins with the id of its case."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import config, identity
from aggregator.errors import ConfigurationError
from aggregator.model import Entry, Labels, Poll, PollCounts, Source
from aggregator.storage import Store

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 2, 17, 8, 0, tzinfo=UTC)
SOURCE = Source("x", "feed", "https://x.example/feed")


class Plain:
    """An understanding that knows nothing."""

    def labels(self, entry: Any, source: Any, *, title: str, summary: str, content: str) -> Labels:
        return Labels("other")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with Store.open(database) as opened:
        yield opened


def poll(store: Store, *entries: Entry, at: datetime = NOW, source: Source = SOURCE) -> PollCounts:
    """One whole poll of a source that listed these entries."""
    keys = identity.item_keys(source.id, entries)
    prepared = []
    for entry, key in zip(entries, keys, strict=True):
        one = identity.prepare(entry, source, Plain(), at)
        prepared.append(one if one.key == key else _with_key(one, key))
    made = Poll(source, tuple(prepared), {}, {}, True, at + timedelta(hours=1))
    return store.commit_polls([made], at)[0]


def _with_key(one: Any, key: str) -> Any:
    from dataclasses import replace

    return replace(one, key=key)


def entry(number: int, guid: str | None = None, **more: Any) -> Entry:
    values: dict[str, Any] = {
        "guid": f"g{number}" if guid is None else guid,
        "url": f"https://x.example/{number}",
        "title": f"A note on training, numbered {number}",
        "published": NOW - timedelta(hours=number),
    }
    return Entry(**{**values, **more})


# ------------------------------------------------------------------------------------------------ feed semantics


def test_S2_when_every_guid_changes_nothing_is_new(store: Store) -> None:
    poll(store, *(entry(n, f"http://x.example/{n}") for n in range(10)))
    counts = poll(store, *(entry(n, f"https://x.example/new/{n}") for n in range(10)), at=NOW + timedelta(hours=1))
    assert counts.new == 0
    assert store.items()[1] == 10


def test_S2_when_guids_and_links_change_title_and_day_find_the_items(store: Store) -> None:
    poll(store, *(entry(n) for n in range(10)))
    moved = (entry(n, f"moved{n}", url=f"https://moved.example/posts/{n}") for n in range(10))
    assert poll(store, *moved, at=NOW + timedelta(hours=1)).new == 0


def test_S3_random_guids_make_nothing_new_at_any_poll(store: Store) -> None:
    poll(store, *(entry(n, f"random-0-{n}") for n in range(10)))
    for again in range(1, 5):
        counts = poll(store, *(entry(n, f"random-{again}-{n}") for n in range(10)), at=NOW + timedelta(hours=again))
        assert counts.new == 0
    assert store.items()[1] == 10


def test_S4_different_items_under_one_guid_are_both_kept_and_stay(store: Store) -> None:
    for hour in range(3):
        counts = poll(store, entry(1, "same"), entry(2, "same"), at=NOW + timedelta(hours=hour))
        assert counts.new == (2 if hour == 0 else 0)
    assert store.items()[1] == 2


def test_S5_without_guids_the_link_then_the_text_decides(store: Store) -> None:
    for hour in range(3):
        counts = poll(
            store, entry(1, ""), entry(2, "", url=None), entry(3, "", url=None, published=None),
            at=NOW + timedelta(hours=hour),
        )  # fmt: skip
        assert counts.new == (3 if hour == 0 else 0)


def test_S8_order_and_a_sliding_window_change_nothing(store: Store) -> None:
    poll(store, *(entry(n) for n in range(10)))
    assert poll(store, *(entry(n) for n in reversed(range(5))), at=NOW + timedelta(hours=1)).new == 0
    assert poll(store, *(entry(n) for n in (9, 3, 7, 0)), at=NOW + timedelta(hours=2)).new == 0
    assert store.items()[1] == 10


def test_H29_an_old_and_a_new_copy_by_turns_make_the_union_once(store: Store) -> None:
    old, new = [entry(n) for n in range(5)], [entry(n) for n in range(2, 7)]
    poll(store, *old)
    for hour in range(1, 6):
        counts = poll(store, *(new if hour % 2 else old), at=NOW + timedelta(hours=hour))
        assert counts.new == (2 if hour == 1 else 0)
    assert store.items()[1] == 7


def test_P7_a_nul_in_any_field_is_gone_before_the_store(store: Store) -> None:
    poll(store, entry(1, "g\0uid", title="a\0b", summary="c\0d", content="e\0f", author="g\0h"))
    (item,), _ = store.items()
    assert "\0" not in repr(item) and item.title == "ab"


@pytest.mark.parametrize("text", ["\x1b[31m", "\x85", "\u2028", "\ufffe", "\ud800", "\u202e", "\U000e0041"])
def test_P8_P9_P12_what_hurts_is_removed_from_titles(store: Store, text: str) -> None:
    poll(store, entry(1, title=f"left{text}right"))
    (item,), _ = store.items()
    assert text not in item.title and item.title.startswith("left") and item.title.endswith("right")


@pytest.mark.slow
@given(st.integers(0, 2**80), st.text(max_size=9000), st.datetimes(timezones=st.just(UTC)))
@settings(max_examples=30, deadline=None)
def test_D13_large_guids_numbers_and_odd_years_are_stored(number: int, guid: str, when: datetime) -> None:
    with Store.open("sqlite://") as store:
        counts = poll(
            store, entry(1, guid + "x" * 9000, published=when, extra={"number": number, "tags": ["t" * 1000] * 100})
        )
        assert counts.new == 1 and counts.rejected == ()


# ------------------------------------------------------------------------------------------------ storage


def test_D2_a_directory_in_place_of_the_file_is_named_and_untouched(tmp_path: Path) -> None:
    from aggregator.errors import StoreError

    (tmp_path / "x.db").mkdir()
    with pytest.raises(StoreError) as caught, Store.open(f"sqlite:///{tmp_path}/x.db"):
        pass
    assert "x.db" in caught.value.detail and list((tmp_path / "x.db").iterdir()) == []


def test_D3_a_junk_file_is_refused_and_its_bytes_stay(tmp_path: Path) -> None:
    from aggregator.errors import StoreError

    junk = b"no database at all " * 1000
    (tmp_path / "x.db").write_bytes(junk)
    with pytest.raises(StoreError), Store.open(f"sqlite:///{tmp_path}/x.db"):
        pass
    assert (tmp_path / "x.db").read_bytes() == junk


def test_D7_every_writing_transaction_begins_at_once(tmp_path: Path) -> None:
    """With a rival that holds the lock a write waits instead of failing in its middle."""
    with Store.open(f"sqlite:///{tmp_path}/x.db") as store:
        rival = sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)
        rival.execute("BEGIN IMMEDIATE")
        import threading

        threading.Timer(0.5, lambda: rival.execute("COMMIT")).start()
        assert poll(store, entry(1)).new == 1


# ------------------------------------------------------------------------------------------------ configuration, security


@given(st.text(min_size=1, max_size=300))
@settings(max_examples=60, deadline=None)
def test_X12_an_id_of_a_source_is_a_harmless_word_or_refused(identifier: str) -> None:
    import tempfile

    import tomlkit

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sources.toml"
        quoted = tomlkit.string(identifier).as_string() if "\r" not in identifier else '"x"'
        try:
            path.write_text(f'[sources.{quoted}]\nkind = "feed"\nurl = "https://x.example/feed"\n', "utf-8")
        except UnicodeEncodeError:
            return
        try:
            found = config.load(str(path), {})
        except ConfigurationError:
            return
        for name in found.sources:
            assert not set(name) & set("/\\\0\n\r") and ".." not in name and len(name.encode()) <= 255, name


def test_X13_X14_nothing_in_the_package_can_run_what_it_reads() -> None:
    """No eval, exec, pickle, yaml or shell; feedparser is given bytes in a buffer, never a text that it would open."""
    for path in (ROOT / "aggregator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in ("eval", "exec", "os.system", "os.popen", "compile", "__import__"), f"{path}: {name}"
                assert not any(k.arg == "shell" for k in node.keywords), path
                if name == "feedparser.parse":
                    assert ast.unparse(node.args[0]) == "body" and "body = io.BytesIO(" in path.read_text("utf-8")
