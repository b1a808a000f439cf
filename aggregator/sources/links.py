"""Following a listing to its next page: the Link header (RFC 8288), on the same host, never in a circle. Pure."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask

MAXIMUM_PAGES = 20
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*!#$&+\-.^`|~]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s;,\"]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))", re.IGNORECASE)


def next_url(answer: Answer) -> str | None:
    """Return the absolute URL that the answer's Link header names as `rel="next"`, or None."""
    for match in _LINK.finditer(answer.headers.get("link", "")):
        relations = _REL.search(match[2])
        if relations and "next" in (relations[1] or relations[2] or "").casefold().split():
            return str(urljoin(answer.url, match[1]))
    return None


def next_page(ask: Ask, answer: Answer) -> Ask | None:
    """Return the request for the next page of a listing, or None on its last page.

    `context["page"]` counts the pages and `context["seen"]` holds their URLs. Raises ParseError `bad_pagination` if
    the link leaves the host or names a page that was read already. After 20 pages None is returned (see `is_cut`).
    """
    url = next_url(answer)
    if url is None:
        return None
    if _authority(url) != _authority(ask.url):
        raise ParseError(
            f"{ask.url}: its next page is on another host ({urlsplit(url).hostname})", code="bad_pagination"
        )
    seen = [*ask.context.get("seen", ()), ask.url]
    if url in seen:
        raise ParseError(f"{ask.url}: its next page was read before", code="bad_pagination")
    page = int(ask.context.get("page", 1)) + 1
    if page > MAXIMUM_PAGES:
        return None
    return Ask(url, ask.role, headers=ask.headers, context={**ask.context, "page": page, "seen": seen}, limit=ask.limit)


def is_cut(ask: Ask, answer: Answer) -> bool:
    """Whether a listing has more pages than are read."""
    return int(ask.context.get("page", 1)) >= MAXIMUM_PAGES and next_url(answer) is not None


def _authority(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)
