"""ModelScope: the models of one owner by the official OpenAPI v1, every page of them. No I/O.

Shape: `GET /openapi/v1/models` of the OpenAPI document and of modelscope_hub `_openapi.py`. The API has no sort by
creation: the listing is read whole, by last change, 50 a page. It answers errors with `success: false`, sometimes on
HTTP 200 (`api_error`), and knows no "unknown owner": an empty first page is an error (`empty_listing`). `params` 0
means unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Repository, Source
from aggregator.sources.huggingface import positive, relations_of, summary_of
from aggregator.sources.json_bytes import load, mapping_in, number_in, object_of, strings_in, text_in, time_in
from aggregator.sources.links import MAXIMUM_PAGES
from aggregator.sources.port import Endpoints

PAGE_SIZE = 50
_LICENCES = {
    "mit license": "mit", "mit": "mit", "apache license 2.0": "apache-2.0", "apache license version 2.0": "apache-2.0",
    "apache-2.0": "apache-2.0", "apache 2.0": "apache-2.0", "bsd 3-clause license": "bsd-3-clause",
    "gpl-3.0": "gpl-3.0", "gnu general public license v3.0": "gpl-3.0", "cc-by-4.0": "cc-by-4.0",
    "cc-by-nc-4.0": "cc-by-nc-4.0", "openrail": "openrail", "other": "other",
}  # fmt: skip
"""ModelScope's spellings of licences (lower case) to the ones that Hugging Face cards use."""


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """The first page of the owner's models, last changed first."""
    return (_page(source.options["organisation"], 1, endpoints),)


def _page(owner: str, number: int, endpoints: Endpoints) -> Ask:
    query = urlencode({"owner": owner, "sort": "last_modified", "page_number": number, "page_size": PAGE_SIZE})
    return Ask(
        f"{endpoints.modelscope}/openapi/v1/models?{query}",
        headers={"Accept": "application/json"},
        context={"page": number},
    )


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return the models of one page; private rows are left out, a malformed row costs itself (note `schema_changed`).

    Raises ParseError: api_error, empty_listing, schema_unexpected, not_json, empty_body.
    """
    if answer.not_modified:
        return Reading()
    value = object_of(load(answer), answer)
    owner, page = source.options["organisation"], int(ask.context.get("page", 1))
    if value.get("success") is not True:
        code, message = value.get("code"), value.get("message")
        raise ParseError(
            f"{owner}: ModelScope answered {code or 'without success'}: {str(message)[:200]}", code="api_error"
        )
    listing = mapping_in(value, "data")
    rows = listing.get("models")
    if not isinstance(rows, list):
        raise ParseError(f"{answer.url}: data.models is no list", code="schema_unexpected")
    if not rows and page == 1:
        raise ParseError(
            f"{owner}: ModelScope lists no model (renamed, misspelt, or a failed search)", code="empty_listing"
        )
    entries, broken = [], 0
    for row in rows:
        try:
            entry = to_entry(row, endpoints)
        except (TypeError, ValueError, KeyError, AttributeError):
            entry = None
            broken += 1
        if entry is not None:
            entries.append(entry)
    if broken and broken == len(rows):
        raise ParseError(f"{answer.url}: no row of the listing has the known shape", code="schema_unexpected")
    more = bool(rows) and page * PAGE_SIZE < (number_in(listing, "total_count") or 0)
    cut = more and page >= MAXIMUM_PAGES
    notes = ([f"schema_changed: {broken}"] if broken else []) + (["too_many_pages"] if cut else [])
    return Reading(
        entries=tuple(entries),
        pages=(_page(owner, page + 1, endpoints),) if more and not cut else (),
        cursor={"listed": len(entries)} if page == 1 and cursor.get("listed") != len(entries) else {},
        last=not more,
        notes=tuple(notes),
    )


def to_entry(row: Mapping[str, Any], endpoints: Endpoints) -> Entry | None:
    """Return a row's entry, None for a private one; raises ValueError if the row has no id of the form `owner/name`."""
    if row.get("private") is True:
        return None
    name = text_in(row, "id")
    if not name or name.count("/") != 1:
        raise ValueError("a row without an id")
    repository = to_repository(row, name)
    shown, description = text_in(row, "display_name"), text_in(row, "description")
    return Entry(
        guid=name,
        url=f"{endpoints.modelscope}/models/{quote(name)}",
        title=name,
        summary=summary_of(repository, "ModelScope"),
        content=description or "",
        author=name.split("/")[0],
        published=repository.created,
        updated=repository.modified,
        artifact=repository,
        extra={"kind": "model", "licence_written": text_in(row, "license"), "display_name": shown},
    )


def to_repository(row: Mapping[str, Any], name: str) -> Repository:
    """All that the listing says of a model repository, unjudged; licences in Hugging Face's spelling where both have
    one.
    """
    tags = strings_in(row, "tags")
    tasks = strings_in(row, "tasks")
    licence = text_in(row, "license") or _tagged(tags, "license")
    return Repository(
        hub="modelscope",
        id=name,
        created=time_in(row, "created_at"),
        modified=time_in(row, "last_modified"),
        licence=_LICENCES.get(licence.casefold(), licence) if licence else None,
        gated=row.get("gated") is True,
        tags=tags,
        pipeline=tasks[0] if tasks else _tagged(tags, "task"),
        library=_tagged(tags, "library"),
        relations=relations_of(name, tags, {}, None),
        parameters=positive(number_in(row, "params")),
        bytes=positive(number_in(row, "file_size")),
        model_type=_tagged(tags, "model_type"),
        likes=number_in(row, "likes"),
        downloads=number_in(row, "downloads"),
    )


def _tagged(tags: tuple[str, ...], key: str) -> str | None:
    """The value of the first tag `key:value`."""
    return next((tag.split(":", 1)[1].strip() for tag in tags if tag.startswith(key + ":")), None) or None
