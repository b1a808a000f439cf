"""The public views: stable names and columns for people who ask the database in SQL (Datasette, DuckDB, sqlite3).

Described in docs/web.md. A column is never renamed, removed or given another meaning within `_v1`; further ones may come
at the end. Times are ISO 8601 in UTC with `Z`, lists are JSON arrays, summaries have at most 280 characters.
"""

from __future__ import annotations

_TIME = "strftime('%Y-%m-%dT%H:%M:%SZ', {0}) AS {0}"


def _time(column: str) -> str:
    return _TIME.format(column)


ITEMS_V1 = f"""CREATE VIEW items_v1 AS
SELECT id, source, guid, url, title, substr(summary, 1, 280) AS summary, author, language,
  {_time("published")},
  {_time("first_seen")},
  {_time("appeared")},
  kind, topics, labs, lines, mentions, story_id AS story, copy_of, late, baseline
FROM item"""

RELEASES_V1 = f"""CREATE VIEW releases_v1 AS
SELECT key, name AS line,
  coalesce(nullif(generation_name, ''), name) AS generation, lab, region, family, version, status, openness, licence, osi,
  json_extract(details, '$.open.weights') AS weights,
  json_extract(details, '$.open.commercial') AS commercial,
  modalities, json_extract(details, '$.sizes') AS sizes,
  json_extract(details, '$.params_total') AS params_total,
  json_extract(details, '$.params_active') AS params_active,
  json_extract(details, '$.context') AS context,
  {_time("first_seen")},
  {_time("appeared")},
  {_time("new_at")},
  (SELECT json_extract(step.value, '$[1]') FROM json_each(line.details, '$.timeline') AS step
    WHERE json_extract(step.value, '$[0]') = 'open') AS open_at,
  (SELECT count(*) FROM artifact WHERE artifact.line = line.key) AS artifacts,
  items, stories
FROM line WHERE status IS NOT NULL"""

VIEWS = (ITEMS_V1, RELEASES_V1)
