"""`aggregator show`: one item or line with everything known of it, and with --explain why."""

from __future__ import annotations

from typing import Any

import click

from aggregator import grounds, shapes
from aggregator.cli import common, output
from aggregator.errors import NotFound
from aggregator.model import Item, ItemQuery, Release


@click.command("show")
@click.argument("what", metavar="ID|LINE")
@click.option("--explain", is_flag=True, help="The rule, the words and the evidence behind each label.")
@output.json_option
@click.pass_context
def command(ctx: click.Context, what: str, explain: bool, as_json: bool) -> int:
    """One item (by its id) or release line (by its name) with everything known of it."""
    with common.application(ctx) as app:
        item = app.store.item(what)
        release = None if item is not None else app.store.release(what)
        if item is not None:
            form = _item(app, item, explain)
        elif release is not None:
            form = _line(app, release, explain)
        else:
            raise NotFound(f"{what}: no item has this id and no line this name; 'aggregator releases' lists the lines")
    if as_json:
        output.print_json(form)
    else:
        _print(form)
    return 0


def _item(app: Any, item: Item, explain: bool) -> dict[str, Any]:
    form: dict[str, Any] = {"item": shapes.of_item(item)}
    if item.story:
        story = app.store.story(item.story)
        form["story"] = None if story is None else shapes.of_story(story)
    if explain:
        form["explain"] = app.store.explain(item.id)
    return form


def _line(app: Any, release: Release, explain: bool) -> dict[str, Any]:
    found, total = app.store.items(ItemQuery(line=release.line, limit=200))
    form: dict[str, Any] = {
        "release": shapes.of_release(release),
        "items": [shapes.of_item(item) for item in found],
        "total": total,
    }
    if explain:
        showings = app.store.showings(release.key)
        form["open_evidence"] = {
            cell: {
                "said": ground.said,
                "rule": ground.rule,
                "words": ground.words,
                "artifact": ground.artifact,
                "item": ground.item,
                "url": ground.url,
                "trust": ground.trust,
                "at": shapes.moment(ground.at),
            }
            for cell, ground in grounds.grounds_of(showings, release.artifacts).items()
        }
        form["evidence"] = [
            {
                "status": s.status,
                "at": shapes.moment(s.at),
                "trust": s.trust,
                "rule": s.rule,
                "words": s.words,
                "facts": [list(fact) for fact in s.facts],
                "item": s.item,
                "source": s.source,
                "kind": s.item_kind,
                "url": s.url,
            }
            for s in showings
        ]
    return form


def _print(form: dict[str, Any], depth: int = 0) -> None:
    """The form as indented lines, `key: value`."""
    for key, value in form.items():
        if value in (None, [], {}, ""):
            continue
        pad = "  " * depth
        if isinstance(value, dict):
            print(f"{pad}{key}:")
            _print(value, depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            print(f"{pad}{key}:")
            for entry in value:
                print(f"{pad}  - " + (_item_line(entry) if key == "items" else _fields(entry)))
        else:
            print(f"{pad}{key}: {_flat(value)}")


def _fields(entry: dict[str, Any]) -> str:
    return "; ".join(f"{k}: {_flat(v)}" for k, v in entry.items() if v not in (None, [], ""))


def _item_line(entry: dict[str, Any]) -> str:
    """An item of a line in one line; `show ID` has the rest."""
    told = f"{str(entry['appeared'])[:10]} {entry['kind']}, {entry['source']}: {entry['title']} ({entry['id']})"
    return output.neutral(told)


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(map(str, entry)) if isinstance(entry, list) else _flat(entry) for entry in value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flat(v)}" for k, v in value.items() if v is not None) + "}"
    return output.neutral(value)
