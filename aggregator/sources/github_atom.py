"""GitHub without a token: Atom feeds of the web site, no API call at all. Pure; the guids are those of REST.

`{web}/{org}.atom` holds the public events of an organisation: CreateEvent and PublicEvent of a repository are the
repository's entry (`owner/repo`), ReleaseEvent a release (`owner/repo@tag`), CreateEvent of a tag the tag; a
PushEvent makes a repository with a line's name wait for its README (five a poll).
`{web}/{owner}/{repo}/releases.atom` holds the ten newest releases and tags, prereleases unflagged, entry ids
`tag:github.com,2008:Repository/<id>/<tag>`. Feed event names were seen in public samples, not in a specification:
what is not understood is left out (note `unknown_events`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources import feed
from aggregator.sources.decoding import decode
from aggregator.sources.feed_text import prepare
from aggregator.sources.github_rows import is_nightly, tag_url, titled
from aggregator.sources.port import Endpoints
from aggregator.sources.readmes import names_a_line, readme_ask, take_pending

ROLES = ("events", "releases_atom")
HEADERS = {"Accept": "application/atom+xml, application/xml;q=0.8"}
_RELEASE_ID = re.compile(r"tag:github\.com,2008:Repository/(\d+)/(.+)\Z", re.DOTALL)
_EVENT_ID = re.compile(r"tag:github\.com,2008:(\w+Event)/(\d+)\Z")
_TAG_PATH = re.compile(r"/([^/]+/[^/]+)/(?:releases/tag|tree)/(.+)\Z")
_IGNORED = (
    "CommitCommentEvent", "DeleteEvent", "DiscussionEvent", "ForkEvent", "GollumEvent", "IssueCommentEvent",
    "IssuesEvent", "MemberEvent", "PullRequestEvent", "PullRequestReviewCommentEvent", "PullRequestReviewEvent",
    "SponsorshipEvent", "WatchEvent",
)  # fmt: skip


def asks(source: Source, endpoints: Endpoints) -> tuple[Ask, ...]:
    """The organisation's events, or the repository's releases and README."""
    repository = source.options.get("repository")
    if repository:
        url = f"{endpoints.github_web}/{repository}/releases.atom"
        context = {"repository": repository}
        return (Ask(url, "releases_atom", headers=HEADERS, context=context), readme_ask(repository, endpoints))
    return (Ask(f"{endpoints.github_web}/{quote(source.options['organisation'])}.atom", "events", headers=HEADERS),)


def read(ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints) -> Reading:
    """Return the entries of an Atom feed of GitHub; raises ParseError with the codes of `feed`."""
    text = prepare(decode(answer.body, answer.headers).text)
    records, _ = feed.parse(text, answer.url)
    found = [entry for entry in (feed.to_entry(record, answer.url) for record in records) if entry is not None]
    whole = "parse_truncated" not in text.notes
    if ask.role == "releases_atom":
        entries = [_release(entry, ask.context["repository"], endpoints) for entry in found]
        return Reading(tuple(e for e in entries if e is not None), last=whole, notes=text.notes)
    return _read_events(found, source, cursor, endpoints, text.notes, whole)


def _release(entry: Entry, name: str, endpoints: Endpoints) -> Entry | None:
    """A release or tag of `releases.atom`."""
    match = _RELEASE_ID.match(entry.guid)
    if match is None:
        return None
    return _tagged(entry, name, match[2], "release", endpoints)


def _tagged(entry: Entry, name: str, tag: str, kind: str, endpoints: Endpoints) -> Entry:
    return replace(
        entry,
        guid=f"{name}@{tag}",
        url=entry.url or tag_url(name, tag, endpoints),
        title=titled(name, entry.title.strip() or tag),
        language=None,
        extra={"kind": kind, "repository": name, "tag": tag, "nightly": is_nightly(tag), "from": "atom"},
    )


def _read_events(
    found: list[Entry],
    source: Source,
    cursor: Mapping[str, Any],
    endpoints: Endpoints,
    notes: tuple[str, ...],
    whole: bool,
) -> Reading:
    """An organisation's public events, newest first."""
    owner = str(source.options["organisation"]).casefold()
    entries: dict[str, Entry] = {}
    pushed: dict[str, str] = {}
    unknown = 0
    for entry in found:
        match = _EVENT_ID.match(entry.guid)
        path = unquote(urlsplit(entry.url or "").path)
        name = "/".join(path.strip("/").split("/")[:2])
        if match is None or "/" not in name or name.split("/")[0].casefold() != owner:
            unknown += match is None or match[1] not in _IGNORED
            continue
        if match[1] == "PushEvent":
            pushed.setdefault(name, entry.published.isoformat() if entry.published else "")
            continue
        made = _event(entry, match[1], name, path, endpoints)
        if made is not None:
            entries.setdefault(made.guid, made)
    changes, follow = _follow_pushes(pushed, source, cursor, endpoints)
    told = (f"unknown_events: {unknown}",) if unknown else ()
    return Reading(tuple(entries.values()), follow=tuple(follow), cursor=changes, last=whole, notes=notes + told)


def _event(entry: Entry, event: str, name: str, path: str, endpoints: Endpoints) -> Entry | None:
    """The entry that a creation, an opening or a release is."""
    tagged = _TAG_PATH.match(path)
    if event == "ReleaseEvent" and tagged:
        return _tagged(
            replace(entry, title=_release_title(entry.title, tagged[2])), name, tagged[2], "release", endpoints
        )
    if event == "CreateEvent" and tagged and re.search(r"\btag\b", entry.title):
        return _tagged(replace(entry, title=tagged[2], content="", summary=""), name, tagged[2], "tag", endpoints)
    if event == "PublicEvent" or (event == "CreateEvent" and path.strip("/") == name):
        created = entry.published.strftime("%Y-%m-%dT%H:%M:%SZ") if entry.published and event == "CreateEvent" else None
        return replace(
            entry,
            guid=name,
            url=f"{endpoints.github_web}/{name}",
            title=name,
            summary="",
            content="",
            language=None,
            extra={"kind": "repository", "repository": name, "created": created, "from": "atom"},
        )
    return None


def _release_title(said: str, tag: str) -> str:
    """The name in `someone released NAME at owner/repo`, or the tag."""
    match = re.search(r"\breleased\s+(.+?)\s+(?:at|of|in)\s+\S+/\S+\s*\Z", said)
    return match[1] if match else tag


def _follow_pushes(
    pushed: Mapping[str, str], source: Source, cursor: Mapping[str, Any], endpoints: Endpoints
) -> tuple[dict[str, Any], list[Ask]]:
    """READMEs of pushed repositories with a line's name, five a poll; the rest waits in `pending:<owner/repo>`."""
    changes: dict[str, Any] = {}
    for name, at in pushed.items():
        if names_a_line(name, source) and cursor.get(f"event:{name.casefold()}") != at:
            changes[f"event:{name.casefold()}"] = at
            changes[f"pending:{name.casefold()}"] = [name, "readme", at, None]
    taken, settled = take_pending({**cursor, **changes})
    changes |= settled
    return {k: v for k, v in changes.items() if cursor.get(k) != v}, [readme_ask(v[0], endpoints) for v in taken]
