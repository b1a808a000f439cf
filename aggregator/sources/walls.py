"""Bot walls that answer 200: how a challenge page is told from the document that was asked for. Pure."""

from __future__ import annotations

import re

_CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|cf-challenge|challenge-platform|_cf_chl|"
    r"verify you are human|captcha|ddos-guard|access denied|安全验证|人机验证|滑动验证|访问验证|请完成验证",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_BEGIN, _END = re.compile(r"<(?:script|style)\b", re.IGNORECASE), re.compile(r"</(?:script|style)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def names_a_wall(words: str) -> bool:
    """Whether these words (a title, or a page that says little) are those of a challenge."""
    return _CHALLENGE.search(words) is not None


def is_wall(document: str) -> bool:
    """Whether an HTML document is a challenge: by its title, or because it says little else."""
    start = document[:100_000]
    title = _TITLE.search(start)
    if title is not None and names_a_wall(title[1]):
        return True
    return len(" ".join(_said(start).split())) < 1500 and names_a_wall(start)


def _said(html: str) -> str:
    """What a document says without its tags, scripts and styles; in one pass, whatever it holds."""
    first, *others = _BEGIN.split(html)
    pieces = [first, *(_END.split(piece, maxsplit=1)[-1] for piece in others)]
    return _TAG.sub(" ", " ".join(pieces))
