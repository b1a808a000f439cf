"""Twenty encodings, each declared rightly and wrongly in header, document and both: the titles are exact or it is said."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from encoded_feeds import ENCODINGS, Feed, feeds  # noqa: E402  (tests/ is no package)

from aggregator.model import Answer, Ask, Source  # noqa: E402
from aggregator.parsing import read_safely  # noqa: E402
from aggregator.sources import Endpoints  # noqa: E402

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://example.org/feed"


def titles_of(one: Feed) -> tuple[tuple[str, ...], bool]:
    """The titles that are read, and whether a guess is admitted."""
    headers = {"content-type": f"application/xml; charset={one.header}" if one.header else "application/xml"}
    reading = read_safely(Ask(URL), Answer(URL, 200, headers, one.body), Source("x", "feed", URL), {}, Endpoints(), NOW)
    return tuple(entry.title for entry in reading.entries), "encoding_guessed" in reading.notes


def test_P1_P3_P4_P5_titles_in_twenty_encodings_are_exact_however_they_are_declared() -> None:
    documents = list(feeds())
    assert len(ENCODINGS) >= 20 and len(documents) >= 300
    titles = exact = 0
    silent, wrong = [], []
    for one in documents:
        found, is_guess = titles_of(one)
        right = sum(a == b for a, b in zip(found, one.titles, strict=False)) if len(found) == len(one.titles) else 0
        titles += len(one.titles)
        exact += right
        if right < len(one.titles):
            wrong.append((one.name, found[:1]))
            if not is_guess:
                silent.append((one.name, found[:1]))
    assert silent == []
    assert exact >= 0.99 * titles, (exact, titles, wrong[:40])


def test_P1_an_encoding_that_is_declared_rightly_is_no_guess_and_exact() -> None:
    wrong = []
    for one in feeds():
        right = one.name.split(":")[0].split()[0]
        if one.name.endswith(
            (f"header {right}, document -", f"header -, document {right}", f"header {right}, document {right}")
        ):
            found, is_guess = titles_of(one)
            if found != one.titles or is_guess:
                wrong.append(one.name)
    assert wrong == []
