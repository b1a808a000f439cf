"""`aggregator watch`: one line, as it becomes what it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from aggregator import shapes
from aggregator.cli import common, output
from aggregator.model import STATUSES

if TYPE_CHECKING:
    from aggregator.storage import Store

_LOOK = 1.0
"""Seconds between two looks at whether the database changed."""


@click.command("watch")
@click.argument("line", metavar="LINE")
@click.option("--until", "until", type=click.Choice(STATUSES), help="End when the line is that far (or further).")
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="End after these seconds; exit status 1 if --until is not met.",
)
@click.option("--once", is_flag=True, help="Print what is there and end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
@click.pass_context
def command(ctx: click.Context, line: str, until: str | None, timeout: float | None, once: bool, as_json: bool) -> int:
    """Print the timeline, repositories, claims and disputes of LINE, then wait and print what comes, as it is stored.

    LINE need not be known yet. Polling is another process's: `aggregator run`.
    """
    with common.application(ctx) as app:
        watch = app.store.watch()
        told: set[str] = set()
        ends = None if timeout is None else time.monotonic() + timeout
        try:
            while True:
                mark = watch.mark()
                reached = _tell(app.store, line, told, as_json)
                if not told:
                    output.say(f"{line}: nothing is stored about it yet" + ("" if once else "; waiting"))
                    told.add("")
                if until is not None and reached is not None and STATUSES.index(reached) >= STATUSES.index(until):
                    return 0
                if once:
                    return 0 if until is None else 1
                while watch.mark() == mark:
                    if ends is not None and time.monotonic() >= ends:
                        return 0 if until is None else 1
                    time.sleep(_LOOK if ends is None else max(0.0, min(_LOOK, ends - time.monotonic())))
        finally:
            watch.close()


def _tell(store: Store, line: str, told: set[str], as_json: bool) -> str | None:
    """Print what was not told yet; the status that the line has now."""
    release = store.release(line)
    if release is None:
        return None
    for key, form, words in _events(shapes.of_release(release)):
        if key not in told:
            told.add(key)
            if as_json:
                print(shapes.as_json({"line": release.line, **form}))
            else:
                print("\t".join(output.neutral(word) for word in (*words[:1], release.line, *words[1:]) if word))
    sys.stdout.flush()
    return release.status


def _events(form: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], tuple[str, ...]]]:
    """What there is to tell of a line, each once: (what makes it itself, its JSON form, its words)."""
    for step in form["timeline"]:
        yield f"status {step['status']}", {"event": "status", **step}, (step["at"], step["status"], step["url"] or "")
    for artifact in form["artifacts"]:
        words = (
            artifact["created"] or "-",
            "repository",
            f"{artifact['hub']}: {artifact['id']}",
            artifact["url"] or "",
        )
        yield f"artifact {artifact['hub']} {artifact['id']}", {"event": "artifact", **artifact}, words
    for claim in form["claims"]:
        about, value = str(claim.get("about")), str(claim.get("value"))
        words = (
            str(claim.get("at") or "-"),
            "claim",
            f"{about}: {value}",
            str(claim.get("name") or claim.get("voice")),
        )
        yield f"claim {about} {value} {claim.get('name')}", {"event": "claim", **claim}, words
    for dispute in form["disputes"]:
        by = ", ".join(map(str, dispute.get("by", ())))
        words = (str(dispute.get("at") or "-"), "dispute", by, str(dispute.get("about") or ""))
        yield f"dispute {by} {dispute.get('about')}", {"event": "dispute", **dispute}, words
