"""What every feed parser hands over: one record an entry, text as sent. Decides and understands nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as a parser found it, before its dates and links are understood; text is as sent, None what is not
    there.
    """

    id: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str = ""
    content: str = ""
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    extra: tuple[tuple[str, Any], ...] = ()


Parsed = tuple[list[Record], str | None]
"""A document's records and the language that it claims."""


def record_of(
    said: Mapping[str, Any], contents: list[str], terms: list[str], link: str | None, is_atom: bool
) -> Record:
    """Return the record of an entry's fields by feedparser's names for them; what is no text, or blank, is not there.

    `contents` are its bodies (the longest counts), `terms` its categories, `link` its page among several links.
    """

    def text(key: str) -> str | None:
        value = said.get(key)
        return value if isinstance(value, str) and value.strip() else None

    content = max(contents, key=len, default="")
    summary = text("summary") or ""
    published = text("published") or text("created")
    updated = text("updated")
    extra = (
        ("categories", terms[:50]),
        ("announce_type", text("arxiv_announce_type")),
        ("comments", text("comments")),
    )
    return Record(
        id=text("id"),
        link=text("feedburner_origlink") or link or text("link"),
        title=text("title"),
        summary="" if summary == content else summary,
        content=content,
        author=text("author"),
        published=published or updated,
        updated=updated if is_atom or published else None,
        extra=tuple((key, value) for key, value in extra if value),
    )


def page_of(links: list[dict[str, str]]) -> str | None:
    """Return the address of the entry's page: of its alternates the first of type HTML, else the first."""
    alternates = [link for link in links if link.get("rel") == "alternate" and link.get("href")]
    pages = [link for link in alternates if "html" in link.get("type", "text/html")]
    return str((pages or alternates)[0]["href"]) if alternates else None
