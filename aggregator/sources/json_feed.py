"""JSON Feed 1 and 1.1 (jsonfeed.org): the value of a document to the fields of its records. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aggregator.errors import ParseError
from aggregator.model import Answer
from aggregator.sources.json_bytes import complaint, mapping_in, strings_in, text_in


def records(value: Any, answer: Answer) -> tuple[list[dict[str, Any]], int]:
    """Return the fields of `feed.Record` for each item, and how many items were no objects.

    Raises ParseError `schema_unexpected` if the value is JSON but no JSON Feed (an error object, an API's answer).
    """
    version = value.get("version") if isinstance(value, dict) else None
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or not (isinstance(version, str) and "jsonfeed" in version):
        told = complaint(value)
        raise ParseError(
            f"{answer.url}: JSON, but no JSON Feed" + (f" ({told})" if told else ""), code="schema_unexpected"
        )
    language = text_in(value, "language")
    out = [_fields(item, language) for item in items if isinstance(item, dict)]
    return out, len(items) - len(out)


def _fields(item: Mapping[str, Any], language: str | None) -> dict[str, Any]:
    """One item. Ids may be numbers; hnrss has the story in `url` and the discussion in `external_url`."""
    identity = item.get("id")
    if isinstance(identity, int | float) and not isinstance(identity, bool):
        identity = str(identity)
    authors = item.get("authors")
    author = (
        authors[0]
        if isinstance(authors, list) and authors and isinstance(authors[0], dict)
        else mapping_in(item, "author")
    )
    external = text_in(item, "external_url")
    extra = {"categories": list(strings_in(item, "tags"))[:50], "external": external if text_in(item, "url") else None}
    published = text_in(item, "date_published")
    return {
        "id": identity if isinstance(identity, str) and identity else None,
        "link": text_in(item, "url") or external,
        "title": text_in(item, "title"),
        "summary": text_in(item, "summary") or "",
        "content": text_in(item, "content_html") or text_in(item, "content_text") or "",
        "author": text_in(author, "name"),
        "published": published or text_in(item, "date_modified"),
        "updated": text_in(item, "date_modified"),
        "language": text_in(item, "language") or language,
        "extra": tuple((key, found) for key, found in extra.items() if found),
    }
