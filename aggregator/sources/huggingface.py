"""Hugging Face: the models of one organisation, every page of them, each with all that tells a base model from a copy
of it.

No I/O. Identity is `_id` (it survives renames and transfers). `createdAt` is the repository's creation, often days
before it became public; old repositories carry one sentinel date, which is no date. Shape: huggingface_hub
`hf_api.list_models` and the Hub's rate-limit page (docs/sources.md). `expand` names every field of the listing that
is used: it cannot be mixed with `full`, and only with it do listings carry safetensors. The listing is followed by
its Link header to the end: a short page is not the last one, and an organisation that was renamed answers 200 with an
empty list (`empty_listing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Repository, Source
from aggregator.running import smallest_download
from aggregator.sources.json_bytes import (
    load,
    mapping_in,
    number_in,
    object_of,
    rows_of,
    strings_in,
    text_in,
    time_in,
)
from aggregator.sources.links import is_cut, next_page
from aggregator.sources.port import Endpoints

PAGE_SIZE = 100
FIELDS = (
    "author", "cardData", "config", "createdAt", "downloads", "gated", "gguf", "lastModified", "library_name", "likes",
    "pipeline_tag", "private", "safetensors", "siblings", "tags",
)  # fmt: skip
SENTINEL = "2022-03-02T23:29:04"
"""`createdAt` of every repository that is older than the field."""
RELATIONS = ("quantized", "finetune", "adapter", "merge")
MAXIMUM_FILES = 2000
SIZED_A_POLL, SIZED_WITHIN, TRIES = 5, timedelta(days=21), 3
"""Repositories whose files' sizes are asked at a poll, how young they are, and how often one is asked at most."""


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """The first page of the organisation's models, newest repository first."""
    query = [
        ("author", source.options["organisation"]),
        ("sort", "createdAt"),
        ("direction", "-1"),
        ("limit", PAGE_SIZE),
    ]
    query += [("expand", field) for field in FIELDS]
    return (Ask(f"{endpoints.huggingface}/api/models?{urlencode(query)}", headers={"Accept": "application/json"}),)


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return the models of one page; private rows are left out, a malformed row costs itself (note `schema_changed`).

    Raises ParseError: empty_listing (the first page holds nothing), bad_pagination, not_json, empty_body,
    schema_unexpected.
    """
    if answer.not_modified:
        return Reading()
    if ask.role == "sizes":
        return _read_sizes(ask, answer, cursor, endpoints)
    rows = rows_of(load(answer), answer)
    is_first = int(ask.context.get("page", 1)) == 1
    if not rows and is_first:
        organisation = source.options["organisation"]
        raise ParseError(
            f"{organisation}: the hub lists no model (it answers a renamed or misspelt name with an empty list)",
            code="empty_listing",
        )
    entries, broken = [], 0
    for row in rows:
        try:
            entry = to_entry(row, endpoints)
        except (TypeError, ValueError, KeyError, AttributeError):
            entry = None
            broken += 1
        if entry is not None:
            entries.append(entry)
    notes = [f"schema_changed: {broken}"] if broken else []
    if broken and broken == len(rows):
        raise ParseError(f"{answer.url}: no row of the listing has the known shape", code="schema_unexpected")
    following = next_page(ask, answer)
    cut = is_cut(ask, answer)
    follow, sizing = _ask_sizes(rows, entries, cursor, endpoints, now)
    return Reading(
        entries=tuple(_with_size(entry, cursor) for entry in entries),
        pages=(following,) if following else (),
        follow=follow,
        cursor=({"listed": len(entries)} if is_first and cursor.get("listed") != len(entries) else {}) | sizing,
        last=following is None and not cut,
        notes=tuple(notes + (["too_many_pages"] if cut else [])),
    )


def _ask_sizes(
    rows: Iterable[Any], entries: Sequence[Entry], cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> tuple[tuple[Ask, ...], dict[str, Any]]:
    """Requests for the sizes of the files of young repositories, a few a poll, and the cursor's account of them.

    `sizes` holds bytes by id, or minus the number of tries; `sizing` how many were asked at this poll. A listing never
    says sizes, so this is one more request for a new repository, and none for an old one.
    """
    sizes: dict[str, int] = dict(cursor.get("sizes") or {})
    account = cursor.get("sizing") or {}
    asked = account.get("asked", 0) if account.get("at") == now.isoformat() else 0
    by_id = {row.get("id") or row.get("modelId"): row for row in rows if isinstance(row, dict)}
    follow = []
    for entry in entries:
        made = entry.published
        if made is None or not now - SIZED_WITHIN <= made <= now or not -TRIES < sizes.get(entry.guid, 0) <= 0:
            continue
        if asked >= SIZED_A_POLL:
            break
        asked += 1
        sizes[entry.guid] = sizes.get(entry.guid, 0) - 1
        url = f"{endpoints.huggingface}/api/models/{quote(entry.guid)}?blobs=true"
        follow.append(Ask(url, role="sizes", context={"row": by_id[entry.guid]}, optional=True))
    old = {e.guid for e in entries if e.published is None or e.published < now - 3 * SIZED_WITHIN}
    if not follow and not old & sizes.keys():
        return (), {}
    sizes = {guid: size for guid, size in sizes.items() if guid not in old}
    return tuple(follow), {"sizes": sizes, "sizing": {"at": now.isoformat(), "asked": asked}}


def _read_sizes(ask: Ask, answer: Answer, cursor: Mapping[str, Any], endpoints: Endpoints) -> Reading:
    """The listing's entry again, with the bytes of the smallest set of files that runs."""
    siblings = object_of(load(answer), answer).get("siblings")
    rows = [s for s in siblings if isinstance(s, dict)] if isinstance(siblings, list) else []
    named = {text_in(s, "rfilename") or "": number_in(s, "size") or 0 for s in rows}
    entry = to_entry(ask.context["row"], endpoints)
    smallest = smallest_download(named)
    if entry is None or smallest is None:
        return Reading()
    sizes = {**(cursor.get("sizes") or {}), entry.guid: smallest}
    return Reading(entries=(_with_size(entry, {"sizes": sizes}),), cursor={"sizes": sizes})


def _with_size(entry: Entry, cursor: Mapping[str, Any]) -> Entry:
    """The entry with the size that is known of its repository."""
    size = (cursor.get("sizes") or {}).get(entry.guid, 0)
    if size <= 0 or entry.artifact is None:
        return entry
    return replace(entry, artifact=replace(entry.artifact, download=size))


def to_entry(row: Mapping[str, Any], endpoints: Endpoints) -> Entry | None:
    """Return a row's entry, None for a private one; raises ValueError if the row has no id of the form `org/name`."""
    if row.get("private") is True:
        return None
    name = text_in(row, "id") or text_in(row, "modelId")
    if not name or name.count("/") != 1:
        raise ValueError("a row without an id")
    repository = to_repository(row, name)
    return Entry(
        guid=name,
        url=f"{endpoints.huggingface}/{quote(name)}",
        title=name,
        summary=summary_of(repository, "Hugging Face"),
        author=name.split("/")[0],
        published=repository.created,
        updated=repository.modified,
        lasting_id=text_in(row, "_id"),
        artifact=repository,
        extra={"kind": "model"},
    )


def to_repository(row: Mapping[str, Any], name: str) -> Repository:
    """All that the listing says of a model repository, unjudged."""
    card, config, gguf = mapping_in(row, "cardData"), mapping_in(row, "config"), mapping_in(row, "gguf")
    tags = strings_in(row, "tags")
    created = None if str(row.get("createdAt", "")).startswith(SENTINEL) else time_in(row, "createdAt")
    gated = row.get("gated")
    files = file_names(row.get("siblings"))
    licences = strings_in(card, "license") or tuple(
        t.removeprefix("license:") for t in tags if t.startswith("license:")
    )
    return Repository(
        hub="huggingface",
        id=name,
        created=created,
        modified=time_in(row, "lastModified"),
        licence=licences[0] if licences else None,
        licence_name=text_in(card, "license_name"),
        licence_link=text_in(card, "license_link"),
        gated=gated if gated in ("auto", "manual") else gated is True,
        private=False,
        tags=tags,
        pipeline=text_in(row, "pipeline_tag") or text_in(card, "pipeline_tag"),
        library=text_in(row, "library_name") or text_in(card, "library_name"),
        languages=strings_in(card, "language") or tuple(t for t in tags if len(t) == 2 and t.isalpha() and t.islower()),
        relations=relations_of(name, tags, card, files),
        files=files,
        parameters=positive(number_in(mapping_in(row, "safetensors"), "total")) or positive(number_in(gguf, "total")),
        bytes=positive(number_in(row, "usedStorage")) or _sizes(row.get("siblings")),
        architectures=strings_in(config, "architectures"),
        model_type=text_in(config, "model_type"),
        context=positive(number_in(config, "max_position_embeddings")) or positive(number_in(gguf, "context_length")),
        likes=number_in(row, "likes"),
        downloads=number_in(row, "downloads"),
        datasets=_unique(
            [*strings_in(card, "datasets"), *(t.removeprefix("dataset:") for t in tags if t.startswith("dataset:"))]
        ),
    )


def file_names(siblings: Any) -> tuple[str, ...] | None:
    """The names of all files (with folders: pipelines keep their weights in some), None if the hub did not say."""
    if not isinstance(siblings, list):
        return None
    names = [s.get("rfilename") for s in siblings if isinstance(s, dict)]
    return tuple(n for n in names if isinstance(n, str) and n)[:MAXIMUM_FILES]


def relations_of(
    name: str, tags: Iterable[str], card: Mapping[str, Any], files: tuple[str, ...] | None
) -> tuple[tuple[str, str], ...]:
    """(relation, base id) pairs from the tags `base_model:<relation>:<id>` and from the card's `base_model`.

    A base without a stated relation: the one that the Hub itself derives (an adapter's config, several bases merged,
    GGUF files, otherwise a finetune).
    """
    found: list[tuple[str, str]] = []
    bare: list[str] = []
    for tag in tags:
        parts = tag.split(":", 2)
        if parts[0] != "base_model" or len(parts) < 2:
            continue
        if len(parts) == 3 and parts[1] in RELATIONS:
            found.append((parts[1], parts[2]))
        elif len(parts) == 2:
            bare.append(parts[1])
    bare += strings_in(card, "base_model")
    stated = (text_in(card, "base_model_relation") or "").casefold()
    known = {base.casefold() for _, base in found} | {name.casefold()}
    bases = [base for base in _unique(bare) if "/" in base and base.casefold() not in known]
    relation = stated if stated in RELATIONS else _derived(card, files or (), len(bases), frozenset(tags))
    pairs = [*found, *((relation, base) for base in bases)]
    return tuple(dict.fromkeys(pair for pair in pairs if pair[1].casefold() != name.casefold()))


def _derived(card: Mapping[str, Any], files: tuple[str, ...], bases: int, tags: frozenset[str]) -> str:
    if "adapter_config.json" in files or text_in(card, "library_name") == "peft" or "peft" in tags or "lora" in tags:
        return "adapter"
    if bases > 1 and "merge" in tags:
        return "merge"
    if "gguf" in tags or any(f.endswith(".gguf") for f in files):
        return "quantized"
    return "finetune"


def summary_of(repository: Repository, hub: str) -> str:
    """One short factual line that changes only when a fact does (no counts of likes or downloads)."""
    facts = [f"Model repository on {hub}", repository.pipeline]
    facts.append(f"licence {repository.licence_name or repository.licence}" if repository.licence else None)
    facts.append("access on request" if repository.gated else None)
    return ", ".join(fact for fact in facts if fact)


def positive(number: int | None) -> int | None:
    """`number` if it says something: hubs write 0 for "unknown"."""
    return number if number and number > 0 else None


def _sizes(siblings: Any) -> int | None:
    """The bytes of all files if each has a size."""
    sizes = [number_in(s, "size") for s in siblings if isinstance(s, dict)] if isinstance(siblings, list) else []
    return sum(s for s in sizes if s) if sizes and None not in sizes else None


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
