"""sources.toml to a `Configuration`: read, checked whole, or refused with one error. Fetches and writes nothing.

The order of checks is that of the file: syntax, [settings], [digest], [alerts], [health], [labs], [sources], and last
what only shows between stanzas (the same address twice, the same organisation under two labs).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aggregator.config import tables
from aggregator.config import values as v
from aggregator.config.costs import refuse_costly
from aggregator.model import Configuration, Family, Lab, Settings, Source, Subscriber
from aggregator.sources import KINDS
from aggregator.sources.catalog import authors_of
from aggregator.urls import canonical_url

FOLLOWED = "cn"
"""The region whose labs are followed."""
LAB_EVERY = timedelta(hours=1)
"""Sources of followed labs are asked at most this far apart."""
MAXIMUM_BYTES = 8 * 2**20

ORGANISATION_EVERY, PEER_EVERY = timedelta(hours=1), timedelta(hours=3)
"""How often an organisation on a hub is asked when nothing is said: a followed lab's, and one of the reference line. The
whole registry so needs under 60 points of GitHub and under 200 calls of Hugging Face an hour (tests/budget)."""

_BUILT = frozenset(KINDS)
"""The kinds that can be read; a set of names, because asking KINDS itself would import a kind."""

NOT_BUILT_YET: Mapping[str, str] = MappingProxyType({})
"""Keys that are accepted although nothing acts on them yet; each goes into `Configuration.notes` when it is set."""


def load(path: str | Path, environ: Mapping[str, str]) -> Configuration:
    """The configuration of the file at `path`.

    `environ` is only asked which variables named by `env:NAME` are set; their values are not kept. Raises
    ConfigurationError if the file is missing, unreadable, no UTF-8 TOML, or wrong in any key.
    """
    file = str(path)
    try:
        with open(path, "rb") as stream:
            raw = stream.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        v.refuse(
            file,
            "expected a sources file here; `aggregator init` writes one, --config or AGGREGATOR_CONFIG names another",
        )
    except OSError as error:
        v.refuse(file, f"cannot be read: {error.strerror or error}")
    if len(raw) > MAXIMUM_BYTES:
        v.refuse(file, f"expected at most {MAXIMUM_BYTES // 2**20} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        v.refuse(f"{file}:{line}", "expected text in UTF-8")
    return parse(text, file, environ)


def parse(text: str, path: str | Path = "sources.toml", environ: Mapping[str, str] | None = None) -> Configuration:
    """The configuration that `text` says; `path` only appears in errors. Raises ConfigurationError."""
    file = str(path)
    document = _document(text, file)
    for key in document:
        if key not in tables.TOP:
            hint = v.did_you_mean(key, tables.TOP) or f"; known tables: {', '.join(tables.TOP)}"
            v.refuse(f"{file}: {key}", f"expected no such table{hint}")
    settings = Settings(**tables.read_table(f"{file}: settings", document.get("settings", {}), tables.SETTINGS))
    alerts = tables.read_table(f"{file}: alerts", document.get("alerts", {}), tables.ALERTS)
    health = tables.read_table(f"{file}: health", document.get("health", {}), tables.HEALTH)
    labs, every = _labs(f"{file}: labs", document.get("labs", {}))
    digest, subscribers = _digest(f"{file}: digest", document.get("digest", {}), labs)
    notes: list[str] = []
    sources = _organisations(file, settings, labs, every)
    sources |= _sources(file, document.get("sources", {}), settings, labs, every, notes)
    _refuse_doubles(file, sources)
    refuse_costly(file, sources, settings, environ, {lab.id for lab in labs.values() if lab.region == FOLLOWED})
    notes += _notes(document, environ)
    return Configuration(
        path=file,
        settings=settings,
        digest=digest,
        subscribers=subscribers,
        labs=labs,
        sources=sources,
        alerts=alerts.get("when", ()),
        ping=health.get("ping", ""),
        notes=tuple(notes),
    )


def _document(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r"\(at line (\d+), column \d+\)", message)
        line = int(place.group(1)) if place else text.count("\n") + 1
        what = re.sub(r"\s*\(at (line \d+, column \d+|end of document)\)", "", message)
        v.refuse(f"{file}:{line}", f"expected TOML: {what[:1].lower()}{what[1:]}")
    except RecursionError:
        v.refuse(file, "expected TOML without such deep nesting")


def _labs(where: str, stanzas: Any) -> tuple[dict[str, Lab], dict[str, timedelta]]:
    """The labs by id, and the intervals of those that set one."""
    labs: dict[str, Lab] = {}
    every: dict[str, timedelta] = {}
    owners: dict[str, str] = {}
    for lab_id, table in _stanzas(where, stanzas):
        found = tables.read_table(f"{where}.{lab_id}", table, tables.LAB, tables.LAB_NEEDS)
        families = tuple(Family(name, spellings) for name, spellings in found.get("families", ()))
        for spelling in (each for family in families for each in (family.name, *family.spellings)):
            owner = owners.setdefault(spelling.casefold(), lab_id)
            if owner != lab_id:
                v.refuse(
                    f"{where}.{lab_id}.families",
                    f"expected a spelling of this lab alone, but {v.shown(spelling)} is one of labs.{owner} too",
                )
        _refuse_twice(f"{where}.{lab_id}.families", families)
        if "every" in found:
            every[lab_id] = found.pop("every")
        labs[lab_id] = Lab(id=lab_id, **{**found, "families": families})
    return labs, every


def _refuse_twice(where: str, families: tuple[Family, ...]) -> None:
    seen: set[str] = set()
    for family in families:
        for spelling in (family.name, *family.spellings):
            if spelling.casefold() in seen:
                v.refuse(where, f"expected each spelling once, found {v.shown(spelling)} in two families")
            seen.add(spelling.casefold())


def _stanzas(where: str, stanzas: Any) -> list[tuple[str, Any]]:
    """(id, table) of [labs.*] or [sources.*]; ids that differ only by case are refused (they may share a file name)."""
    if not isinstance(stanzas, dict):
        v.refuse(where, f"expected tables [{where.rsplit(': ', 1)[-1]}.ID], found {v.shown(stanzas)}")
    seen: dict[str, str] = {}
    for each in stanzas:
        v.slug(f"{where}.{each}", each)
        other = seen.setdefault(each.casefold(), each)
        if other != each:
            v.refuse(f"{where}.{each}", f"expected another id: {v.shown(other)} differs from it by case only")
    return list(stanzas.items())


def _digest(where: str, table: Any, labs: Mapping[str, Lab]) -> tuple[Subscriber, tuple[Subscriber, ...]]:
    found = tables.read_table(where, table, tables.DIGEST)
    others = found.pop("subscribers", [])
    digest = Subscriber(**found)
    if not isinstance(others, list):
        v.refuse(f"{where}.subscribers", f"expected [[digest.subscribers]] stanzas, found {v.shown(others)}")
    subscribers: list[Subscriber] = []
    inherited = {key: value for key, value in found.items() if key != "directory"}
    for number, stanza in enumerate(others, 1):
        here = f"{where}.subscribers[{number}]"
        own = tables.read_table(here, stanza, tables.SUBSCRIBER, ("name",))
        if own["name"] in ("default", *(each.name for each in subscribers)):
            v.refuse(f"{here}.name", f"expected a name of its own, but {v.shown(own['name'])} is taken")
        for lab in own.get("labs", ()):
            _refuse_unknown_lab(f"{here}.labs", lab, labs)
        subscribers.append(Subscriber(**{**inherited, **own}))
    return digest, tuple(subscribers)


def _refuse_unknown_lab(where: str, lab: str, labs: Mapping[str, Lab]) -> None:
    if lab not in labs:
        v.refuse(where, f"expected the id of a lab of this file, found {v.shown(lab)}{v.did_you_mean(lab, labs)}")


def _organisations(
    file: str, settings: Settings, labs: Mapping[str, Lab], every: Mapping[str, timedelta]
) -> dict[str, Source]:
    """A source for each organisation of each lab, in the file's order."""
    sources: dict[str, Source] = {}
    owners: dict[str, str] = {}
    for lab in labs.values():
        for hub in tables.HUBS:
            for name in getattr(lab, hub):
                source_id = f"{hub}:{name}"
                if owner := owners.get(source_id.casefold()):
                    v.refuse(
                        f"{file}: labs.{lab.id}.{hub}",
                        f"expected an organisation once, but {v.shown(name)} stands in labs.{owner}.{hub} too",
                    )
                owners[source_id.casefold()] = lab.id
                usual = ORGANISATION_EVERY if lab.region == FOLLOWED else PEER_EVERY
                interval = every.get(lab.id, max(settings.poll_every, usual))
                sources[source_id] = Source(
                    id=source_id,
                    kind=hub,
                    url=_address(hub, name),
                    title=f"{lab.name} ({name})",
                    lab=lab.id,
                    every=min(interval, LAB_EVERY) if lab.region == FOLLOWED else interval,
                    options=_options(lab, hub, name),
                )
    return sources


def _options(lab: Lab, hub: str, name: str) -> dict[str, Any]:
    """What the kind must know: the organisation or repository, and for GitHub how the lab's lines begin.

    `rank` is its place in the lab's list: an organisation's present name stands before its old ones.
    """
    options: dict[str, Any] = {"repository" if "/" in name else "organisation": name}
    options["rank"] = getattr(lab, hub).index(name)
    if hub == "github":
        options["families"] = [spelling for f in lab.families for spelling in (f.name, *f.spellings)]
    return options


def _address(hub: str, name: str) -> str:
    """The web page of an organisation or repository (what a person would open)."""
    sites = {
        "github": "https://github.com/",
        "huggingface": "https://huggingface.co/",
        "modelscope": "https://modelscope.cn/organization/",
    }
    return sites[hub] + name


def _sources(
    file: str,
    stanzas: Any,
    settings: Settings,
    labs: Mapping[str, Lab],
    every: Mapping[str, timedelta],
    notes: list[str],
) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for source_id, table in _stanzas(f"{file}: sources", stanzas):
        sources[source_id] = _source(f"{file}: sources.{source_id}", source_id, table, settings, labs, every, notes)
    return sources


def _source(
    where: str,
    source_id: str,
    table: Any,
    settings: Settings,
    labs: Mapping[str, Lab],
    every: Mapping[str, timedelta],
    notes: list[str],
) -> Source:
    if not isinstance(table, dict):
        v.refuse(where, f"expected a table [sources.{source_id}], found {v.shown(table)}")
    kind = table.get("kind")
    if "kind" in table and kind not in tables.KIND_KEYS:
        in_lab = f"; {kind} organisations are listed in a lab: [labs.ID] {kind} = […]" if kind in tables.HUBS else ""
        hint = in_lab or (v.did_you_mean(kind, tables.KIND_KEYS) if isinstance(kind, str) else "")
        v.refuse(f"{where}.kind", f"expected one of {', '.join(tables.KIND_KEYS)}, found {v.shown(kind)}{hint}")
    keys = tables.KIND_KEYS.get(str(kind), {})
    also = f' (kind "{kind}" takes {", ".join([*tables.SOURCE, *keys])})' if kind else ""
    found = tables.read_table(
        where, table, {**tables.SOURCE, **keys}, (*tables.SOURCE_NEEDS, *tables.KIND_NEEDS.get(str(kind), ())), also
    )
    _check_together(where, found)
    lab = found.get("lab")
    if lab is not None:
        _refuse_unknown_lab(f"{where}.lab", lab, labs)
    interval = found.get("every") or (every.get(lab, settings.poll_every) if lab is not None else None)
    if lab is not None and labs[lab].region == FOLLOWED and interval is not None and interval > LAB_EVERY:
        if "every" in found:
            notes.append(
                f"sources.{source_id}.every: sources of followed labs are asked every hour at least; "
                f"{found['every']} is read as 1 h"
            )
        interval = LAB_EVERY
    url, enabled = found["url"], found.get("enabled", True)
    if found["kind"] not in _BUILT and enabled:
        enabled = False
        notes.append(f'sources.{source_id}.kind: "{found["kind"]}" is known, but not built yet: the source is off')
    if url.startswith("bridge:"):
        enabled = enabled and bool(settings.bridge)
        url = settings.bridge.rstrip("/") + url.removeprefix("bridge:") if settings.bridge else url
    return Source(
        id=source_id,
        kind=found["kind"],
        url=url,
        title=found.get("name" if "name" in keys else "title", ""),
        language=found.get("language"),
        lab=lab,
        every=interval,
        enabled=enabled,
        checked=found.get("checked"),
        timezone=found.get("timezone"),
        options={k: value for k, value in found.items() if (k in keys and k != "name") or k == "category"}
        | ({"authors": authors_of(labs)} if kind == "catalog" else {}),
    )


def _check_together(where: str, found: Mapping[str, Any]) -> None:
    """Keys that are right each on its own but not together."""
    if found["kind"] == "page" and "item" not in found and found.get("format") != "markdown":
        v.refuse(f"{where}.item", 'expected this key, but it is missing (only format = "markdown" does without)')
    if found.get("method") == "GET" and "body" in found:
        v.refuse(f"{where}.body", 'expected no body with method = "GET"')
    if "date_unit" in found and "date" not in found:
        v.refuse(f"{where}.date_unit", "expected `date` too: the unit says how to read it")
    if "link_prefix" in found and "link" not in found and "{" not in found["link_prefix"]:
        v.refuse(f"{where}.link_prefix", "expected `link` too: the prefix stands before it")


def _refuse_doubles(file: str, sources: Mapping[str, Source]) -> None:
    """Two sources of one address would fetch it twice and never agree on whose item it is."""
    seen: dict[tuple[str, str], str] = {}
    for source in sources.values():
        if source.kind in tables.HUBS:
            continue
        url = source.url if source.url.startswith("bridge:") else canonical_url(source.url)
        other = seen.setdefault((url, str(source.options.get("body", ""))), source.id)
        if other != source.id:
            v.refuse(
                f"{file}: sources.{source.id}.url",
                f"expected an address of its own, but sources.{other} has the same ({url})",
            )


def _notes(document: Mapping[str, Any], environ: Mapping[str, str] | None) -> list[str]:
    notes = []
    for key, effect in NOT_BUILT_YET.items():
        table, name = key.split(".")
        if document.get(table, {}).get(name):
            notes.append(f"{key}: known, but not built yet: {effect}")
    if environ is not None:
        digest = document.get("digest", {})
        named = [("digest.notify", each) for each in digest.get("notify", ())]
        named += [
            ("digest.subscribers.notify", each)
            for stanza in digest.get("subscribers", ())
            for each in stanza.get("notify", ())
        ]
        named += [("health.ping", ping)] if (ping := document.get("health", {}).get("ping")) else []
        for where, reference in named:
            variable = reference.removeprefix("env:")
            if not environ.get(variable, "").strip():
                notes.append(f"{where}: the variable {variable} is not set")
    return notes
