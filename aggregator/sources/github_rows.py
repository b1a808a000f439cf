"""GitHub's REST records to entries: repositories, releases and tags, and the guids that they share with the Atom
feeds. Pure.

guids: `owner/repo`, `owner/repo@tag`. Numeric ids survive renames and transfers and are the lasting ids. Shapes:
docs.github.com, REST API version 2022-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aggregator.model import Entry
from aggregator.sources.json_bytes import mapping_in, number_in, strings_in, text_in, time_in
from aggregator.sources.port import Endpoints

_NIGHTLY = re.compile(r"(?:^|[^a-z])(?:nightly|canary|snapshot|dev|preview\.\d+)(?=$|[^a-z])", re.IGNORECASE)
_FULL_NAME = re.compile(r"[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+\Z")


def is_nightly(tag: str) -> bool:
    """Whether a tag belongs to a flood of automatic builds (`v0.1.0-nightly.20260211`, `v1-preview.3`, `nv_dev_4`)."""
    return bool(_NIGHTLY.search(tag.replace("_", "-")))


def full_name_of(row: Mapping[str, Any]) -> str:
    """A repository's `owner/repo`; raises ValueError if the row has none."""
    name = text_in(row, "full_name")
    if not name or not _FULL_NAME.match(name):
        raise ValueError("a repository without a name")
    return name


def repository_entry(row: Mapping[str, Any], endpoints: Endpoints, former: str | None = None) -> Entry:
    """Return a repository's entry. `former` is the name under which its id was known; if it differs it is an alias.

    Raises ValueError for a row without name or id. Counts that change by themselves (stars) are in `extra` only.
    """
    name, number = full_name_of(row), number_in(row, "id")
    if number is None:
        raise ValueError("a repository without an id")
    licence = mapping_in(row, "license")
    spdx = text_in(licence, "spdx_id")
    extra: dict[str, Any] = {
        "kind": "repository",
        "repository": name,
        "topics": list(strings_in(row, "topics"))[:30],
        "stars": number_in(row, "stargazers_count"),
        "licence": spdx if spdx and spdx != "NOASSERTION" else text_in(licence, "name"),
        "archived": row.get("archived") is True,
        "created": _iso(time_in(row, "created_at")),
        "pushed": _iso(time_in(row, "pushed_at")),
        "homepage": text_in(row, "homepage"),
    }
    renamed = former is not None and former != name
    if renamed:
        extra["renamed"] = {"from": former, "to": name}
    return Entry(
        guid=name,
        url=text_in(row, "html_url") or f"{endpoints.github_web}/{name}",
        title=name,
        summary=text_in(row, "description") or "",
        author=name.split("/")[0],
        published=time_in(row, "created_at"),
        updated=time_in(row, "pushed_at"),
        lasting_id=str(number),
        aliases=(former,) if renamed and former else (),
        extra=extra,
    )


def release_entry(row: Mapping[str, Any], name: str, endpoints: Endpoints, former: str | None = None) -> Entry | None:
    """Return a release's entry, None for a draft; raises ValueError for a row without a tag.

    `published_at` is the date (`created_at` is the commit's); an empty name falls back to the tag.
    """
    if row.get("draft") is True:
        return None
    tag = text_in(row, "tag_name")
    if not tag:
        raise ValueError("a release without a tag")
    number = number_in(row, "id")
    return Entry(
        guid=f"{name}@{tag}",
        url=text_in(row, "html_url") or tag_url(name, tag, endpoints),
        title=titled(name, text_in(row, "name") or tag),
        content=text_in(row, "body") or "",
        author=text_in(mapping_in(row, "author"), "login"),
        published=time_in(row, "published_at"),
        updated=time_in(row, "updated_at"),
        lasting_id=f"release:{number}" if number is not None else None,
        aliases=(f"{former}@{tag}",) if former and former != name else (),
        extra={
            "kind": "release",
            "repository": name,
            "tag": tag,
            "prerelease": row.get("prerelease") is True,
            "nightly": is_nightly(tag),
        },
    )


def tag_entry(
    row: Mapping[str, Any], name: str, endpoints: Endpoints, former: str | None, not_after: str | None
) -> Entry:
    """Return the entry of a tag without a release. GitHub lists tags without dates: `not_after` is the repository's
    last push.
    """
    tag = text_in(row, "name")
    if not tag:
        raise ValueError("a tag without a name")
    return Entry(
        guid=f"{name}@{tag}",
        url=tag_url(name, tag, endpoints),
        title=titled(name, tag),
        aliases=(f"{former}@{tag}",) if former and former != name else (),
        extra={
            "kind": "tag",
            "repository": name,
            "tag": tag,
            "nightly": is_nightly(tag),
            "not_after": not_after,
            "commit": text_in(mapping_in(row, "commit"), "sha"),
        },
    )


def titled(name: str, release: str) -> str:
    """A release's title with its repository's name before it, unless it says it itself."""
    short = name.split("/")[-1]
    return release if short.casefold() in release.casefold() else f"{short} {release}"


def tag_url(name: str, tag: str, endpoints: Endpoints) -> str:
    """The page of a tag (with or without a release)."""
    return f"{endpoints.github_web}/{name}/releases/tag/{quote(tag, safe='')}"


def _iso(time: datetime | None) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else None
