"""GitHub: an organisation's repositories, or one `owner/repo`; their releases, tags and READMEs. No I/O.

With a token (REST, version 2022-11-28):
* organisation: one listing of all its repositories; of those that moved since the last poll, are no forks and whose
  name parses to a line: releases, tags, README, five repositories a poll at most, the rest wait as `pending:<id>`;
* owner/repo: the repository, its releases, its tags and its README at every poll (each conditional).
Without one no API call at all: Atom feeds and raw files (github_atom.py); the guids are the same.

Rows are known by numeric id: `repo:<id>` in the cursor is [full name, pushed_at]. A changed full name is an alias and
an `extra["renamed"]`, and the README's memory moves along. The first poll of an organisation asks for its listing
only and marks its repositories with a line's name as pending for their README, so that the first edit of one can be
told from its baseline. The releases of a repository that moved are asked for again once a day for a month (`releases` in
the cursor: id to day, five a poll at most, with what waits): a draft may be published without a push.

README: its first sight is always silent (a new repository is itself an entry); later one that names a line which the
last version did not is an entry; any other edit only moves the sha in `readme:<owner/repo>`. READMEs are raw files:
no API quota.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources import github_atom
from aggregator.sources.decoding import decode
from aggregator.sources.github_rows import full_name_of, release_entry, repository_entry, tag_entry
from aggregator.sources.json_bytes import load, number_in, object_of, rows_of, text_in
from aggregator.sources.links import is_cut, next_page
from aggregator.sources.port import Endpoints
from aggregator.sources.readmes import (
    AT_ONCE,
    blob_sha,
    families_of,
    lines_with,
    names_a_line,
    names_in,
    readme_ask,
    remembered,
    take_pending,
)

MAXIMUM_NAMES = 400
LATELY = timedelta(days=30)
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """The listing of the organisation (as a user's after a 404), or the repository; without a token the Atom feeds."""
    repository = source.options.get("repository")
    if not endpoints.github_token:
        return github_atom.asks(source, endpoints)
    if repository:
        return (Ask(f"{endpoints.github_api}/repos/{repository}", "repository", headers=HEADERS),)
    query = "?type={}&sort=pushed&direction=desc&per_page=100"
    organisation = quote(source.options["organisation"])
    as_user = Ask(
        f"{endpoints.github_api}/users/{organisation}/repos{query.format('owner')}", "listing", headers=HEADERS
    )
    if cursor.get("account") == "user":
        return (as_user,)
    url = f"{endpoints.github_api}/orgs/{organisation}/repos{query.format('public')}"
    return (Ask(url, "listing", headers=HEADERS, fallback=as_user),)


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return what one answer holds, by the request's role.

    Raises ParseError: not_json, empty_body, schema_unexpected (with GitHub's message), bad_pagination, and for Atom
    the codes of `feed`. A malformed row costs itself (note `schema_changed`).
    """
    if answer.not_modified:
        return Reading()
    if ask.role == "readme":
        return _read_readme(ask, answer, source, cursor, endpoints)
    if ask.role in github_atom.ROLES:
        return github_atom.read(ask, answer, source, cursor, endpoints)
    if ask.role == "repository":
        return _read_repository(ask, answer, source, cursor, endpoints)
    if ask.role == "releases":
        return _read_releases(ask, answer, endpoints)
    if ask.role == "tags":
        return _read_tags(ask, answer, endpoints)
    return _read_listing(ask, answer, source, cursor, endpoints, now)


def waiting(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> Reading:
    """What to ask although the listing is unchanged: the details of repositories that still wait, five at most."""
    if not endpoints.github_token or source.options.get("repository"):
        return Reading()
    follow, issued = _next_pending(cursor, endpoints, now)
    return Reading(follow=tuple(follow), cursor=issued)


def _read_listing(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """One page of an organisation's repositories."""
    rows = rows_of(load(answer), answer)
    is_first_page = int(ask.context.get("page", 1)) == 1
    is_first_poll = ask.context.get("first_poll", not cursor.get("listed"))
    entries: list[Entry] = []
    changes: dict[str, Any] = {}
    broken = 0
    for row in rows:
        try:
            if row.get("fork") is True or row.get("private") is True:
                continue
            former = _former(cursor, row)
            entries.append(repository_entry(row, endpoints, former))
            changes |= _note_repository(row, source, cursor, is_first_poll, former)
        except (TypeError, ValueError, AttributeError):
            broken += 1
    if rows and broken == len(rows):
        raise ParseError(f"{answer.url}: no row of the listing has the known shape", code="schema_unexpected")
    if is_first_page:
        changes |= {} if cursor.get("listed") else {"listed": True}
        if "/users/" in ask.url and cursor.get("account") != "user":
            changes["account"] = "user"
    follow: list[Ask] = []
    if is_first_page:
        follow, issued = _next_pending({**cursor, **changes}, endpoints, now)
        changes |= issued
    following = next_page(ask, answer)
    if following is not None:
        following = _with_context(following, first_poll=is_first_poll)
    cut = is_cut(ask, answer)
    return Reading(
        entries=tuple(entries),
        pages=(following,) if following else (),
        follow=tuple(follow),
        cursor={key: value for key, value in changes.items() if cursor.get(key) != value},
        last=following is None and not cut,
        notes=tuple(([f"schema_changed: {broken}"] if broken else []) + (["too_many_pages"] if cut else [])),
    )


def _former(cursor: Mapping[str, Any], row: Mapping[str, Any]) -> str | None:
    """The full name under which the cursor knows a repository's id."""
    known = cursor.get(f"repo:{number_in(row, 'id')}")
    return str(known[0]) if isinstance(known, list) and known else None


def _note_repository(
    row: Mapping[str, Any], source: Source, cursor: Mapping[str, Any], is_first_poll: bool, former: str | None
) -> dict[str, Any]:
    """What to remember of a listed repository, and whether its details are wanted."""
    name, pushed = full_name_of(row), text_in(row, "pushed_at") or text_in(row, "created_at") or ""
    key = f"repo:{number_in(row, 'id')}"
    known = cursor.get(key)
    if known == [name, pushed]:
        return {}
    changes: dict[str, Any] = {key: [name, pushed]}
    if former and former != name and cursor.get(f"readme:{former.casefold()}"):
        changes[f"readme:{name.casefold()}"] = cursor[f"readme:{former.casefold()}"]
        changes[f"readme:{former.casefold()}"] = None
    if row.get("archived") is not True and names_a_line(name, source):
        stage = "readme" if is_first_poll else "all"
        changes[f"pending:{number_in(row, 'id')}"] = [name, stage, pushed, former if former != name else None]
    return changes


def _next_pending(cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[list[Ask], dict[str, Any]]:
    """The requests for at most five repositories that wait or whose day has come, and the changes of the cursor that
    settle them."""
    taken, settled = take_pending(cursor)
    requests: list[Ask] = []
    days: dict[str, str] = dict(cursor.get("releases") or {})
    for key, (name, stage, pushed, former) in zip(settled, taken, strict=True):
        if stage == "all":
            requests.append(_details_ask(name, former, pushed, endpoints))
            days[key.removeprefix("pending:")] = f"{now:%Y-%m-%d}"
        requests.append(readme_ask(name, endpoints))
    room = AT_ONCE - len(taken)
    for number, day in sorted(days.items(), key=lambda pair: pair[1]):
        name, pushed = cursor.get(f"repo:{number}") or ("", "")
        if pushed[:10] < f"{now - LATELY:%Y-%m-%d}":
            del days[number]
        elif day < f"{now:%Y-%m-%d}" and room > 0:
            requests.append(_details_ask(name, None, pushed, endpoints))
            days[number] = f"{now:%Y-%m-%d}"
            room -= 1
    return requests, {**settled, **({"releases": days} if days != (cursor.get("releases") or {}) else {})}


def _details_ask(name: str, former: str | None, pushed: str | None, endpoints: Endpoints) -> Ask:
    """The releases of a repository, or its README: one that was deleted meanwhile has neither, and that must not keep
    the others from their turn."""
    return replace(_releases_ask(name, former, pushed, endpoints), fallback=readme_ask(name, endpoints))


def _releases_ask(name: str, former: str | None, pushed: str | None, endpoints: Endpoints) -> Ask:
    context = {"repository": name, "former": former, "pushed": pushed}
    return Ask(
        f"{endpoints.github_api}/repos/{name}/releases?per_page=100", "releases", headers=HEADERS, context=context
    )


def _read_repository(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints
) -> Reading:
    """The one repository of an `owner/repo` source; its releases and README are pages, asked at every poll."""
    row = object_of(load(answer), answer)
    try:
        configured = str(source.options["repository"])
        former = _former(cursor, row)
        name = full_name_of(row)
        if former is None and configured.casefold() != name.casefold():
            former = configured
        entry = repository_entry(row, endpoints, former)
    except (TypeError, ValueError) as error:
        told = text_in(row, "message") or str(error)
        raise ParseError(f"{answer.url}: not a repository ({told})", code="schema_unexpected") from error
    pushed = text_in(row, "pushed_at")
    remembered_row = [name, pushed or ""]
    key = f"repo:{entry.lasting_id}"
    changes: dict[str, Any] = {key: remembered_row} if cursor.get(key) != remembered_row else {}
    if former and former != name and cursor.get(f"readme:{former.casefold()}"):
        changes[f"readme:{name.casefold()}"] = cursor[f"readme:{former.casefold()}"]
        changes[f"readme:{former.casefold()}"] = None
    pages = (_releases_ask(name, former, pushed, endpoints), readme_ask(name, endpoints))
    return Reading((entry,), pages=pages, cursor=changes, last=False)


def _read_releases(ask: Ask, answer: Answer, endpoints: Endpoints) -> Reading:
    """One page of releases. After the last one come the tags, told which of them have a release."""
    name, former = ask.context["repository"], ask.context.get("former")
    entries: list[Entry] = []
    tags = list(ask.context.get("tags", ()))
    broken = 0
    for row in rows_of(load(answer), answer):
        try:
            entry = release_entry(row, name, endpoints, former)
        except (TypeError, ValueError, AttributeError):
            broken += 1
            continue
        if entry is not None:
            entries.append(entry)
            tags.append(entry.extra["tag"])
    following = next_page(ask, answer)
    if following is None:
        url = f"{endpoints.github_api}/repos/{name}/tags?per_page=100"
        context = {"repository": name, "former": former, "pushed": ask.context.get("pushed")}
        following = Ask(url, "tags", headers=HEADERS, context=context)
    notes = (f"schema_changed: {broken}",) if broken else ()
    return Reading(tuple(entries), pages=(_with_context(following, tags=tags),), last=False, notes=notes)


def _read_tags(ask: Ask, answer: Answer, endpoints: Endpoints) -> Reading:
    """One page of tags: those without a release are entries."""
    name, former = ask.context["repository"], ask.context.get("former")
    released = frozenset(ask.context.get("tags", ()))
    entries: list[Entry] = []
    broken = 0
    for row in rows_of(load(answer), answer):
        try:
            entry = tag_entry(row, name, endpoints, former, ask.context.get("pushed"))
        except (TypeError, ValueError, AttributeError):
            broken += 1
            continue
        if entry.extra["tag"] not in released:
            entries.append(entry)
    following = next_page(ask, answer)
    notes = (f"schema_changed: {broken}",) if broken else ()
    return Reading(tuple(entries), pages=(following,) if following else (), last=following is None, notes=notes)


def _read_readme(ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints) -> Reading:
    """A README: an entry if it names a line that its last version did not."""
    name = ask.context["repository"]
    key, sha = f"readme:{name.casefold()}", blob_sha(answer.body)
    before = remembered(cursor, key)
    if before is not None and before.get("sha") == sha:
        return Reading()
    text = decode(answer.body, answer.headers).text
    found = names_in(text, families_of(source, name))
    known = frozenset(before.get("names", ())) if before is not None else frozenset()
    changes = {key: {"sha": sha, "names": sorted(known | set(found))[:MAXIMUM_NAMES]}}
    fresh = {found[k]: None for k in found if k not in known} if before is not None else {}
    if not fresh:
        return Reading(cursor=changes)
    return Reading((_readme_entry(name, sha, list(fresh), text, endpoints),), cursor=changes)


def _readme_entry(name: str, sha: str, names: list[str], text: str, endpoints: Endpoints) -> Entry:
    return Entry(
        guid=f"{name}#readme@{sha}",
        url=f"{endpoints.github_web}/{name}#readme",
        title=f"{name} README names {', '.join(names[:5])}",
        content=lines_with(text, names),
        author=name.split("/")[0],
        extra={"kind": "readme", "repository": name, "names": names[:50], "sha": sha},
    )


def _with_context(ask: Ask, **context: Any) -> Ask:
    """The request with more context."""
    return replace(ask, context={**ask.context, **context})
