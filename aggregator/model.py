"""The nouns: what every floor passes to the next. Frozen values only; no I/O, no rules.

Times are aware and in UTC. Text in an `Entry` is as the source sent it (HTML allowed in `summary` and `content`);
text in an `Item` is clean plain text. Words are used as in docs/glossary.md. Rows of the database never leave
`aggregator/storage`: what comes out of it is made of these nouns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

ITEM_KINDS = ("release", "update", "rumour", "comparison", "howto", "business", "policy", "other")
STATUSES = ("rumoured", "announced", "available", "open")
"""A line's status in its order: each is further than the one before."""
OPENNESS = ("open-source", "open-weights", "closed", "unknown")
SOURCE_KINDS = ("feed", "page", "json", "github", "huggingface", "modelscope", "catalog")
ARTIFACT_KINDS = (
    "base", "instruct", "chat", "thinking", "distill", "quantized", "format",
    "finetune", "adapter", "reward", "embedding", "draft", "other",
)  # fmt: skip
POST_TRAINED = ("instruct", "chat", "thinking")
TRUST_HUB, TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR = 40, 30, 20, 10
"""How far a piece of evidence is believed: a hub's listing, the lab's own voice, the press, a rumour. A person's correction is 50."""
TRUST_CORRECTION = 50

# --------------------------------------------------------------------------------------------- configuration


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


# --------------------------------------------------------------------------------------------- asking and reading


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
    notes: things worth telling that are no errors (codes such as encoding_guessed, too_many_items).
    """

    entries: tuple[Entry, ...] = ()
    pages: tuple[Ask, ...] = ()
    follow: tuple[Ask, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    last: bool = True
    notes: tuple[str, ...] = ()


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


# --------------------------------------------------------------------------------------------- names


@dataclass(frozen=True, slots=True)
class LineName:
    """The name of a release line. `key` is what is compared (no case, spaces, hyphens, underscores), `name` what is shown.

    `family` is the lab's canonical family name, `version` its number ("3.5", "V4", "K2.5", "" if it has none), `tier`
    the words that name another model of the generation ("Coder-Next"). `generation` is the key of the generation.
    """

    lab: str
    name: str
    key: str
    family: str
    version: str = ""
    tier: str = ""
    generation: str = ""
    generation_name: str = ""


@dataclass(frozen=True, slots=True)
class ArtifactName:
    """A repository's name taken apart: the line it belongs to and what is left out of the line's name."""

    line: LineName
    kind: str
    size: str | None = None
    precision: str | None = None
    stage: str | None = None
    snapshot: str | None = None
    base: str | None = None
    first_party: bool = True
    reason: str = ""


# --------------------------------------------------------------------------------------------- understanding


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a label was given: `label` (kind=release, line=qwen3.5, …), `rule` (its documented name), `words` (the text that fired it)."""

    label: str
    rule: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one item shows about one line. `status` is one of STATUSES, "mention" or "fact"; facts are (name, value) pairs
    such as ("licence", "mit"), ("size", "397B-A17B"), ("modality", "video"), ("hardware", "Huawei Ascend"), ("expected", "2026-02-17"),
    ("lab_says", "open-source"), ("weights", "yes" | "gated" | "promised" | "no")."""

    line: LineName
    status: str
    trust: int
    facts: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """All that the rules say of one entry, as a pure function of (entry, source, labs)."""

    kind: str
    labs: tuple[str, ...] = ()
    lines: tuple[LineName, ...] = ()
    mentions: tuple[LineName, ...] = ()
    topics: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    artifact: ArtifactName | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry made ready for the store by pure rules (cleaned, keyed, labelled): all that a poll's transaction needs."""

    entry: Entry
    title: str
    summary: str
    content: str
    author: str | None
    language: str | None
    published: datetime | None
    url: str | None
    key: str
    url_key: str | None
    text_key: str | None
    labels: Labels
    bands: tuple[int, ...] = ()
    """Locality-sensitive band hashes of the text: near copies share at least one."""
    signature: bytes = b""
    search_title: str = ""
    search_text: str = ""


# --------------------------------------------------------------------------------------------- what the store gives back


@dataclass(frozen=True, slots=True)
class Item:
    """What is kept of an entry. `appeared` is when it became news (CONTRACT, promise 3); `seq` its place in the order of storing."""

    id: str
    source: str
    guid: str
    url: str | None
    title: str
    summary: str
    content: str
    author: str | None
    language: str | None
    published: datetime | None
    first_seen: datetime
    appeared: datetime
    kind: str
    topics: tuple[str, ...]
    labs: tuple[str, ...]
    lines: tuple[str, ...]
    mentions: tuple[str, ...]
    story: str | None
    copy_of: str | None
    seq: int
    baseline: bool
    late: bool
    revision: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """One downloadable or callable form of a line, as stored."""

    hub: str
    id: str
    kind: str
    size: str | None
    precision: str | None
    bytes: int | None
    licence: str | None
    url: str | None
    created: datetime | None
    item: str | None = None
    weights: bool = True
    gated: bool = False
    first_party: bool = True
    download: int | None = None
    """Bytes of the smallest set of its files that runs, where the hub told the files' sizes."""
    missing_since: datetime | None = None
    """Since when the hub's complete listing no longer names it."""
    formats: tuple[str, ...] = ()
    """GGUF, MLX, safetensors, …: what it can be run with, as its files, tags or name say."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a line's timeline: the status reached, when, and the item that showed it first."""

    status: str
    at: datetime
    item: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """A release line with everything that its evidence shows. Unknown values are None or empty, never guessed."""

    line: str
    key: str
    generation: str
    lab: str
    region: str
    family: str
    version: str
    status: str
    openness: str
    licence: str | None
    osi: bool | None
    open: Mapping[str, Any]
    modalities: tuple[str, ...]
    sizes: tuple[str, ...]
    params_total: int | None
    params_active: int | None
    context: int | None
    languages: int | None
    architecture: tuple[str, ...]
    capabilities: tuple[str, ...]
    first_seen: datetime
    appeared: datetime
    timeline: tuple[Step, ...]
    artifacts: tuple[Artifact, ...]
    claims: tuple[Mapping[str, Any], ...]
    disputes: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, Any] | None
    items: int
    stories: int
    new_at: datetime | None = None
    """When the line became news: its earliest evidence that can make a line new (no mention, comparison, how-to); None if there is none."""


@dataclass(frozen=True, slots=True)
class Story:
    """The items that report the same event, from any source and in any language."""

    id: str
    title: str
    first_seen: datetime
    last_seen: datetime
    labs: tuple[str, ...]
    lines: tuple[str, ...]
    items: tuple[str, ...]
    sources: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineHistory:
    """How a release line came to be what it is: the steps (status, when) that it reached, in their order."""

    key: str
    line: str
    lab: str
    region: str
    status: str
    openness: str
    appeared: datetime
    new_at: datetime | None
    steps: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What a source told first: new lines, and lines of which it told a rumour that came out, or did not yet."""

    source: str
    first: int
    rumours_out: int
    rumours_open: int


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between polls (a row; times in UTC)."""

    id: str
    cursor: Mapping[str, Any] = field(default_factory=dict)
    next_poll_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    baseline_at: datetime | None = None
    fail_count: int = 0
    error: str | None = None
    error_code: str | None = None
    retry_at: datetime | None = None
    items: int = 0
    url: str = ""
    """The address under which it was last polled, as sources.toml says it."""
    notes: tuple[str, ...] = ()
    held_since: datetime | None = None
    moved: Mapping[str, Any] = field(default_factory=dict)
    """Sightings of a permanent redirect (see `schedule.moved`)."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else was learnt of it: `gap` (usual seconds between entries), `newest`, `gone` (sightings of a 410)."""


@dataclass(frozen=True, slots=True)
class Validator:
    """What one URL's last full answer carried: validators to send back, the body's hash, and the further pages it named."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    pages: tuple[Ask, ...] = ()
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """The line that `poll` prints for a source (CONTRACT: outcome new, updated, unchanged, partial, failed or deferred)."""

    id: str
    outcome: str
    new: int = 0
    updated: int = 0
    error: str | None = None
    seconds: float = 0.0
    code: str | None = None
    retry_at: datetime | None = None
    notes: tuple[str, ...] = ()


# --------------------------------------------------------------------------------------------- between poll and store


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one source as the store takes it, whole or not at all, in one transaction.

    `cursor` is the whole new cursor (not a difference). `validators` are those of every URL that was answered, by URL.
    `complete` says that the listing was read to its last page (this ends a baseline). `retry_at` set and `error` None:
    the source was deferred. With an `error` the prepared entries of the pages that did arrive are stored all the same,
    and the cursor and validators must be given as they were before the poll (the poll use case sees to that).
    """

    source: Source
    prepared: tuple[Prepared, ...]
    cursor: Mapping[str, Any]
    validators: Mapping[str, Validator]
    complete: bool
    next_poll_at: datetime
    seconds: float = 0.0
    requests: int = 0
    error: str | None = None
    error_code: str | None = None
    error_stage: str | None = None
    retry_at: datetime | None = None
    notes: tuple[str, ...] = ()
    moved: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] | None = None
    """What was learnt of the source; None keeps what is stored."""
    listed: tuple[str, ...] | None = None
    """Keys of everything that the complete listing holds now, or None if it was not read whole: what is missing of a hub's
    listing was withdrawn."""


@dataclass(frozen=True, slots=True)
class PollCounts:
    """What a stored poll changed: new items, updated items, entries that could not be stored (with reasons)."""

    new: int = 0
    updated: int = 0
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Showing:
    """A stored piece of evidence with what is needed of its item: the input of `releases.derive`.

    `at` is when the item appeared (for a late item the earlier time that its source gives); `item_kind` the item's kind.
    """

    line: str
    status: str
    trust: int
    at: datetime
    item: str
    url: str | None
    source: str
    item_kind: str
    facts: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    words: str = ""
    baseline: bool = False
    seq: int = 0
    copy_of: str | None = None


# --------------------------------------------------------------------------------------------- questions to the store


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Filters of `items`; None or empty filters nothing. Times bound `appeared`: since <= appeared < until."""

    words: str = ""
    lab: str | None = None
    source: str | None = None
    kind: str | None = None
    topic: str | None = None
    language: str | None = None
    line: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0
    all_copies: bool = False
    after: tuple[datetime, int] | None = None
    """Only what comes after the item with this `appeared` and `seq` (the total counts all)."""


@dataclass(frozen=True, slots=True)
class ReleaseQuery:
    """Filters of `releases`; since/until bound the time at which the line appeared."""

    words: str = ""
    lab: str | None = None
    region: str | None = None
    status: str | None = None
    openness: str | None = None
    licence: str | None = None
    modality: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0
    fits: int | None = None
    """Bytes: only lines of which a first-party download is at most this large."""
    commercial: bool = False
    """Only lines whose licence allows commercial use without conditions."""
    smallest: int | None = None
    largest: int | None = None
    """Parameters of the largest size that is known: smallest <= parameters < largest."""
    elsewhere: bool = False
    """Only of labs that are not followed."""
    after: tuple[datetime, str] | None = None
    """Only what comes after the line with this `appeared` and key (the total counts all)."""


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """Filters of `stories`; since/until bound the appearance of its items."""

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0


# --------------------------------------------------------------------------------------------- between store and digest


@dataclass(frozen=True, slots=True)
class LineMaterial:
    """One line with all its stored evidence, from which its state at any past moment is derived."""

    line: LineName
    showings: tuple[Showing, ...]
    artifacts: tuple[Artifact, ...]
    stories: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """All that a digest of [since, until) is made of.

    `lines` are those with evidence in the window, `items` every item that their evidence or the stories name, `stories`
    those with an item in the window.
    """

    since: datetime
    until: datetime
    lines: tuple[LineMaterial, ...]
    items: Mapping[str, Item]
    stories: tuple[Story, ...]
    polled: int = 0
    failed: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    fresh: frozenset[str] | None = None
    """The items that are news here, whatever their times say (a planned digest goes by what was not yet planned); None:
    those that appeared in the window."""
    changed: Mapping[str, tuple[LineChange, ...]] = field(default_factory=dict)
    """By line: what edits at the source changed, without any fresh item."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """What became of a line without a new item: `what` is status, licence, renamed, withdrawn or correction; `mark` tells
    it from others."""

    what: str
    before: str | None
    after: str | None
    at: datetime
    mark: str


# --------------------------------------------------------------------------------------------- digests that are sent


@dataclass(frozen=True, slots=True)
class Pending:
    """What has not been planned for a subscriber, in one view of the database.

    `last` is the number of its last digest: a plan that was made of this view is void if another came in between.
    `told` is what it was told of each line (new, rumour, status:open, …). `handled` are the numbers of all items that a
    plan of this view covers, with whether they are news; everything up to `mark` will then lie behind it. `planned_at` is
    when its last digest was planned, `slot` for which date.
    """

    subscriber: str
    last: int
    since: datetime
    planned_at: datetime | None
    slot: str | None
    material: Material
    told: Mapping[str, frozenset[str]]
    handled: tuple[tuple[int, bool], ...] = ()
    item_low: int = 0
    item_high: int = 0
    mark: int = 0
    change_low: int = 0
    change_high: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient of one channel, as it will be handed over: the same bytes however often it is tried.

    A `fault` (code, words) says that it cannot be sent at all: it is kept, visibly, and never tried.
    """

    channel: str
    recipient: str
    message_id: str
    subject: str
    body: bytes
    body_type: str
    part: int = 1
    fault: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest as it is stored in one transaction: its bodies by form, what it tells, and the messages to hand over.

    `purpose` is empty for the day's digest and names an alert. `entries` are (line, what was told of it).
    """

    pending: Pending
    slot: str
    slot_at: datetime
    planned_at: datetime
    since: datetime
    until: datetime
    language: str
    bodies: Mapping[str, bytes]
    entries: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...]
    summary: Mapping[str, Any]
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A stored digest: `state` is empty, planned, delivered or failed (something of it will never arrive)."""

    id: int
    subscriber: str
    slot: str
    purpose: str
    slot_at: datetime
    planned_at: datetime
    since: datetime
    until: datetime
    language: str
    state: str
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the outbox: `state` is pending, sending, sent or dead. `token` fences the claim under which it is sent."""

    id: int
    digest: int
    subscriber: str
    slot: str
    purpose: str
    channel: str
    recipient: str
    part: int
    message_id: str
    subject: str
    body: bytes
    body_type: str
    state: str
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    token: int
    sent_at: datetime | None
    error: str | None
    error_code: str | None
