"""What is asked of a source and what comes back: requests, answers, readings, entries. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.model.understanding import Prepared


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that a source kind wants made. `role` tells its reader what the answer is (listing, releases, readme, …).

    `context` is whatever the kind wants back with the answer (plain JSON values only, since it may be stored).
    `limit` caps the decoded bytes where a source may raise it. `optional`: a failure of it does not fail the source.
    """

    url: str
    role: str = "listing"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None
    optional: bool = False
    fallback: Ask | None = None
    """Asked instead when this one is answered with 404 or 410 (an organisation that is a user)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an `Ask`: decoded bytes (content encodings removed), lower-case header names, the final URL."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    permanent_url: str | None = None
    """The URL that a chain of only 301/308 led to, or None."""
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source kind made of one answer.

    entries: what it lists, in its order. pages: further pages of the same listing (asked again after a 304 of this
    page too). follow: one-off requests (a README, the releases of a repository that moved). cursor: keys to merge
    into the source's cursor, stored in the poll's transaction. last: the listing ends here (no further page).
    notes: things worth telling that are no errors (codes such as encoding_guessed, too_many_items). prepared: the entries
    made ready by the rules where they were read (`entries` is empty then), None if that is still to be done; stumbled:
    what the rules said of those that they could not make ready. unchanged: those that were left alone, since they are
    word for word as at the last poll; known: digests of all of them, by which the next poll can tell.
    """

    entries: tuple[Entry, ...] = ()
    pages: tuple[Ask, ...] = ()
    follow: tuple[Ask, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    last: bool = True
    notes: tuple[str, ...] = ()
    prepared: tuple[Prepared, ...] | None = None
    stumbled: tuple[str, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    known: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An entry that is listed as it was at the last poll: its key, and the time that the source gives."""

    key: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a source said once. `guid` is the source's own identifier (CONTRACT: feed guid, `owner/repo@tag`, `org/name`, …).

    `lasting_id` is an identifier that survives renames (Hugging Face `_id`, GitHub's numeric id as text); None if there
    is none. `aliases` are further identifiers under which the same thing may already be stored. `published` is the time
    that the source gives; `dated` says whether that time is exact ("second") or only a "day". `artifact` describes a
    hub's repository, `extra` holds typed facts of the kind (prerelease, tag, stars, …) as plain JSON values.
    """

    guid: str
    url: str | None
    title: str
    summary: str = ""
    content: str = ""
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    lasting_id: str | None = None
    aliases: tuple[str, ...] = ()
    artifact: Repository | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    dated: str = "second"


@dataclass(frozen=True, slots=True)
class Repository:
    """A model repository as its hub describes it, before any rule has looked at it.

    hub is "huggingface", "modelscope" or "github"; id is `org/name`; relation is (quantized | finetune | adapter |
    merge, base id) pairs read from tags; files are names of the files at its top (None when the hub did not say);
    parameters is the total count that safetensors report (a packed quantisation undercounts); bytes is the size of
    all files. gated is False, "auto" or "manual". licence fields are as written on the card.
    """

    hub: str
    id: str
    created: datetime | None = None
    modified: datetime | None = None
    licence: str | None = None
    licence_name: str | None = None
    licence_link: str | None = None
    gated: bool | str = False
    private: bool = False
    tags: tuple[str, ...] = ()
    pipeline: str | None = None
    library: str | None = None
    languages: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] | None = None
    parameters: int | None = None
    bytes: int | None = None
    architectures: tuple[str, ...] = ()
    model_type: str | None = None
    context: int | None = None
    likes: int | None = None
    downloads: int | None = None
    datasets: tuple[str, ...] = ()
    download: int | None = None
    """Bytes of the smallest set of files that runs (one quantisation of several), from real file sizes."""
