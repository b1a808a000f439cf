"""Which release lines a README names: a light pattern, enough to notice that a line was not named before. Pure.

A lab often presents a model by editing the README of an older one's repository (GLM-4.6 came so in GLM-4.5's).
Whether a name really is a line is decided later, by the names' grammar; here only a set of names is compared with the
last one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aggregator.model import Ask, Source
from aggregator.sources.port import Endpoints

AT_ONCE = 5
"""Repositories whose details one poll of an organisation asks for; the others wait in its cursor as `pending:…`."""
_RAW = {"Accept": "text/plain, */*;q=0.5"}
_TIERS = (
    "Coder|Code|VL|V|Omni|Image|Video|Audio|TTS|ASR|OCR|Math|Prover|Vision|Edit|Embedding|Reranker|Guard|Flash|FlashX|Air|Lite|"
    "Mini|Nano|Pro|Max|Plus|Turbo|Next|Exp|Speciale|Zero"
)
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—", "-"))
_STEM = re.compile(r"[A-Za-z][A-Za-z\-]*?(?=[-_ ]?[A-Z]?\d)")


def readme_ask(name: str, endpoints: Endpoints) -> Ask:
    """The request for a repository's README; that there is none is no failure."""
    url = f"{endpoints.github_raw}/{name}/HEAD/README.md"
    return Ask(url, "readme", headers=_RAW, context={"repository": name}, optional=True)


def take_pending(cursor: Mapping[str, Any]) -> tuple[list[list[Any]], dict[str, None]]:
    """Return at most five waiting repositories ([name, stage, pushed, former]; moved before merely unseen, last
    pushed first) and the changes of the cursor that settle them."""
    waiting = [(key, value) for key, value in cursor.items() if key.startswith("pending:") and isinstance(value, list)]
    waiting.sort(key=lambda pair: (pair[1][1] == "all", str(pair[1][2])), reverse=True)
    return [value for _, value in waiting[:AT_ONCE]], dict.fromkeys((key for key, _ in waiting[:AT_ONCE]), None)


def blob_sha(body: bytes) -> str:
    """Git's name for a file's content (gitformat: SHA-1 of `blob <length>\\0<bytes>`)."""
    return hashlib.sha1(b"blob %d\x00" % len(body) + body, usedforsecurity=False).hexdigest()


def families_of(source: Source, repository: str) -> tuple[str, ...]:
    """The families to look for: those of the source's options (all spellings) and the stem of the repository's own
    name.
    """
    given = [f for f in source.options.get("families", ()) if isinstance(f, str) and f.strip()]
    stem = _STEM.match(repository.split("/")[-1])
    if stem and len(stem[0].strip("-")) >= 2:
        given.append(stem[0].strip("-"))
    return tuple(dict.fromkeys(given))


def names_in(text: str, families: Iterable[str]) -> dict[str, str]:
    """Return the names of lines in `text`: comparable key → the name as first written.

    A name is a family, a version, and words that name another model of its generation; sizes, stages and precisions are
    left out. After a blank only versions such as `K2.5` or `3.5` count ("Step 1" is no model).
    """
    wanted = sorted((f for f in families if f), key=len, reverse=True)
    if not wanted:
        return {}
    pattern = re.compile(
        rf"(?<![A-Za-z0-9_\-])(?:{'|'.join(re.escape(f) for f in wanted)})"
        r"(?:[-_]?[A-Za-z]?\d{1,2}(?:\.\d{1,2})?|[ ](?:[A-Z]\d{1,2}(?:\.\d{1,2})?|\d{1,2}\.\d{1,2}))"
        r"(?![\d.]*\d)(?![BbMT](?![A-Za-z]))[A-Z]?(?![a-z])"
        rf"(?:[-_ ](?:{_TIERS})(?![A-Za-z]))*",
        re.IGNORECASE,
    )
    found: dict[str, str] = {}
    for match in pattern.finditer(text.translate(_HYPHENS)):
        found.setdefault(_key(match[0]), match[0])
    return found


def names_a_line(repository: str, source: Source) -> bool:
    """Whether a repository's own name parses to a release line."""
    return bool(names_in(repository.split("/")[-1].replace("_", "-"), families_of(source, repository)))


def lines_with(text: str, names: Iterable[str], limit: int = 4000) -> str:
    """The lines of `text` that hold one of `names`, at most `limit` characters."""
    wanted = [name.casefold() for name in names]
    kept: list[str] = []
    for line in text.splitlines():
        if any(name in line.translate(_HYPHENS).casefold() for name in wanted):
            kept.append(line.strip()[:500])
            if sum(map(len, kept)) > limit:
                break
    return "\n\n".join(kept)[:limit]


def remembered(cursor: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """What the cursor holds of a README: {"sha", "names"}, or None if it was never seen."""
    found = cursor.get(key)
    return found if isinstance(found, Mapping) else None


def _key(name: str) -> str:
    return re.sub(r"[\s\-_]+", "", name).casefold()
