"""A laid-out digest as Markdown (CommonMark): headings, paragraphs, lists, emphasis, code for commands, http(s) links.

Text of others can make none of these itself: every character that CommonMark or GitHub's dialect could read as more
than itself is escaped, and no text begins a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator import urls
from aggregator.digest.pages import Block, Page, Run, Section

_MARKS = re.compile(r"[\\`*_\[\]|~]")
_ENTITY = re.compile(r"&(?=#|\w+;)")
_BLOCK = re.compile(r"^([-+=#]|\d{1,9}[.)])")
"""What would begin a block at the start of a line."""
_IMAGE = re.compile(r"!(?=\\\[|\Z)")
_UNSAFE_IN_ADDRESS = re.compile(r"[()<>\\\[\]*_`\s]")


def markdown(page: Page) -> str:
    """The page as Markdown, ending in a newline."""
    lines = [f"# {escape(page.title)}", ""]
    if page.notice:
        lines += [f"*{escape(page.notice)}*", ""]
    if page.window:
        lines += [escape(page.window), ""]
    quiet = not page.sections
    lines += [_line(line) if quiet else f"- {_line(line)}" for line in page.top]
    for section in page.sections:
        lines += ["", f"## {escape(section.heading)}", "", *_section(section)]
    return "\n".join([*lines, "", _line(page.account)]) + "\n"


def escape(raw: str) -> str:
    """Text of others as text and nothing else: no markup, no entity, no address that a reader's program would link."""
    safe = _MARKS.sub(r"\\\g<0>", " ".join(raw.split(" ")).strip("\n\r\t"))
    safe = _ENTITY.sub("&amp;", safe).replace("<", "&lt;").replace(">", "&gt;")
    safe = _IMAGE.sub(r"\\!", safe)
    return safe.replace("://", ":\\//").replace("www.", "www\\.")


def _section(section: Section) -> Iterable[str]:
    for number, block in enumerate(section.blocks):
        if section.full:
            yield from [""] * (number > 0)
            yield f"### {_line(block.head, strong=False)}"
            for line in block.below:
                yield from ("", _line(line))
        else:
            yield from _bullet(block)
    if section.after:
        yield f"- {_line(section.after)}"


def _bullet(block: Block) -> Iterable[str]:
    """A block as one item of a list; what stands below is a paragraph's next line."""
    yield f"- {_line(block.head)}" + ("  " if block.below else "")
    for number, line in enumerate(block.below):
        yield f"  {_line(line)}" + ("  " if number < len(block.below) - 1 else "")


def _line(line: Iterable[Run], *, strong: bool = True) -> str:
    written = "".join(_run(run, strong) for run in line)
    return _BLOCK.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", written)


def _run(run: Run, strong: bool) -> str:
    if run.role == "command":
        return f"`{run.words.replace('`', '')}`"
    body = run.words.strip(" ")
    if not body:
        return run.words
    words = escape(body)
    if strong and run.role in ("name", "label"):
        words = f"**{words}**"
    safe = urls.http_url(run.url) if run.url else None
    if safe is not None:
        address = _UNSAFE_IN_ADDRESS.sub(_percent, safe)
        words = f"[{words}]({_ENTITY.sub('&amp;', address)})"
    before, after = run.words[: len(run.words) - len(run.words.lstrip(" "))], run.words[len(run.words.rstrip(" ")) :]
    return f"{before}{words}{after}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
