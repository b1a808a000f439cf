"""What crosses the pipe between us and a worker: plain JSON of an allow-list of nouns, in frames of known length.

Not pickle: a worker that hostile bytes took over could otherwise make us run anything. What comes back can only be
text, numbers and the nouns below, and `reading_of` refuses fields of the wrong type. Lone surrogates cross unharmed.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aggregator import text
from aggregator.corrections import Correction
from aggregator.errors import AggregatorError, Deferred, FetchError, ParseError, SourceError
from aggregator.model import (
    Answer,
    ArtifactName,
    Ask,
    Entry,
    Evidence,
    Family,
    Lab,
    Labels,
    LineName,
    Prepared,
    Reading,
    Reason,
    Repository,
    Source,
    Unchanged,
)
from aggregator.sources.port import Endpoints

NOUNS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *(Ask, Answer, Source, Endpoints, Reading, Entry, Unchanged, Repository, Lab, Family, Correction),
        *(Prepared, Labels, Evidence, Reason, LineName, ArtifactName),
    )
}
ERRORS: Mapping[str, type[SourceError]] = {
    kind.__name__: kind for kind in (SourceError, FetchError, Deferred, ParseError)
}
SAME = b"="
"""In the place of rules: those of the document before."""
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in NOUNS.values()}
_MARK = "~"
_BATCH = 256 * 1024
_LENGTH = struct.Struct(">I")


def frame(payload: bytes) -> bytes:
    """A payload with its length before it (4 bytes, big-endian)."""
    return _LENGTH.pack(len(payload)) + payload


HEADER = _LENGTH.size


def length_of(header: bytes) -> int:
    """The length that a frame's header announces."""
    length: int = _LENGTH.unpack(header)[0]
    return length


def pack(value: Any) -> bytes:
    """JSON of a value made of the nouns, times, bytes, tuples and plain JSON values. Raises TypeError for others."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def unpack(payload: bytes) -> Any:
    """The value of `pack`; raises ValueError, TypeError or KeyError for what is none."""
    return json.loads(payload.decode("utf-8", "surrogatepass"), object_hook=_noun)


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (str, int, float, bool):
        return value
    if kind is tuple:
        return {_MARK: "tuple", "v": [_plain(v) for v in value]}
    if kind is list:
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return {_MARK: "time", "v": value.astimezone(UTC).isoformat()}
    if isinstance(value, timedelta):
        return {_MARK: "span", "v": value.total_seconds()}
    if isinstance(value, date):
        return {_MARK: "date", "v": value.isoformat()}
    if kind in _FIELDS:
        return {_MARK: kind.__name__, "v": [_plain(getattr(value, name)) for name in _FIELDS[kind]]}
    if isinstance(value, Mapping):
        if _MARK in value or not all(type(key) is str for key in value):
            return {_MARK: "map", "v": [[_plain(k), _plain(v)] for k, v in value.items()]}
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, bytes):
        return {_MARK: "bytes", "v": base64.b64encode(value).decode("ascii")}
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{kind.__name__} does not cross to a worker")


_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "span": lambda v: timedelta(seconds=v),
    "map": dict,
    "bytes": base64.b64decode,
}


def _noun(value: dict[str, Any]) -> Any:
    """What a mapping stands for, when everything in it is done: called by the decoder from the inside out."""
    mark = value.get(_MARK)
    if mark is None:
        return value
    if mark in _VALUES:
        return _VALUES[mark](value["v"])
    return NOUNS[mark](*value["v"])


# ------------------------------------------------------------------------------------------------ a worker's answer


def answer_frames(reading: Reading) -> Iterator[bytes]:
    """A reading as frames: its head, then its entries some at a time (so that nobody waits long for one of them)."""
    head = Reading(
        pages=reading.pages, follow=reading.follow, cursor=reading.cursor, last=reading.last, notes=reading.notes,
        prepared=None if reading.prepared is None else (), stumbled=reading.stumbled,
        unchanged=reading.unchanged, known=reading.known,
    )  # fmt: skip
    yield pack({"reading": head})
    batch: list[bytes] = []
    size = 0
    for entry in reading.entries if reading.prepared is None else reading.prepared:
        batch.append(pack(entry))
        size += len(batch[-1])
        if size > _BATCH:
            yield b"[" + b",".join(batch) + b"]"
            batch, size = [], 0
    if batch:
        yield b"[" + b",".join(batch) + b"]"


def error_frame(error: AggregatorError) -> bytes:
    """An error of a source as a frame."""
    kind = type(error).__name__
    return pack(
        {
            "error": kind if kind in ERRORS else "ParseError",
            "detail": error.detail[:2000],
            "code": error.code,
            "stage": getattr(error, "stage", "parse"),
            "retry_at": getattr(error, "retry_at", None),
        }
    )


def reading_of(frames: list[bytes]) -> Reading:
    """The reading that a worker's frames hold. Raises the SourceError that they hold, or ValueError if they are wrong."""
    try:
        head = unpack(frames[0])
        if "error" in head:
            raise ERRORS[head["error"]](
                _line(str(head["detail"])),
                code=str(head["code"]),
                stage=str(head["stage"]),
                retry_at=_time(head["retry_at"]),
            )
        entries: list[Any] = []
        for payload in frames[1:]:
            entries += unpack(payload)
        return _checked(head["reading"], entries)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"a worker's answer is no reading ({type(error).__name__}: {error})") from error


def _line(told: str) -> str:
    """One line without anything that a terminal or a log would obey: an error may quote the document."""
    return " ".join(text.scrub(told).split())


def _time(value: Any) -> datetime | None:
    if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
        return value
    raise ValueError("no time")


def _all(values: Any, kind: type[Any]) -> bool:
    return isinstance(values, tuple) and all(type(value) is kind for value in values)


_TEXTS = ("guid", "title", "summary", "content", "dated")
_MAYBE_TEXTS = ("url", "author", "language", "lasting_id")


def _checked(head: Any, entries: list[Any]) -> Reading:
    """The reading, if every field has the type that the rest of the program relies on."""
    right = type(head) is Reading and _all(head.pages, Ask) and _all(head.follow, Ask) and _all(head.notes, str)
    right = right and isinstance(head.cursor, dict) and isinstance(head.last, bool)
    right = right and head.prepared in (None, ()) and _all(head.stumbled, str) and type(head.known) is str
    right = right and _all(head.unchanged, Unchanged) and all(type(one.key) is str for one in head.unchanged)
    is_right = _is_entry if right and head.prepared is None else _is_prepared
    if not (right and all(is_right(entry) for entry in entries)):
        raise ValueError("a worker's answer has fields of wrong types")
    found = tuple(entries)
    entries_, prepared = (found, None) if head.prepared is None else ((), found)
    for one in head.unchanged:
        _time(one.published)
    reading: Reading = replace(head, entries=entries_, prepared=prepared)
    return reading


def _is_entry(entry: Any) -> bool:
    right = type(entry) is Entry
    right = right and all(type(getattr(entry, name)) is str for name in _TEXTS)
    right = right and all(isinstance(getattr(entry, name), str | None) for name in _MAYBE_TEXTS)
    right = right and _all(entry.aliases, str) and isinstance(entry.extra, dict)
    right = right and isinstance(entry.artifact, Repository | None)
    if right:
        _time(entry.published), _time(entry.updated)
    return right


_PREPARED_TEXTS = ("title", "summary", "content", "key", "search_title", "search_text")
_PREPARED_MAYBE_TEXTS = ("author", "language", "url", "url_key", "text_key")


def _is_prepared(one: Any) -> bool:
    right = type(one) is Prepared and _is_entry(one.entry) and _is_labels(one.labels)
    right = right and all(type(getattr(one, name)) is str for name in _PREPARED_TEXTS)
    right = right and all(isinstance(getattr(one, name), str | None) for name in _PREPARED_MAYBE_TEXTS)
    right = right and _all(one.bands, int) and type(one.signature) is bytes
    if right:
        _time(one.published)
    return right


def _is_labels(one: Any) -> bool:
    right = type(one) is Labels and type(one.kind) is str and one.artifact is None  # a feed names no repository
    right = right and _all(one.labs, str) and _all(one.topics, str) and _all(one.reasons, Reason)
    right = right and _all(one.lines, LineName) and _all(one.mentions, LineName) and _all(one.evidence, Evidence)
    if not right:
        return False
    lines = (*one.lines, *one.mentions, *(e.line for e in one.evidence))
    texts = [getattr(line, name) for line in lines for name in _FIELDS[LineName]]
    texts += [getattr(reason, name) for reason in one.reasons for name in _FIELDS[Reason]]
    texts += [text for e in one.evidence for text in (e.status, e.rule, e.words)]
    facts = [fact for e in one.evidence for fact in e.facts]
    return (
        all(type(text) is str for text in texts)
        and all(type(e.trust) is int for e in one.evidence)
        and all(_all(fact, str) and len(fact) == 2 for fact in facts)
    )
