"""The numbers that bound a fetch, with those of the contract as defaults. Values only; nothing here counts or waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch, one host and one process may use. Times are seconds, sizes bytes.

    in_flight, per_host: fetches at once, in all and to one host; `hosts` overrides per_host by host (`host` at its
    scheme's port, else `host:port`). total: the whole fetch, redirects included, without the time that it waits for
    its turn. resolve, connect: looking a name up; dialling and TLS together. idle: between two reads or writes.
    patience: how long a GET may keep others waiting for a slot (see slots.py). stagger: how long a dialled address may
    stay silent before the next one is tried beside it. wire, decoded: one answer's bytes as sent and after
    decompression; an `Ask.limit` may raise both up to `most`. headers: status line and headers. redirects: how many
    are followed. refusal: how much of an error's body is read to tell its reason.
    resolver_threads: names being looked up at once, hung look-ups included. keep_alive: how long an idle connection
    is kept.
    """

    in_flight: int = 32
    per_host: int = 2
    hosts: Mapping[str, int] = field(default_factory=dict)
    total: float = 60.0
    resolve: float = 5.0
    connect: float = 10.0
    idle: float = 15.0
    patience: float = 5.0
    stagger: float = 0.3
    wire: int = 8 * MIB
    decoded: int = 16 * MIB
    most: int = 64 * MIB
    headers: int = 64 * KIB
    redirects: int = 5
    refusal: int = 64 * KIB
    resolver_threads: int = 64
    keep_alive: float = 10.0

    def decoded_for(self, asked: int | None) -> int:
        """Decoded bytes that an answer may have if its `Ask` names `asked` as its limit (None: the default)."""
        return self.decoded if asked is None else max(1, min(asked, self.most))

    def wire_for(self, asked: int | None) -> int:
        """Bytes on the wire that an answer may have: raised together with the decoded ones, never lowered."""
        return self.wire if asked is None else max(self.wire, min(asked, self.most))
