"""`aggregator mcp`: the store for assistants, by the Model Context Protocol over standard input and output."""

from __future__ import annotations

import click

from aggregator.cli import common
from aggregator.errors import AggregatorError


@click.command("mcp")
@click.pass_context
def command(ctx: click.Context) -> int:
    """Let an assistant ask the store: search items, list releases, show a line with its evidence, read a digest.

    Speaks the Model Context Protocol on standard input and output; an assistant's program starts it. Read-only. Needs
    the extra: pip install 'aggregator[mcp]'. What it hands over is marked as the words of others.
    """
    try:
        from aggregator.web.assistants import make_server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("mcp", "pydantic"):
            raise
        raise AggregatorError(
            "the package mcp is missing: pip install 'aggregator[mcp]'", code="extra_missing"
        ) from None
    from aggregator.storage import Store

    with common.application(ctx) as app:
        app.store.close()
        app.store = Store.open(app.database, readonly=True, regions=app.regions)
        make_server(app).run("stdio")
    return 0
