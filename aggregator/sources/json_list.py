"""Undocumented JSON lists behind lab and news pages: what a stanza's dotted paths say becomes entries. Bytes to
entries; no I/O.

Such lists may break any day: a missing path is `schema_unexpected`, a list that had entries and is empty now is
`empty_listing`, never "no news". Paths:

* `a.b.c` a field of a field; `a[].b` the field of every element; `[]` or an empty path the value itself (a
  top-level list); `a|b` the first of two that says something;
* a path with braces is a template, `/t/{slug}/{id}`, whose values are percent-encoded;
* `{year}` in the URL and in the body is the year of the poll (UTC); its list may be empty until mid-January.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aggregator import dates
from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources.feed import is_day
from aggregator.sources.json_bytes import complaint, epoch, load
from aggregator.sources.port import Endpoints
from aggregator.urls import canonical_url, http_url

MAXIMUM_ENTRIES = 5000
_HOLE = re.compile(r"\{([\w.\[\]|\-]+)\}")


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """One request: `method`, `headers` and `body` (an object or text) as the stanza says."""
    options = source.options
    body = options.get("body")
    if isinstance(body, Mapping | list):
        body = json.dumps(body, ensure_ascii=False)
    headers = {"Accept": "application/json", **{str(k): str(v) for k, v in (options.get("headers") or {}).items()}}
    method = str(options.get("method", "POST" if body else "GET")).upper()
    if body and not any(name.casefold() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    encoded = str(body).replace("{year}", str(now.year)).encode() if body else None
    return (Ask(source.url.replace("{year}", str(now.year)), method=method, headers=headers, body=encoded),)


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return the entries of a list, in its order (pinned rows may come first).

    Notes: too_many_items, schema_changed (records without title and link), where_empty. Raises ParseError: not_json,
    bot_challenge, empty_body, api_error (the answer says that it failed), schema_unexpected (no list at `items`, or
    nothing fulfils `where` any more), empty_listing (but for the first days of a year whose list is a new one).
    """
    if answer.not_modified:
        return Reading()
    value = load(answer)
    rows = _rows(value, str(source.options.get("items", "")), answer)
    is_new_year = "{year}" in source.url and (now.month, now.day <= 15) == (1, True)
    if not rows and cursor.get("listed") and not is_new_year:
        raise ParseError(f"{answer.url}: the list is empty, and it had entries", code="empty_listing")
    notes = ["too_many_items"] if len(rows) > MAXIMUM_ENTRIES else []
    wanted = [row for row in rows[:MAXIMUM_ENTRIES] if _matches(row, source.options.get("where") or {})]
    if rows and not wanted and cursor.get("listed"):
        raise ParseError(f"{answer.url}: no record fulfils `where`, and some did before", code="schema_unexpected")
    entries: dict[str, Entry] = {}
    broken = 0
    for row in wanted:
        try:
            entry = to_entry(row, source, answer.url)
        except (TypeError, ValueError, AttributeError, OverflowError):
            entry = None
        if entry is None:
            broken += 1
        else:
            entries.setdefault(entry.guid, entry)
    if wanted and not entries:
        raise ParseError(f"{answer.url}: no record has a title or a link where the paths say", code="schema_unexpected")
    notes += [f"schema_changed: {broken}"] if broken else []
    notes += ["where_empty"] if rows and not wanted else []
    changed = {"listed": len(entries)} if entries and cursor.get("listed") != len(entries) else {}
    return Reading(tuple(entries.values()), cursor=changed, notes=tuple(notes))


def _rows(value: Any, path: str, answer: Answer) -> list[Any]:
    """The list at `items`."""
    _check_success(value, answer)
    found = _list_at(value, path)
    if not isinstance(found, list):
        told = complaint(value)
        what = f"no list at `{path or '[]'}`"
        raise ParseError(f"{answer.url}: {what}" + (f" ({told})" if told else ""), code="schema_unexpected")
    return found


def _list_at(value: Any, path: str) -> Any:
    """The list at a path (of alternatives the first that is there), or None: what is missing is no empty list."""
    for alternative in path.split("|"):
        steps = alternative.strip().removesuffix("[]")
        if not steps:
            return value
        lists = [found for found in every(value, steps) if isinstance(found, list)]
        outer, inner, _ = steps.partition("[]")
        if lists or (inner and every(value, outer) == [[]]):
            return [row for found in lists for row in found]
    return None


def _check_success(value: Any, answer: Answer) -> None:
    """Raises ParseError `api_error` for the usual ways in which such APIs report failures with HTTP 200."""
    if not isinstance(value, dict):
        return
    code = value.get("code", value.get("Code"))
    status = (value.get("BaseResp") or {}).get("StatusCode") if isinstance(value.get("BaseResp"), dict) else None
    failed = value.get("success", value.get("Success")) is False
    failed = failed or (isinstance(code, int) and code not in (0, 200)) or bool(status)
    failed = failed or (bool(value.get("errors")) and not value.get("data"))
    if failed:
        raise ParseError(
            f"{answer.url}: the API reports a failure ({complaint(value) or code or status})", code="api_error"
        )


def first(value: Any, path: str) -> Any:
    """The value at a path of `value`, of alternatives the first that says something; None if there is none."""
    for alternative in path.split("|"):
        found = every(value, alternative.strip())
        for one in found:
            if one not in (None, "", [], {}):
                return one
    named = every(value, path.split("|")[0].strip())
    return named[0] if named else None


def every(value: Any, path: str) -> list[Any]:
    """All values at a path without alternatives; `[]` goes through the elements of a list."""
    found = [value]
    for step in path.split("."):
        name = step.removesuffix("[]")
        if name:
            found = [v[name] for v in found if isinstance(v, dict) and name in v]
        if step.endswith("[]"):
            found = [e for v in found if isinstance(v, list) for e in v]
    return found


def _matches(row: Any, where: Mapping[str, Any]) -> bool:
    """Whether a record has, at each path of `where`, the value (or one of the list of values) given."""
    for path, wanted in where.items():
        allowed = wanted if isinstance(wanted, list) else [wanted]
        if not any(found == value for found in every(row, path) for value in allowed):
            return False
    return True


def _said(row: Any, path: str | None, *, is_url: bool = False) -> str:
    """The text at a path or of a template; "" if there is none."""
    if not path:
        return ""
    if "{" in path:
        parts = [first(row, name) for name in _HOLE.findall(path)]
        if any(part in (None, "") for part in parts):
            return ""
        texts = iter(quote(str(part), safe="") if is_url else str(part) for part in parts)
        return _HOLE.sub(lambda _: next(texts), path)
    found = first(row, path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).strip()


def to_entry(row: Any, source: Source, base: str) -> Entry | None:
    """Return a record's entry, None if it has neither title nor link.

    guid: its id, else the canonical link, else a hash of title and date. An absolute link stays as it is; another one
    gets `link_prefix` before it (percent-encoded) or is resolved against the page.
    """
    options = source.options
    title, raw_date = _said(row, options.get("title")), first(row, options["date"]) if options.get("date") else None
    url = _link(row, options, base)
    if not title and not url:
        return None
    published, dated = _date(raw_date, options.get("date_unit"), source.timezone)
    identity = _said(row, options.get("id")) or (canonical_url(url) if url else "")
    if not identity:
        identity = "sha256:" + hashlib.sha256(f"{title}\x00{raw_date}".encode()).hexdigest()[:32]
    return Entry(
        guid=identity,
        url=url,
        title=title,
        summary=_said(row, options.get("summary")),
        content=_said(row, options.get("content")),
        author=_said(row, options.get("author")) or None,
        published=published,
        dated=dated,
    )


def _link(row: Any, options: Mapping[str, Any], base: str) -> str | None:
    """The record's page. `link_prefix` may be a template of its own (then `link` is optional)."""
    prefix, path = str(options.get("link_prefix", "")), options.get("link")
    if "{" in prefix:
        found = _said(row, path, is_url=True) if path else ""
        if re.match(r"https?://", found):
            return http_url(found, base)
        return http_url(_said(row, prefix, is_url=True) + found, base)
    found = _said(row, path, is_url=True)
    if not found:
        return None
    if re.match(r"https?://", found):
        return http_url(found, base)
    return http_url(prefix + quote(found, safe="/:?=&%#@+,;~!$'()*") if prefix else found, base)


def _date(raw: Any, unit: str | None, zone: str | None) -> tuple[datetime | None, str]:
    """A record's time and whether it is one of a day only: a count since 1970 is a day if it is midnight in the
    source's zone.
    """
    if unit in ("s", "ms"):
        try:
            at = epoch(float(raw), unit) if raw not in (None, "", 0, True, False) else None
        except (TypeError, ValueError):
            at = None
        local = at.astimezone(ZoneInfo(zone) if zone else UTC) if at else None
        return at, "day" if local and (local.hour, local.minute, local.second) == (0, 0, 0) else "second"
    if not isinstance(raw, str):
        return None, "second"
    return dates.parse(raw, zone), "day" if is_day(raw) else "second"
