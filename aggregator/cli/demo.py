"""`aggregator demo`: the whole job on the small demo world: real HTTP on loopback, real parsing, a real database."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

import click

from aggregator.cli import output

WEEK = (date(2026, 2, 10), date(2026, 2, 18))
"""The days of the Lunar New Year of 2026 that the demo's digest covers: [10 February, 18 February) local."""


NOTICE = {
    "en": "Demo world: the wording of every text is invented by us and the outlets (*.example) do not exist; "
    "the facts of the Lunar New Year of 2026 are real.",
    "fr": "Monde de démonstration\u00a0: la formulation de chaque texte est inventée par nous et les médias (*.example) "
    "n’existent pas\u202f; les faits du Nouvel An lunaire 2026 sont réels.",
    "zh": "演示世界：所有文字均由我们编写，所列媒体（*.example）并不存在；2026年农历新年的事实属实。",
}
"""Said in the digest of the demo, in its language."""


@click.command("demo")
@click.option("--language", type=click.Choice(("en", "fr", "zh")), default="en", show_default=True)
@click.option("--format", "form", type=click.Choice(("md", "html", "text", "json")), default="md", show_default=True)
@click.option("--keep", metavar="FOLDER", help="Keep the demo's sources.toml and database there to look around in.")
def command(language: str, form: str, keep: str | None) -> int:
    """Poll the demo world (no network, no keys) into a temporary database and print the digest of the week."""
    with tempfile.TemporaryDirectory(prefix="aggregator-demo-") as scratch:
        folder = Path(keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        return _run(folder, language, form, keep is not None)


def _run(folder: Path, language: str, form: str, kept: bool) -> int:
    from aggregator import app, slots
    from aggregator.demo.server import DemoServer
    from aggregator.digest import render

    with DemoServer() as server:
        config = folder / "sources.toml"
        config.write_text(server.sources_toml(), "utf-8")
        output.say(f"The demo world is served at {server.base}; polling it into {folder} ...")
        environ = {**os.environ, **server.environment(with_token=True)}
        with app.open(config=str(config), database=f"sqlite:///{folder / 'demo.db'}", environ=environ) as opened:
            chosen = opened.sources(())
            with output.progress(len(chosen), quiet=False) as tell:
                outcomes = opened.poll(chosen, lambda outcome, left: tell(outcome.id, left))
            failed = [o for o in outcomes if o.outcome == "failed"]
            output.say(
                f"{len(outcomes)} sources polled: {sum(o.new for o in outcomes)} items, {len(failed)} failed"
                f" ({', '.join(o.id for o in failed)}: as meant)\n"
            )
            start = slots.day_bounds(WEEK[0], opened.timezone)[0]
            end = slots.day_bounds(WEEK[1], opened.timezone)[0]
            click.echo(render(opened.digest(start, end, language=language, notice=NOTICE[language]), form), nl=False)
    if kept:
        output.say(f"\nLook around: aggregator --config {config} --database sqlite:///{folder / 'demo.db'} releases")
    output.say(
        "\nNext: `make digest` (or `aggregator poll`, then `aggregator digest`) does the same for the real sources."
    )
    return 0
