"""The benchmark's world is what it claims to be, and the same each time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import measure, raw, world  # noqa: E402  (benchmarks/ is no installed package)
from benchmarks.documents import ENTRIES, Feed, encoding_of, feeds, form_of, language_of  # noqa: E402

COUNT = 40


@pytest.fixture(scope="module")
def made() -> list[Feed]:
    return list(feeds(COUNT))


@pytest.fixture(scope="module")
def served() -> Iterator[world.World]:
    with world.opened(COUNT) as running:
        yield running


def test_the_feeds_are_the_same_bytes_each_time(made: list[Feed]) -> None:
    assert made == list(feeds(COUNT))


def test_a_thousand_feeds_have_the_forms_languages_and_encodings_that_are_claimed() -> None:
    numbers = range(1000)
    forms = [form_of(n) for n in numbers]
    assert {form: forms.count(form) for form in set(forms)} == {
        "content": 450, "description": 100, "atom": 350, "rdf": 50, "json": 50
    }  # fmt: skip
    spoken = [language_of(n) for n in numbers]
    assert {language: spoken.count(language) for language in set(spoken)} == {"en": 700, "zh": 200, "fr": 100}
    assert sum(encoding_of(n) == "gb18030" for n in numbers) == 20
    assert {form_of(n) for n in numbers if language_of(n) == "zh"} == set(forms)
    assert len({world.host_of(n) for n in numbers}) == 1000


def test_each_document_has_25_entries_and_40_to_62_kilobytes(made: list[Feed]) -> None:
    for feed in made:
        rows = list(raw.rows_of(feed.before))
        assert (len(rows), len({row[0] for row in rows})) == (ENTRIES, ENTRIES), feed.number
        assert all(all(row[:5]) for row in rows), feed.number  # a feed of descriptions has no content
        assert 40_000 <= len(feed.before) <= 62_000, (feed.number, len(feed.before))


def test_the_new_entry_comes_first_and_the_oldest_goes(made: list[Feed]) -> None:
    for feed in made:
        before, after = ([row[0] for row in raw.rows_of(body)] for body in (feed.before, feed.after))
        assert after[1:] == before[:-1] and after[0] not in before
        if feed.plain is not None:
            assert [row[0] for row in raw.rows_of(feed.plain[0])] == before


def test_the_server_gives_304_for_what_is_known_and_all_hosts_are_apart(served: world.World, made: list[Feed]) -> None:
    served.change(after=False)
    served.count()
    urls = served.urls()
    assert len({urlsplit(url).hostname for url in urls}) == COUNT
    answers = asyncio.run(raw.fetch_all(urls))
    assert [(200, feed.before) for feed in made] == answers
    etags = [f'"f{number}-0"' for number in range(COUNT)]
    assert [status for status, _ in asyncio.run(raw.fetch_all(urls, etags))] == [304] * COUNT
    served.change(after=True)
    assert [(200, feed.after) for feed in made] == asyncio.run(raw.fetch_all(urls, etags))
    counts = served.count()
    assert (counts.full, counts.unchanged, counts.other) == (2 * COUNT, COUNT, 0)


def test_an_answer_comes_after_the_latency(served: world.World) -> None:
    served.change(latency=0.2)
    run = measure.run([sys.executable, "-c", "import sys, urllib.request as u; u.urlopen(sys.argv[1])", served.url(0)])
    served.change(latency=0)
    assert run.status == 0 and run.wall >= 0.2


def test_the_time_of_a_process_that_nobody_waited_for_is_counted() -> None:
    burns = "import time, signal\nwhile time.process_time() < 0.3: pass\nprint('burnt', flush=True)\nsignal.pause()"
    leaves = f"""import subprocess, sys
child = subprocess.Popen([sys.executable, '-c', {burns!r}], stdout=subprocess.PIPE)
assert child.stdout.readline() == b'burnt' + bytes([10])
child.returncode = 0
"""
    run = measure.run([sys.executable, "-c", leaves])
    assert (run.status, run.errors) == (0, "") and run.cpu >= 0.3
