"""The floor: what fetching, parsing and storing the same feeds costs with nothing that a product needs.

A GET is written to a socket and its answer split at the first empty line; lxml makes a tree and six fields are taken
from each entry, as text; one `executemany` puts the rows into a SQLite table. No cleaning, no dates, no search index, no
safety: a lower bound to compare with, never a way to read feeds.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from lxml import etree

AT_ONCE = 64
"""Requests under way at the same time."""
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DC = "{http://purl.org/dc/elements/1.1/}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_ATOM = "{http://www.w3.org/2005/Atom}"

Row = tuple[str | None, str | None, str | None, str | None, str | None, str | None]
"""id, link, title, date, summary, content."""


class _Get(asyncio.Protocol):
    """One GET on a connection of its own."""

    def __init__(self, request: bytes, done: asyncio.Future[tuple[int, bytes]]) -> None:
        self._request, self._done = request, done
        self._parts: list[bytes] = []
        self._wanted, self._arrived, self._start = -1, 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        self._arrived += len(data)
        if self._wanted < 0:
            head, empty, _ = data.partition(b"\r\n\r\n")
            if not empty:  # the server writes its whole head at once
                raise ConnectionError("an answer without a head")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self._start = len(head) + 4
            self._wanted = self._start + int(length or 0)
        if self._arrived >= self._wanted and not self._done.done():
            whole = b"".join(self._parts)
            self._done.set_result((int(whole[9:12]), whole[self._start :]))
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("closed before its end"))


async def fetch_all(urls: Sequence[str], etags: Sequence[str] | None = None) -> list[tuple[int, bytes]]:
    """(status, body) of each URL, in their order; conditional by `etags`."""
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def one(place: int) -> tuple[int, bytes]:
        parts = urlsplit(urls[place])
        condition = f"If-None-Match: {etags[place]}\r\n" if etags else ""
        request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{condition}\r\n".encode()
        async with gate:
            done: asyncio.Future[tuple[int, bytes]] = loop.create_future()
            await loop.create_connection(lambda: _Get(request, done), parts.hostname or "", parts.port or 80)
            return await done

    return list(await asyncio.gather(*(one(place) for place in range(len(urls)))))


def rows_of(body: bytes) -> Iterator[Row]:
    """The six fields of each entry, as the document has them."""
    if body.startswith(b"{"):
        for item in json.loads(body)["items"]:
            yield tuple(item.get(key) for key in ("id", "url", "title", "date_published", "summary", "content_html"))
        return
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.tag == f"{_ATOM}feed":
        for entry in root.iterchildren(f"{_ATOM}entry"):
            link = entry.find(f"{_ATOM}link")
            text = entry.findtext
            yield (
                text(f"{_ATOM}id"),
                None if link is None else link.get("href"),
                text(f"{_ATOM}title"),
                text(f"{_ATOM}published"),
                text(f"{_ATOM}summary"),
                text(f"{_ATOM}content"),
            )
    elif root.tag == "rss":
        for item in root.iterfind("channel/item"):
            text = item.findtext
            yield text("guid"), text("link"), text("title"), text("pubDate"), text("description"), text(_CONTENT)
    else:
        for item in root.iterchildren(f"{_RSS1}item"):
            text = item.findtext
            link_text = text(f"{_RSS1}link")
            yield (
                link_text,
                link_text,
                text(f"{_RSS1}title"),
                text(f"{_DC}date"),
                text(f"{_RSS1}description"),
                text(_CONTENT),
            )


def store(database: sqlite3.Connection, rows: Sequence[tuple[int, Row]]) -> None:
    """Insert (number of the feed, fields), skipping what is stored; one transaction."""
    database.execute(
        "create table if not exists item (id integer primary key, feed integer, guid text, link text, title text, "
        "published text, summary text, content text, unique (feed, guid))"
    )
    with database:
        database.executemany(
            "insert into item (feed, guid, link, title, published, summary, content) values (?, ?, ?, ?, ?, ?, ?) "
            "on conflict do nothing",
            ((feed, *fields) for feed, fields in rows),
        )
