"""Entries made ready for the store in the worker that read them: cleaned, keyed, labelled, with their tokens and signatures.

It is the most of a poll's work, so it is done where there are several processes. Only for feeds: their listing is one
answer, and keys are made of a whole listing. What is too large to be safe, or goes wrong, is left to the poll itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from aggregator import identity
from aggregator.corrections import Correction, Corrections
from aggregator.labelling import Labelling
from aggregator.model import Entry, Lab, Prepared, Reading, Source
from aggregator.parsing import wire

LARGEST = 2 * 2**20
"""Bytes of a document beyond which its entries are made ready elsewhere: a worker's memory is limited."""


LONGEST = 3.0
"""Seconds of processor after which a worker leaves a document's entries to the poll, which has a way to go on later."""


def pack(labs: Mapping[str, Lab], corrections: Corrections) -> bytes:
    """Return the rules as they are told to a worker."""
    return wire.pack((tuple(labs.values()), tuple(corrections.all)))


@lru_cache(maxsize=1)
def unpack(rules: bytes) -> Labelling:
    """Return the rules that a worker was told."""
    labs: tuple[Lab, ...]
    corrections: tuple[Correction, ...]
    labs, corrections = wire.unpack(rules)
    return Labelling({lab.id: lab for lab in labs}, Corrections(corrections))


def prepare(reading: Reading, source: Source, rules: bytes, size: int, now: datetime) -> Reading:
    """Return a feed's reading with its entries made ready; any other, and one that needs too much, as it is."""
    if not rules or source.kind != "feed" or size > LARGEST or not reading.entries:
        return reading
    try:
        labelling = unpack(rules)
        keys = identity.item_keys(source.id, reading.entries)
        ready: list[Prepared] = []
        stumbled: list[str] = []
        end = time.process_time() + LONGEST
        for entry, key in zip(reading.entries, keys, strict=True):
            if time.process_time() > end:
                return reading
            try:
                prepared = identity.prepare(entry, source, labelling, now)
            except Exception as error:
                stumbled.append(identity.stumbled(entry, error))
            else:
                ready.append(replace(prepared, key=key, entry=_short(entry)))
    except (MemoryError, RecursionError):
        return reading
    return replace(reading, entries=(), prepared=tuple(ready), stumbled=tuple(stumbled))


def _short(entry: Entry) -> Entry:
    """An entry without its texts: the cleaned ones are what is kept."""
    return replace(entry, title="", summary="", content="")
