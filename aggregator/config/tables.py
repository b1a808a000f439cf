"""The tables of sources.toml: which keys each may have, and what each key may hold.

A key stands in exactly one place here; its reader is in `values` or `pointers`. `read_table` gives the values of the
keys that are set, or raises one ConfigurationError that names the key. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aggregator.config import pointers as p
from aggregator.config import values as v
from aggregator.model import OPENNESS

Keys = Mapping[str, v.Reader]

TOP = ("settings", "digest", "alerts", "health", "labs", "sources")

SETTINGS: Keys = {
    "timezone": v.timezone,
    "poll_every": v.interval,
    "keep_items": v.keeping,
    "proxy": p.web_address_or_empty,
    "bridge": p.web_address_or_empty,
    "allow_private_hosts": v.list_of(p.private_host, "hosts"),
}

_READER: Keys = {
    "at": v.clock,
    "language": v.one_of(*v.LANGUAGES),
    "to": v.list_of(v.address, "e-mail addresses"),
    "notify": v.list_of(v.variable, '"env:NAME" texts'),
}

DIGEST: Keys = {
    **_READER,
    "sender": v.sender,
    "directory": v.text,
    "empty_days": v.one_of("line", "silent"),
    "quiet": v.hours,
    "subscribers": lambda where, value: value,  # a list of SUBSCRIBER tables, read one by one
}

SUBSCRIBER: Keys = {
    **_READER,
    "name": v.slug,
    "labs": v.list_of(v.slug, "lab ids"),
    "openness": v.list_of(v.one_of(*OPENNESS), "words"),
    "period": v.one_of("day", "week"),
}

ALERTS: Keys = {"when": v.list_of(v.one_of("new", "open", "rumour", "withdrawn"), "words")}

HEALTH: Keys = {"ping": v.variable_or_empty}

LAB: Keys = {
    "name": v.filled,
    "region": v.region,
    "aliases": v.list_of(v.filled, "names"),
    "families": v.list_of(v.family, "families"),
    "github": v.list_of(p.organisation("github"), "organisations or owner/repo"),
    "huggingface": v.list_of(p.organisation("huggingface"), "organisations"),
    "modelscope": v.list_of(p.organisation("modelscope"), "organisations"),
    "every": v.interval,
}
LAB_NEEDS = ("name", "region")
HUBS = ("github", "huggingface", "modelscope")

SOURCE: Keys = {
    "kind": v.filled,
    "url": p.url,
    "title": v.text,
    "language": v.language,
    "lab": v.slug,
    "every": v.interval,
    "enabled": v.truth,
    "checked": v.checked,
    "timezone": v.timezone,
    "category": v.category,
}
SOURCE_NEEDS = ("kind", "url")

KIND_KEYS: Mapping[str, Keys] = {
    "feed": {},
    "page": {
        "name": v.text,
        "item": p.selector,
        "title": p.selector,
        "link": p.selector,
        "date": p.selector,
        "summary": p.selector,
        "group": p.selector,
        "format": v.one_of("html", "markdown"),
    },
    "json": {
        "name": v.text,
        "items": p.path,
        "title": p.path_or_template,
        "link": p.path_or_template,
        "date": p.path,
        "summary": p.path_or_template,
        "content": p.path_or_template,
        "author": p.path_or_template,
        "id": p.path_or_template,
        "date_unit": v.one_of("s", "ms", "iso"),
        "where": p.conditions,
        "method": v.one_of("GET", "POST"),
        "headers": p.strings_by_name,
        "body": p.body,
        "link_prefix": p.prefix,
    },
    "catalog": {},
}
"""The kinds that a stanza of [sources] may have, with the keys that each adds; they become the source's `options`.

For `page` and `json` the key `title` is the selector or path of an entry's title, so the source's own title is `name`.
"""

KIND_NEEDS: Mapping[str, tuple[str, ...]] = {
    "feed": (),
    "page": (),
    "json": ("items", "title"),
    "catalog": (),
}


def read_table(where: str, table: Any, keys: Keys, needs: tuple[str, ...] = (), also: str = "") -> dict[str, Any]:
    """The values of `table` by key, read by `keys`.

    `where` is `file: table`. A key that is not known, a value that is not right and a key of `needs` that is missing
    are refused, in this order. `also` is said after an unknown key (which kind takes which keys).
    """
    if not isinstance(table, dict):
        v.refuse(where, f"expected a table [{where.rsplit(': ', 1)[-1]}], found {v.shown(table)}")
    for key in table:
        if key not in keys:
            hint = v.did_you_mean(key, keys) or also or f"; known keys: {', '.join(keys)}"
            v.refuse(f"{where}.{key}", f"expected no such key{hint}")
    found = {key: keys[key](f"{where}.{key}", value) for key, value in table.items()}
    for key in needs:
        if key not in found:
            v.refuse(f"{where}.{key}", f"expected this key, but it is missing{also}")
    return found
