"""Entries made ready for the store in the worker that read them: cleaned, keyed, labelled, with their tokens and signatures.

It is the most of a poll's work, so it is done where there are several processes. Only for feeds: their listing is one
answer, and keys are made of a whole listing. What was there at the last poll is recognised by a digest and not made ready
again: of a feed that changed, most did not. What is too large to be safe, or goes wrong, is left to the poll itself.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from aggregator import __version__, identity
from aggregator.corrections import Correction, Corrections
from aggregator.labelling import Labelling
from aggregator.model import Entry, Lab, Prepared, Reading, Source, Unchanged
from aggregator.parsing import wire

LARGEST = 2 * 2**20
"""Bytes of a document beyond which its entries are made ready elsewhere: a worker's memory is limited."""
MOST_KNOWN, DIGEST = 500, 9
"""Entries of a listing that is remembered at most, and bytes for each."""
LONGEST = 3.0
"""Seconds of processor after which a worker leaves a document's entries to the poll, which has a way to go on later."""


def pack(understanding: object) -> bytes:
    """Return the rules as they are told to a worker; nothing for an understanding that only this process can have."""
    if type(understanding) is not Labelling:
        return b""
    return wire.pack((tuple(understanding.labs.values()), tuple(understanding.corrections.all)))


@lru_cache(maxsize=1)
def unpack(rules: bytes) -> Labelling:
    """Return the rules that a worker was told."""
    labs: tuple[Lab, ...]
    corrections: tuple[Correction, ...]
    labs, corrections = wire.unpack(rules)
    return Labelling({lab.id: lab for lab in labs}, Corrections(corrections))


def prepare(reading: Reading, source: Source, rules: bytes, size: int, now: datetime, known: str = "") -> Reading:
    """Return a feed's reading with its entries made ready; any other, and one that needs too much, as it is.

    `known` is `Reading.known` of the last poll: an entry that was the same then, read by the same rules, is `unchanged`.
    """
    if not rules or source.kind != "feed" or size > LARGEST or not reading.entries:
        return reading
    try:
        labelling = unpack(rules)
        keys = identity.item_keys(source.id, reading.entries)
        digests = _digests(reading.entries, keys, source, rules)
        before = _taken_apart(known)
        ready: list[Prepared] = []
        stumbled: list[str] = []
        unchanged: list[Unchanged] = []
        lasting: list[bytes] = []
        end = time.process_time() + LONGEST
        for entry, key, digest in zip(reading.entries, keys, digests, strict=True):
            if digest in before:
                unchanged.append(Unchanged(key, entry.published))
                lasting.append(digest)
                continue
            if time.process_time() > end:
                return reading
            try:
                prepared = identity.prepare(entry, source, labelling, now)
            except Exception as error:
                stumbled.append(identity.stumbled(entry, error))
            else:
                ready.append(replace(prepared, key=key, entry=_short(entry)))
                if prepared.published == entry.published:  # a date too far ahead may be right another day
                    lasting.append(digest)
    except (MemoryError, RecursionError):
        return reading
    return replace(
        reading, entries=(), prepared=tuple(ready), stumbled=tuple(stumbled), unchanged=tuple(unchanged),
        known="" if stumbled else _put_together(lasting),
    )  # fmt: skip


def _short(entry: Entry) -> Entry:
    """An entry without its texts: the cleaned ones are what is kept."""
    return replace(entry, title="", summary="", content="")


# ------------------------------------------------------------------------------------------------ what was there before


def _digests(entries: Sequence[Entry], keys: Sequence[str], source: Source, rules: bytes) -> list[bytes]:
    """What each entry, the rules and what is said of the source come to in a few bytes; nothing for a listing that is
    long, or names something twice: which of two things an entry is shows only beside the other."""
    if len(entries) > MOST_KNOWN or len(set(keys)) < len(keys) or len({entry.guid for entry in entries}) < len(keys):
        return [b""] * len(entries)
    way = repr((source.kind, source.lab, source.language, source.timezone, sorted(source.options.items())))
    salt = hashlib.blake2b(_digest_of(rules) + way.encode("utf-8", "replace"), digest_size=16).digest()
    texts = (repr(entry).encode("utf-8", "replace") for entry in entries)
    return [hashlib.blake2b(text, digest_size=DIGEST, key=salt).digest() for text in texts]


@lru_cache(maxsize=1)
def _digest_of(rules: bytes) -> bytes:
    return hashlib.sha256(__version__.encode() + rules).digest()


def _put_together(digests: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(digests)).decode("ascii")


def _taken_apart(known: str) -> frozenset[bytes]:
    """The digests in a stored text; none if it is damaged."""
    try:
        whole = base64.b64decode(known, validate=True)
    except ValueError:
        return frozenset()
    return frozenset(whole[at : at + DIGEST] for at in range(0, len(whole) - DIGEST + 1, DIGEST))
