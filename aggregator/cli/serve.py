"""`aggregator serve`: web pages, feeds and a JSON API over what is stored."""

from __future__ import annotations

import socket
from contextlib import suppress

import click

from aggregator.cli import common, output
from aggregator.errors import AggregatorError, UsageError


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port; 0 takes a free one."
)
@click.option(
    "--allow-host", "names", multiple=True, metavar="NAME", help="Answer under this host name too (repeatable)."
)
@click.option("--base-url", "base", metavar="URL", help="Where readers reach it: the addresses in feeds begin so.")
@click.pass_context
def command(ctx: click.Context, host: str, port: int, names: tuple[str, ...], base: str | None) -> int:
    """Web pages, feeds and a JSON API over what is stored, read-only, on this machine alone unless --host says otherwise.

    It neither polls nor sends: `aggregator run` does, beside it. There are no users and no passwords: put a reverse
    proxy before it if others may reach it, and name its host with --allow-host and --base-url.
    """
    import uvicorn

    from aggregator import urls
    from aggregator.storage import Store
    from aggregator.web.guard import Hosts
    from aggregator.web.server import make_app
    from aggregator.web.site import Site

    if base is not None and urls.http_url(base) is None:
        raise UsageError(f"--base-url {base}: expected an http or https address")
    with common.application(ctx) as app:
        app.store.close()  # it made the schema ready; from here on nothing is written
        app.store = Store.open(app.database, readonly=True, regions=app.regions)
        try:
            listening = listen(host, port)
        except OSError as error:
            raise AggregatorError(
                f"{host}:{port}: {error.strerror}; choose another --port", code="cannot_listen"
            ) from error
        shown = f"[{host}]" if ":" in host else host
        address = (base or f"http://{shown}:{listening.getsockname()[1]}").rstrip("/")
        site = Site(app, address)
        allowed = (*names, *([urls.host_shown(base)] if base else []))
        config = uvicorn.Config(
            make_app(site, Hosts.of(host, allowed)), log_level="warning", access_log=False, server_header=False,
            date_header=True, timeout_graceful_shutdown=5, timeout_keep_alive=15, h11_max_incomplete_event_size=32768,
            limit_concurrency=200, proxy_headers=False, ws="none",
        )  # fmt: skip
        output.say(f"Serving {app.database_shown} at {address}/ (Ctrl-C ends it)")
        server = uvicorn.Server(config)
        with suppress(KeyboardInterrupt):  # uvicorn ends in order and then raises the signal again
            server.run(sockets=[listening])
        listening.close()
    return 0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises OSError.

    What it accepts answers without Nagle's delay, which asyncio takes from sockets alone that it makes itself: with it
    every answer after the first of a connection waits 40 ms for the reader's acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=128)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
