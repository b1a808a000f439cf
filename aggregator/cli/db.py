"""`aggregator db`: the database's schema, integrity, backups and retention."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from aggregator.cli import common, output


@click.group("db")
def command() -> None:
    """The database: upgrade, check, backup, restore, copy, prune, reunderstand."""


@command.command("upgrade")
@output.json_option
@click.pass_context
def upgrade(ctx: click.Context, as_json: bool) -> int:
    """Bring the schema to this version's (every command does so at its start)."""
    with common.application(ctx) as app:
        version = app.store.schema_version
    if as_json:
        output.print_json({"schema": version})
    else:
        print(f"schema {version}")
    return 0


@command.command("check")
@output.json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> int:
    """Integrity, foreign keys, and that what is derived equals what the evidence shows. Exit 1 if anything is wrong."""
    with common.application(ctx) as app:
        problems = app.store.check(app.regions)
    if as_json:
        output.print_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            print(problem)
        if not problems:
            print("ok")
    return 1 if problems else 0


@command.command("backup")
@click.argument("path")
@click.pass_context
def backup(ctx: click.Context, path: str) -> int:
    """Copy the database to PATH while it is in use."""
    with common.application(ctx) as app:
        app.store.backup(path)
    output.say(f"backup written: {path}")
    return 0


@command.command("restore")
@click.argument("path")
@click.pass_context
def restore(ctx: click.Context, path: str) -> int:
    """Put the backup PATH in the database's place; what was there is kept beside it."""
    from aggregator import app

    options = ctx.find_root().obj
    kept = app.restore(config=options["config"], database=options["database"], backup=path)
    output.say(f"restored from {path}" + (f"; the former database is {kept}" if kept else ""))
    return 0


@command.command("copy")
@click.option("--to", "target", required=True, envvar="AGGREGATOR_COPY_TO", metavar="URL",
              help="The other database: it must be empty. Default: $AGGREGATOR_COPY_TO (keeps a password off the list of "
                   "processes).")  # fmt: skip
@output.json_option
@click.pass_context
def copy(ctx: click.Context, target: str, as_json: bool) -> int:
    """Copy everything to another database, SQLite or PostgreSQL, and compare both.

    All or nothing: a copy that was broken off is simply run again. Stop the worker first, or what it stores meanwhile
    stays behind.
    """
    with common.application(ctx) as app:
        copied = app.store.copy_to(target)
    rows = sum(copied.rows.values())
    if as_json:
        output.print_json({"rows": rows, "tables": copied.rows, "mended": copied.mended, "logical_hash": copied.hash})
        return 0
    print(f"{rows} rows of {len(copied.rows)} tables copied; the logical hash of both databases is {copied.hash}")
    if copied.mended:
        output.say(f"{copied.mended} texts held the character NUL, which PostgreSQL does not keep; it was taken out")
    return 0


@command.command("prune")
@output.json_option
@click.pass_context
def prune(ctx: click.Context, as_json: bool) -> int:
    """Remove news items older than settings.keep_items; releases and their evidence stay; nothing returns as new."""
    with common.application(ctx) as app:
        now = datetime.now(UTC)
        removed = app.store.prune(now - app.configuration.settings.keep_items, now)
    if as_json:
        output.print_json({"pruned": removed})
    else:
        print(f"{removed} items pruned")
    return 0


@command.command("reunderstand")
@output.json_option
@click.pass_context
def reunderstand(ctx: click.Context, as_json: bool) -> int:
    """Label what is stored anew, after rules, labs or corrections.toml changed. Fetches nothing; nothing becomes news."""
    with common.application(ctx) as app:
        judged, changed, lines = app.reunderstand(datetime.now(UTC))
    if as_json:
        output.print_json({"items": judged, "changed": changed, "lines": lines})
    else:
        print(f"{judged} items judged again: {changed} labelled otherwise, {lines} lines changed")
    return 0


@command.command("corrections")
@output.json_option
@click.pass_context
def corrections(ctx: click.Context, as_json: bool) -> int:
    """The corrections of corrections.toml as cases for tests of the rules: what an item said, and what is right."""
    with common.application(ctx) as app:
        cases = app.correction_cases()
    if as_json:
        output.print_json({"cases": cases})
    else:
        output.print_table(
            ("does", "source", "title"), [(c["does"], c["source"], c["title"]) for c in cases], elastic=(2,)
        )
    return 0
