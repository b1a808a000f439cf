"""A laid-out digest as plain text: for mail parts, chats and terminals; addresses stand behind or below the words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from aggregator import urls
from aggregator.digest.pages import Block, Line, Page, Run, Section, plain

WIDTH = 78
DOT = " · "
_NOT_FIRST = "，。；：？！、）》”’%,.;:?!)»…"
"""Characters that begin no line."""
_NOT_LAST = "（《“‘(«"


def plain_text(page: Page) -> str:
    """The page as text of at most WIDTH columns (addresses are never broken), ending in a newline."""
    lines = [page.title, "=" * min(WIDTH, columns(page.title))]
    if page.notice:
        lines += ["", *wrap(page.notice)]
    if page.window:
        lines += ["", *wrap(page.window)]
    lines.append("")
    for line in page.top:
        lines += wrap(plain(line), "  " if page.sections else "")
    for section in page.sections:
        lines += ["", section.heading, "-" * min(WIDTH, columns(section.heading)), *_section(section, page.colon)]
    return "\n".join([*lines, "", *wrap(plain(page.account))]) + "\n"


def _section(section: Section, colon: str) -> Iterator[str]:
    for number, block in enumerate(section.blocks):
        if section.full and number:
            yield ""
        yield from _block(block, colon)
    if section.after:
        yield from wrap("* " + plain(section.after), "  ")


def _block(block: Block, colon: str) -> Iterator[str]:
    """A block as one item of a list; its links stand below, one a line."""
    yield from wrap("* " + plain(block.head), "  ")
    yield from _addresses(block.head)
    for line in block.below:
        if _is_links(line):
            yield from _links(line, colon)
        else:
            yield from wrap("  " + plain(line), "  ")
            yield from _addresses(line)


def _is_links(line: Line) -> bool:
    """Whether a line is nothing but links and notes."""
    return all(run.role in ("link", "title", "note") for run in line)


def _links(line: Line, colon: str) -> Iterator[str]:
    """A line of links one below the other: the words with their notes, then the address; what is no link ends it."""
    words = address = ""
    for run in line:
        if run.url:
            words, address = run.words, urls.http_url(run.url) or ""
            continue
        note, *others = run.words.split(DOT)
        words += note
        if others and words:
            yield f"  {words}{colon}{address}" if address else f"  {words}"
            yield from (f"  {other}" for other in others[:-1])
            words, address = others[-1], ""
    if words:
        yield f"  {words}{colon}{address}" if address else f"  {words}"


def _addresses(line: Sequence[Run]) -> Iterator[str]:
    seen: list[str] = []
    for run in line:
        safe = urls.http_url(run.url) if run.url else None
        if safe is not None and safe not in seen:
            seen.append(safe)
    for url in seen:
        yield f"  {url}"


def columns(words: str) -> int:
    """Columns of a terminal that the words take: wide characters two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in words
    )


def wrap(words: str, indent: str = "") -> list[str]:
    """Lines of at most WIDTH columns, broken at blanks and between Chinese characters, later ones indented."""
    lines, line = [], ""
    for piece in _pieces(words):
        if line.strip() and columns(line + piece.rstrip(" ")) > WIDTH:
            lines.append(line.rstrip(" "))
            line = indent + piece.lstrip(" ")
        else:
            line += piece
    return [*lines, line.rstrip(" ")]


def _pieces(words: str) -> Iterable[str]:
    """The words cut wherever a line may end."""
    pieces: list[str] = []
    current = ""
    for place, char in enumerate(words):
        following = words[place + 1 : place + 2]
        current += char
        wide = _wide(char) or (bool(following) and _wide(following))
        joined = char in _NOT_LAST or following in _NOT_FIRST
        if (char == " " and following != " ") or (following and wide and not joined and following != " "):
            pieces.append(current)
            current = ""
    return [*pieces, current] if current else pieces


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
