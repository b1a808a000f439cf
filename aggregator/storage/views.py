"""The public views: stable names and columns for people who ask the database in SQL (Datasette, DuckDB, sqlite3, psql).

Described in docs/web.md. A column is never renamed, removed or given another meaning within `_v1`; further ones may come
at the end. Times are ISO 8601 in UTC with `Z`, lists are JSON arrays, summaries have at most 280 characters.
"""

from __future__ import annotations

from typing import Protocol

from aggregator.storage.dialect import Spoken, postgresql, sqlite


class Words(Protocol):
    """How a database writes a time, takes a value out of JSON, and finds when a line was first open."""

    OPEN_AT: str

    def time_words(self, column: str) -> str: ...
    def value_words(self, column: str, path: str, kind: str = "text") -> str: ...


def items_v1(words: Words) -> str:
    """Return the statement that makes `items_v1`."""
    published, first_seen, appeared = (f"{words.time_words(c)} AS {c}" for c in ("published", "first_seen", "appeared"))
    return f"""CREATE VIEW items_v1 AS
SELECT id, source, guid, url, title, substr(summary, 1, 280) AS summary, author, language,
  {published},
  {first_seen},
  {appeared},
  kind, topics, labs, lines, mentions, story_id AS story, copy_of, late, baseline
FROM item"""


def releases_v1(words: Words) -> str:
    """Return the statement that makes `releases_v1`."""
    first_seen, appeared, new_at = (f"{words.time_words(c)} AS {c}" for c in ("first_seen", "appeared", "new_at"))
    return f"""CREATE VIEW releases_v1 AS
SELECT key, name AS line,
  coalesce(nullif(generation_name, ''), name) AS generation, lab, region, family, version, status, openness, licence, osi,
  {words.value_words("details", "open.weights")} AS weights,
  {words.value_words("details", "open.commercial")} AS commercial,
  modalities, {words.value_words("details", "sizes")} AS sizes,
  {words.value_words("details", "params_total", "bigint")} AS params_total,
  {words.value_words("details", "params_active", "bigint")} AS params_active,
  {words.value_words("details", "context", "bigint")} AS context,
  {first_seen},
  {appeared},
  {new_at},
  {words.OPEN_AT} AS open_at,
  (SELECT count(*) FROM artifact WHERE artifact.line = line.key) AS artifacts,
  items, stories
FROM line WHERE status IS NOT NULL"""


VIEWS = tuple(Spoken(sqlite=view(sqlite), postgresql=view(postgresql)) for view in (items_v1, releases_v1))
