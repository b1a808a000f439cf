"""What a person set: labs, sources, settings, subscribers. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Family:
    """How a lab's release lines begin: `name` is canonical, `spellings` the other ways to write it (any script)."""

    name: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lab:
    """An organisation that trains models. `region` "cn" is followed; anything else is the reference line."""

    id: str
    name: str
    region: str
    aliases: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()
    github: tuple[str, ...] = ()
    huggingface: tuple[str, ...] = ()
    modelscope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is polled. `options` are the keys of its kind (CSS selectors, JSON paths, organisation)."""

    id: str
    kind: str
    url: str
    title: str = ""
    language: str | None = None
    lab: str | None = None
    every: timedelta | None = None
    enabled: bool = True
    checked: str | None = None
    timezone: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """[settings] of sources.toml, defaults included."""

    timezone: str = "UTC"
    poll_every: timedelta = timedelta(minutes=30)
    keep_items: timedelta = timedelta(days=400)
    proxy: str = ""
    bridge: str = ""
    allow_private_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader of digests: [digest] itself is `default`; [[digest.subscribers]] are the others."""

    name: str = "default"
    at: str = "07:30"
    language: str = "en"
    to: tuple[str, ...] = ()
    labs: tuple[str, ...] = ()
    openness: tuple[str, ...] = ()
    period: str = "day"
    notify: tuple[str, ...] = ()
    sender: str = ""
    directory: str = ""
    empty_days: str = "line"
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """sources.toml as a whole; `path` is the file it came from, `sources` includes those of the labs' organisations."""

    path: str
    settings: Settings
    digest: Subscriber
    subscribers: tuple[Subscriber, ...]
    labs: Mapping[str, Lab]
    sources: Mapping[str, Source]
    alerts: tuple[str, ...] = ()
    ping: str = ""
    notes: tuple[str, ...] = ()
    """Keys that are known but whose feature is not built yet: `sources check` reports them."""
