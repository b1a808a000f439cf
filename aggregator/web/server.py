"""The parts of the web put together: routes, what is said of a wrong address, the guard before everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from aggregator import __version__
from aggregator.errors import AggregatorError
from aggregator.web import api, feeds, health, pages, rendering
from aggregator.web.guard import Guard, Hosts
from aggregator.web.site import Site

THREADS = 8
"""Questions that the database is asked at once."""
_FOREVER = "public, max-age=31536000, immutable"


def make_app(site: Site, hosts: Hosts | None = None) -> Guard:
    """The web as an ASGI application. Only GET and HEAD; nothing is written."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        site.close()

    app = FastAPI(
        title="aggregator",
        version=__version__,
        summary="Which AI models the Chinese labs really released, with evidence for every line.",
        description=api.ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.site = site
    app.state.meter = health.Meter()
    app.include_router(health.router)
    app.include_router(api.router)
    app.include_router(feeds.router)
    app.add_api_route("/static/{name}", static, methods=["GET"], include_in_schema=False)
    app.add_api_route("/favicon.ico", icon, methods=["GET"], include_in_schema=False)
    app.include_router(pages.router)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AggregatorError, _failed)
    return Guard(app, hosts or Hosts(), app.state.meter.observe)


async def static(request: Request, name: str) -> Response:
    """A file that pages load; its address names its content, so that it never grows old."""
    if name not in rendering.STATIC:
        return pages.missing(request)
    body, kind = rendering.static(name), rendering.STATIC[name]
    return Response(body, media_type=kind, headers={"cache-control": _FOREVER if request.url.query else "no-cache"})


async def icon(request: Request) -> Response:
    """What browsers ask for beside answers that are no pages."""
    return await static(request, "icon.svg")


def _speaks_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/feeds/", "/healthz", "/readyz", "/metrics"))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not _speaks_json(request):
        return pages.missing(request)
    code = {404: "not_found", 405: "method"}.get(error.status_code, "error")
    return api.problem(error.status_code, code, str(error.detail))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    return api.problem(422, "usage", f"{place}: {first['msg']}")


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, AggregatorError)
    status = {"not_found": 404, "usage": 422}.get(error.code, 503)
    return api.problem(status, error.code, error.detail if status != 503 else "the database cannot be read")
