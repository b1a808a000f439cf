"""`aggregator sources`: the sources with their health; try them, find a feed, OPML in and out."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator import shapes
from aggregator.cli import common, output, rumours
from aggregator.errors import UsageError

if TYPE_CHECKING:
    from aggregator.adding import Plan, Tried
    from aggregator.checking import Checked
    from aggregator.model import Configuration, Source
    from aggregator.recording import Case


@click.group("sources", invoke_without_command=True)
@output.json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """The sources of sources.toml with their health: last success, last new item, next poll, failures and errors."""
    if ctx.invoked_subcommand is not None:
        return 0
    with common.application(ctx) as app:
        rows = app.health(datetime.now(UTC)).sources
    if as_json:
        output.print_json({"sources": [_form(row) for row in rows], "total": len(rows)})
        return 0
    table = [
        (
            r.id,
            r.kind,
            r.state,
            r.items,
            _time(r.last_ok_at),
            _time(r.last_new_at),
            _time(r.next_poll_at),
            r.error or "",
        )
        for r in rows
    ]
    headings = ("source", "kind", "state", "items", "last ok", "last new", "next poll", "error")
    output.print_table(headings, table, elastic=(7,), shed=(5, 1, 6))
    return 0


command.add_command(rumours.command)

# ---------------------------------------------------------------------------------------------- check


@command.command("check")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@output.json_option
@click.pass_context
def check(ctx: click.Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Check sources.toml, then try every source (or those named) once: what is there, what is wrong, what to do.

    Stores nothing. A source that is off is tried only if it is named. Exit status: 0 all can be read (perhaps with
    warnings), 3 some failed, 1 all failed, 2 sources.toml is wrong.
    """
    with common.application(ctx) as app:
        configuration = app.configuration
        chosen = _chosen(configuration, ids)
        if not as_json:
            for note in configuration.notes:
                output.say(f"note: {note}")
        with output.progress(len(chosen), quiet=False) as tell:
            found = app.check(chosen, lambda one, left: tell(one.id, left))
    now = datetime.now(UTC)
    counts = {word: sum(each.outcome == word for each in found) for word in ("ok", "warning", "failed", "deferred")}
    if as_json:
        forms = [_checked_form(each, now) for each in found]
        output.print_json({"notes": list(configuration.notes), "sources": forms, **counts})
    else:
        _print_checked(found, now)
        off = sum(not each.enabled for each in configuration.sources.values())
        output.say(
            f"{len(found)} sources tried: {counts['ok']} ok, {counts['warning']} with warnings, "
            f"{counts['failed']} failed, {counts['deferred']} deferred; {off} are off"
        )
    if not counts["failed"]:
        return 0
    return 1 if counts["failed"] == len(found) else 3


def _chosen(configuration: Configuration, ids: Sequence[str]) -> list[Source]:
    if not ids:
        return [each for each in configuration.sources.values() if each.enabled]
    for one in ids:
        if one not in configuration.sources:
            import difflib

            near = difflib.get_close_matches(one, configuration.sources, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise UsageError(f"{one}: no such source in {configuration.path}{hint}")
    return [configuration.sources[one] for one in dict.fromkeys(ids)]


def _print_checked(found: Sequence[Checked], now: datetime) -> None:
    """A line per source, and one for each warning below it."""
    rows: list[tuple[object, ...]] = []
    for each in found:
        newest = "" if each.newest is None else f"{each.newest:%Y-%m-%d}"
        age = "" if each.newest is None else f"{max(0, (now - each.newest).days)} d"
        told = each.error or "; ".join(warning.detail for warning in each.warnings)
        if each.error:
            told += f" [code={each.code}]" + (f" - {each.advice}" if each.advice else "")
        if each.retry_at is not None:
            told += f" (not before {each.retry_at:%Y-%m-%d %H:%M} UTC)"
        rows.append((each.id, each.kind, each.outcome, each.entries, newest, age, told))
    output.print_table(("source", "kind", "outcome", "entries", "newest", "age", "what"), rows, elastic=(6,))


def _checked_form(each: Checked, now: datetime) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind,
        "url": each.url,
        "outcome": each.outcome,
        "entries": each.entries,
        "newest": shapes.moment(each.newest),
        "newest_title": each.title or None,
        "age_days": None if each.newest is None else max(0, (now - each.newest).days),
        "stale": each.stale,
        "moved_to": each.moved_to,
        "warnings": [{"code": warning.code, "detail": warning.detail} for warning in each.warnings],
        "error": each.error,
        "code": each.code,
        "advice": each.advice,
        "retry_at": shapes.moment(each.retry_at),
        "requests": each.requests,
        "seconds": each.seconds,
    }


# ---------------------------------------------------------------------------------------------- record


@command.command("record")
@click.argument("source_id", metavar="ID")
@click.option("--folder", metavar="PATH", default="tests/cases", show_default=True, help="Where cases stand.")
@click.option("--name", metavar="NAME", help="Of the case. Default: from the id.")
@click.option(
    "--requests",
    type=click.IntRange(1, 60),
    default=1,
    show_default=True,
    metavar="N",
    help="Record N answers: the listing, then what it leads to.",
)
@output.json_option
@click.pass_context
def record(ctx: click.Context, source_id: str, folder: str, name: str | None, requests: int, as_json: bool) -> int:
    """Ask a source once and write what came, without secrets, and the entries that it gives as a new test case.

    Two files, PATH/<kind>/NAME.<xml|json|html|md> and NAME.expected.json, which tests/sources/test_source_cases.py runs. An
    answer that cannot be read is a case of its error. Nothing that is there already is written over.
    """
    from aggregator.channels.file import write_whole

    with common.application(ctx) as app:
        (source,) = _chosen(app.configuration, [source_id])
        cases = app.record(source, requests)
    stem = name or re.sub(r"[^a-z0-9]+", "-", source_id.casefold()).strip("-")
    if not re.fullmatch(r"[\w-]{1,80}", stem):
        raise UsageError(f"--name {stem}: expected letters, digits, - and _")
    files = _case_files(cases, folder, stem)
    for (path, expected), case in zip(files, cases):
        write_whole(path, case.body)
        write_whole(expected, case.document(path.stem))
    if as_json:
        written = [
            {"files": [str(path) for path in pair], "bytes": len(case.body), "error": case.expected.get("error"),
             "entries": len(case.expected.get("entries", ()))}
            for pair, case in zip(files, cases)
        ]  # fmt: skip
        output.print_json({"id": source.id, "kind": source.kind, "cases": written})
    else:
        rows = [
            (path, len(case.body), len(case.expected.get("entries", ())), case.expected.get("error") or "")
            for (path, _), case in zip(files, cases)
        ]
        output.print_table(("file", "bytes", "entries", "error"), rows)
    output.say("look through the bytes before you publish them: they are somebody's words")
    return 0


def _case_files(cases: Sequence[Case], folder: str, stem: str) -> list[tuple[Path, Path]]:
    """Where each case goes. Raises UsageError where anything is there already."""
    names = [stem if number == 1 else f"{stem}-{number}" for number in range(1, len(cases) + 1)]
    files = [
        (Path(folder, case.kind, f"{name}.{case.suffix}"), Path(folder, case.kind, f"{name}.expected.json"))
        for name, case in zip(names, cases)
    ]
    for path in (one for pair in files for one in pair):
        if path.exists():
            raise UsageError(f"{path} is there already: take another --name")
    return files


# ---------------------------------------------------------------------------------------------- add


@command.command("add")
@click.argument("url")
@click.option("--id", "source_id", metavar="ID", help="The stanza's id. Default: from the host.")
@click.option("--title", metavar="TEXT", help="Default: the feed's own title.")
@click.option("--language", metavar="TAG", help="zh, en, fr, … Default: what the feed says, or its titles look like.")
@click.option("--lab", metavar="ID", help="The lab whose own voice it is.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, write nothing.")
@output.json_option
@click.pass_context
def add(
    ctx: click.Context,
    url: str,
    source_id: str | None,
    title: str | None,
    language: str | None,
    lab: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Find the feed at or behind URL, try it, and add its stanza to sources.toml; everything there stays as it is.

    In a terminal it asks before it writes. An address that is followed already is refused with the id of its source.
    """
    from aggregator import adding
    from aggregator.config import editing

    with common.application(ctx) as app:
        path, old = app.path, _text_of(app.path)
        configuration = app.configuration
        found = app.discover(url)
        plan = adding.plan_one(
            found.feed, old, configuration, source_id=source_id, title=title, language=language, lab=lab
        )
        plan = adding.checked_on(plan, old, f"{datetime.now(UTC):%Y-%m-%d}", path)
    new_id, keys = plan.added[0]
    if not as_json:
        _tell_found(found.feed, found.tried, found.page)
        click.echo(editing.stanza(new_id, keys), nl=False)
    write = not dry_run
    if write and not yes and not as_json and sys.stdin.isatty():
        write = click.confirm(f"Add this to {path}?", default=True, err=True)
    if write:
        editing.write(path, plan.text, expected=old)
    if as_json:
        tried = [_tried_form(each) for each in found.tried]
        output.print_json(
            {"id": new_id, **keys, "found": found.feed.found, "page": found.page, "tried": tried, "written": write}
        )
    output.say(f"added to {path} as sources.{new_id}" if write else "nothing was written")
    return 0


def _tell_found(chosen: Tried, tried: Sequence[Tried], page: str | None) -> None:
    words = {"announced": "announced by", "linked": "linked on", "guessed": "guessed for"}
    how = "the address is a feed" if page is None else f"a feed, {words.get(chosen.found, 'found at')} {page}"
    newest = f", newest of {chosen.newest:%Y-%m-%d}" if chosen.newest else ""
    output.say(f"{chosen.url}: {how} ({chosen.entries} entries{newest})")
    for each in tried:
        if each is not chosen:
            output.say(f"  not taken: {each.url} ({each.error or f'{each.entries} entries'})")


def _tried_form(each: Tried) -> dict[str, Any]:
    return {
        "url": each.url,
        "found": each.found,
        "title": each.title or None,
        "entries": each.entries,
        "newest": shapes.moment(each.newest),
        "error": each.error,
        "code": each.code,
    }


# ---------------------------------------------------------------------------------------------- floods


@command.command("release-held")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@output.json_option
@click.pass_context
def release_held(ctx: click.Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Let go of the items of a source that are held: they are news in the next digest.

    A source that suddenly serves far more new items than it ever does, or another site's, is `held`: what came is stored,
    shows nothing and is told in no digest until somebody has looked at it. To have none of it, set enabled = false.
    """
    with common.application(ctx) as app:
        _chosen(app.configuration, ids)
        released = {one: app.store.release_held(one, datetime.now(UTC)) for one in dict.fromkeys(ids)}
    if as_json:
        output.print_json({"released": released})
    else:
        for one, number in released.items():
            print(f"{one}: {number} items released")
    return 0


# ---------------------------------------------------------------------------------------------- OPML


@command.command("import")
@click.argument("file", metavar="FILE.opml")
@click.option("--dry-run", is_flag=True, help="Say what would be added, write nothing.")
@output.json_option
@click.pass_context
def import_(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> int:
    """Add the feeds of another reader's OPML file (`-`: standard input) to sources.toml; nothing is fetched.

    Folders become `category`; feeds that are followed already are passed over.
    """
    from aggregator import adding
    from aggregator.config import editing

    with common.application(ctx) as app:
        path, old = app.path, _text_of(app.path)
        plan = adding.plan_import(_bytes_of(file), old, app.configuration)
    write = bool(plan.added) and not dry_run
    if write:
        editing.write(path, plan.text, expected=old)
    if as_json:
        output.print_json(
            {
                "added": [source_id for source_id, _ in plan.added],
                "known": plan.known,
                "skipped": list(plan.skipped),
                "written": write,
            }
        )
    _tell_imported(plan, path, write)
    return 0


def _tell_imported(plan: Plan, path: str, written: bool) -> None:
    for reason in plan.skipped[:10]:
        output.say(f"  left out: {output.neutral(reason)}")
    if len(plan.skipped) > 10:
        output.say(f"  … and {len(plan.skipped) - 10} more")
    done = f"{len(plan.added)} feeds added to {path}" if written else f"{len(plan.added)} feeds to add, nothing written"
    output.say(f"{done}; {plan.known} followed already, {len(plan.skipped)} left out")


@command.command("export")
@click.option("--output", "path", metavar="PATH", help="Write it there, whole or not at all. Default: standard output.")
@click.option("--all", "every", is_flag=True, help="Also the feeds that are off.")
@click.pass_context
def export(ctx: click.Context, path: str | None, every: bool) -> int:
    """The feeds of sources.toml as OPML, for other readers; `category` becomes folders."""
    from aggregator import adding
    from aggregator.channels.file import write_whole

    with common.application(ctx) as app:
        document = adding.export(app.configuration.sources.values(), datetime.now(UTC), every=every).decode("utf-8")
    if path is None:
        sys.stdout.write(document)
    else:
        write_whole(Path(path), document)
    return 0


def _text_of(path: str) -> str:
    """The sources file as it is; a missing or unreadable one is told by the configuration's own error."""
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _bytes_of(file: str) -> bytes:
    from aggregator.config.opml import MAXIMUM_BYTES

    try:
        if file == "-":
            return sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
        with open(file, "rb") as stream:
            return stream.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from None


# ---------------------------------------------------------------------------------------------- shapes


def _form(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "url": row.url,
        "title": row.title,
        "language": row.language,
        "lab": row.lab,
        "enabled": row.enabled,
        "checked": row.checked,
        "state": row.state,
        "items": row.items,
        "last_poll": shapes.moment(row.last_poll_at),
        "last_ok": shapes.moment(row.last_ok_at),
        "last_new": shapes.moment(row.last_new_at),
        "baseline": shapes.moment(row.baseline_at),
        "next_poll": shapes.moment(row.next_poll_at),
        "failures": row.failures,
        "error": row.error,
        "code": row.code,
        "retry_at": shapes.moment(row.retry_at),
    }


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%m-%d %H:%M}"
