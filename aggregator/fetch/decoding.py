"""Takes a content encoding off, bounded: `Accept-Encoding: gzip, deflate` is all that is asked for and all that is read.

Never one big allocation: output comes in pieces of at most 1 MiB, and the cap holds before a piece is kept (httpx
0.28 turned 495 bytes of `gzip, gzip` into 200 MiB, and a truncated gzip into an empty 200).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from aggregator.errors import FetchError

ACCEPTED = "gzip, deflate"
PIECE = 1024 * 1024
_GZIP, _ZLIB, _RAW = 31, 15, -15


def content_coding(header: str) -> str:
    """ "gzip", "deflate" or "" of a Content-Encoding header. FetchError encoding_refused for any other and for stacks."""
    codings = [part.strip().lower() for part in header.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return ""
    if len(codings) == 1 and codings[0] in ("gzip", "x-gzip", "deflate"):
        return codings[0].removeprefix("x-")
    raise FetchError(f"content encoding {header[:60]!r} was not asked for", code="encoding_refused", stage="decode")


class Inflater:
    """Collects one body: `feed` its bytes as they come, then `finish` for the whole. Raises FetchError, stage decode."""

    def __init__(self, coding: str, limit: int) -> None:
        """coding: what `content_coding` returned. limit: decoded bytes; one more is too_large."""
        self._coding = coding
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._fed = 0
        self._head = b""
        self._zlib = zlib.decompressobj(_GZIP) if coding == "gzip" else None

    def feed(self, chunk: bytes) -> Iterator[None]:
        """Take the next bytes; yields after each piece of output, so that a caller can let others run in between."""
        self._fed += len(chunk)
        if not self._coding:
            self._keep(chunk)
            return
        if self._zlib is None:
            self._head += chunk
            if len(self._head) < 2:
                return
            chunk, self._head = self._head, b""
            self._zlib = zlib.decompressobj(_ZLIB if _is_zlib(chunk) else _RAW)
        while chunk:
            chunk = self._inflate(chunk)
            yield

    def finish(self) -> bytes:
        """The whole decoded body. decode_truncated if the compressed stream did not reach its end."""
        if self._coding and self._fed:
            if self._zlib is not None:
                self._drain()
            if self._zlib is None or not self._zlib.eof:
                raise FetchError(f"the {self._coding} body ends early", code="decode_truncated", stage="decode")
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _inflate(self, chunk: bytes) -> bytes:
        assert self._zlib is not None
        if self._zlib.eof:
            return self._next_member(chunk)
        try:
            piece = self._zlib.decompress(chunk, min(PIECE, self._limit - self._size + 1))
        except zlib.error as error:
            raise FetchError(
                f"the {self._coding} body is damaged: {error}", code="decode_error", stage="decode"
            ) from error
        self._keep(piece)
        return self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail

    def _next_member(self, chunk: bytes) -> bytes:
        """Go on after a finished gzip member (RFC 1952 allows several); padding or junk behind the last one is ignored."""
        if self._coding != "gzip" or chunk[:1] != b"\x1f":
            return b""
        self._zlib = zlib.decompressobj(_GZIP)
        return chunk

    def _drain(self) -> None:
        """Take out what zlib holds back when a piece was full just as the input ended."""
        assert self._zlib is not None
        while not self._zlib.eof:
            size = self._size
            self._inflate(b"")
            if self._size == size:
                return

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise FetchError(f"the decoded body exceeds {self._limit} bytes", code="too_large", stage="decode")
        if piece:
            self._pieces.append(piece)


def _is_zlib(head: bytes) -> bool:
    """RFC 1950's two bytes; servers that say `deflate` send raw RFC 1951 streams as often."""
    return head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
