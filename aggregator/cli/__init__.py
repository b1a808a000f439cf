"""The command line: arguments to use cases, results to tables or JSON. Each command is imported only when it is called.

Standard output carries data and nothing else; messages, progress and errors go to standard error. Exit status: 0 done,
1 it could not be done, 2 wrong use or configuration, 3 done but something failed.
"""

from __future__ import annotations

import importlib
import io
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Any

import click

from aggregator import __version__
from aggregator.errors import AggregatorError, UsageError

COMMANDS = {
    # name: (module of aggregator.cli, one line for --help)
    "poll": ("poll", "Poll every source (or those named) now, once."),
    "run": ("run", "The background worker: polls, makes and sends the daily digest, prunes, backs up."),
    "digest": ("digest", "Print or write the digest of a day or window; changes nothing."),
    "items": ("items", "Stored items, newest first; WORDS is a full-text search."),
    "releases": ("releases", "Release lines, newest first."),
    "show": ("show", "One item or line with everything known of it."),
    "stories": ("stories", "What several sources reported, most covered first."),
    "gap": ("gap", "How far the best open line is behind the best peer, by third parties' indices."),
    "labs": ("labs", "The labs that are followed, with their organisations."),
    "send": ("send", "Make the day's digest and deliver it to every channel that has not had it."),
    "digests": ("digests", "What was sent: list it, or show the stored bytes of a date."),
    "sources": ("sources", "The sources with their health; check, add, import, export."),
    "export": ("export", "Releases or items as JSON Lines, CSV, Atom, RSS or JSON Feed."),
    "watch": ("watch", "One release line, as it becomes what it is."),
    "serve": ("serve", "Web pages, feeds and a JSON API over what is stored."),
    "mcp": ("mcp", "The store for assistants (Model Context Protocol)."),
    "status": ("status", "Health: polls, failing sources, the last digest, the database."),
    "db": ("db", "The database: upgrade, check, backup, restore, prune."),
    "init": ("init", "Write a sources.toml and the storage folder here."),
    "completion": ("completion", "Print the completion script for bash, zsh or fish."),
    "demo": ("demo", "Everything on the small demo world, without any network."),
}
"""The commands in the order in which `--help` lists them."""


class _Commands(click.Group):
    """A group whose commands are imported when they are needed, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"aggregator.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aggregator")
@click.option("--config", metavar="PATH", help="The sources file. Default: $AGGREGATOR_CONFIG, else ./sources.toml.")
@click.option(
    "--database",
    metavar="URL",
    help="The database. Default: $AGGREGATOR_DATABASE_URL, else sqlite:///storage/aggregator.db.",
)
@click.option("--verbose", "-v", is_flag=True, help="Tell more on standard error.")
@click.pass_context
def root(ctx: click.Context, config: str | None, database: str | None, verbose: bool) -> None:
    """Which AI models the Chinese labs really released, with evidence for every line.

    Start with `aggregator demo`; then `aggregator poll` and `aggregator digest`. Every command that prints data takes
    --json. Documentation: docs/ and README.md.
    """
    ctx.obj = {"config": config, "database": database, "verbose": verbose}
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose or ctx.invoked_subcommand == "run" else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    for name in ("httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


SERVICES = frozenset({"run", "serve"})
"""Commands that live long and hold much."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with the documented exit status. SIGTERM ends a command as ^C does,
    also where a script began it in the background: a shell has such a process ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    wanted = sys.argv[1:] if arguments is None else arguments
    status = execute(wanted)
    called = next((word for word in wanted if word in COMMANDS), None)
    if called in SERVICES:  # all is stored and closed: the interpreter's own end may take seconds
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # the reader has gone
                stream.flush()
        os._exit(status)
    sys.exit(status)


def execute(arguments: list[str]) -> int:
    """Run one command and return its exit status; errors are told on standard error in one line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character gets its number
            stream.reconfigure(errors="backslashreplace")
    try:
        _check(arguments)
        result: Any = root.main(args=arguments, prog_name="aggregator", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return 2
    except click.exceptions.Exit as leave:
        return int(leave.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("aggregator: interrupted; what was stored stays stored", file=sys.stderr)
        return 1
    except UsageError as error:
        print(f"aggregator: {error}", file=sys.stderr)
        return 2
    except AggregatorError as error:
        print(f"aggregator: {error} [code={error.code}]", file=sys.stderr)
        return 1
    except (BrokenPipeError, SystemExit):
        # The reader of our output (head, less) has seen enough; within a command click makes a SystemExit of that.
        _discard_output()
        return 0
    except Exception as error:
        # A defect of ours, or an output that cannot be written: still one line, and the whole story only if asked for.
        logging.getLogger(__name__).info("internal error", exc_info=True)
        code, hint = (
            ("output_failed", "") if isinstance(error, OSError) else ("internal", "; -v before the command shows where")
        )
        told = " ".join(str(error).split())[:300]
        print(f"aggregator: {type(error).__name__}: {told} [code={code}]{hint}", file=sys.stderr)
        _discard_output()
        return 1


def _check(arguments: list[str]) -> None:
    """Refuse what no command could store, look for or open: bytes that are no text, and NUL."""
    for argument in arguments:
        if "\0" in argument or not argument.isprintable() and any(0xD800 <= ord(sign) <= 0xDFFF for sign in argument):
            raise UsageError(f"{ascii(argument[:40])}: expected text, found bytes that are no UTF-8 or a NUL")


def _discard_output() -> None:
    """Let nothing that is still in standard output's buffer fail at the interpreter's end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
