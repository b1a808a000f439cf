"""The tables, each column said in a word. The migrations in `migrations/` build the same; a test keeps them equal.

Rows never leave `aggregator/storage`. Order of rooms: sources and polls, items, releases, digests, the house.
A `key` is a hash where the outside may choose its length; `seq` numbers rows in the order of storing and is no logical
content. Several tables and columns are written by later issues only (digests, outbox, claims, disputes, corrections).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Text, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from aggregator.storage.columns import BigId, Json, Moment
from aggregator.storage.dialect.schema import Spoken
from aggregator.storage.views import VIEWS

NUMBERED = {"sqlite_autoincrement": True}
"""A number that was given to a row is never given to another one, even after that row is gone."""
BY_KEY = {"sqlite_with_rowid": False}


def _key(**more: Any) -> Any:
    return Field(primary_key=True, sa_type=Text, **more)


def _number() -> Any:
    return Field(default=None, primary_key=True, sa_type=BigId)


def _text(**more: Any) -> Any:
    return Field(default="", sa_type=Text, **more)


def _words(**more: Any) -> Any:
    return Field(default=None, sa_type=Text, **more)


def _when(**more: Any) -> Any:
    return Field(default=None, sa_type=Moment, **more)


def _at(**more: Any) -> Any:
    return Field(sa_type=Moment, **more)


def _list() -> Any:
    return Field(default_factory=list, sa_type=Json)


def _json() -> Any:
    return Field(default_factory=dict, sa_type=Json)


def _big(**more: Any) -> Any:
    return Field(default=None, sa_type=BigInteger, **more)


def _item(**more: Any) -> Any:
    return Field(sa_type=BigId, foreign_key="item.seq", ondelete="CASCADE", **more)


# ----------------------------------------------------------------------------------------------- sources and polls


class Row(SQLModel):
    """What all rows are. Rows are built by queries, so pydantic need not make ready to check them."""

    model_config = {"defer_build": True}


class SourceRow(Row, table=True):
    """What is remembered of a source between polls; kept when the source leaves sources.toml."""

    __tablename__ = "source"
    id: str = _key()
    url: str = _text()
    cursor: dict[str, Any] = _json()
    next_poll_at: datetime | None = _when(index=True)
    last_poll_at: datetime | None = _when()
    last_ok_at: datetime | None = _when()
    last_new_at: datetime | None = _when()
    baseline_at: datetime | None = _when()
    """When its listing had been read to the last page for the first time; None: everything is still baseline."""
    fail_count: int = 0
    error: str | None = _words()
    error_code: str | None = _words()
    error_stage: str | None = _words()
    retry_at: datetime | None = _when()
    notes: list[str] = _list()
    lease_owner: str | None = _words()
    lease_token: int = Field(default=0, sa_type=BigInteger)
    lease_until: datetime | None = _when()
    key_mode: str = _text()
    """How its entries are told apart when its guids cannot be trusted; empty: by guid."""
    held_since: datetime | None = _when()
    """Since when a flood of it waits for a person's word."""
    moved: dict[str, Any] = _json()
    """Sightings of a permanent redirect, and the URLs that it had before."""
    facts: dict[str, Any] = _json()
    """What else is learnt of it (usual gap, size of its window, selector matches)."""


class ValidatorRow(Row, table=True):
    """What one URL's last full answer carried."""

    __tablename__ = "validator"
    __table_args__ = (BY_KEY,)
    source: str = _key(foreign_key="source.id", ondelete="CASCADE")
    url_hash: str = _key()
    url: str = _text()
    etag: str | None = _words()
    last_modified: str | None = _words()
    body_hash: str | None = _words()
    pages: list[Any] = _list()
    fetched_at: datetime | None = _when()


class BudgetRow(Row, table=True):
    """The state of a host's quota, shared by all its sources."""

    __tablename__ = "budget"
    host: str = _key()
    state: dict[str, Any] = _json()
    updated_at: datetime = _at()


class PollRow(Row, table=True):
    """One poll, as it ended."""

    __tablename__ = "poll_log"
    __table_args__ = (Index("poll_log_by_source", "source", "at"), NUMBERED)
    seq: int | None = _number()
    source: str = _text()
    at: datetime = _at(index=True)
    outcome: str = _text()
    new: int = 0
    updated: int = 0
    rejected: int = 0
    seconds: float = 0.0
    requests: int = 0
    code: str | None = _words()
    stage: str | None = _words()
    error: str | None = _words()
    retry_at: datetime | None = _when()
    notes: list[str] = _list()


class QuarantineRow(Row, table=True):
    """An entry that could not be stored, with the reason."""

    __tablename__ = "quarantine"
    id: str = _key()
    source: str = _text(index=True)
    guid: str = _text()
    at: datetime = _at()
    reason: str = _text()
    payload: str = _text()


# ----------------------------------------------------------------------------------------------------------- items


class ItemRow(Row, table=True):
    """What is kept of an entry. `id` is the first 16 hex digits of sha256(source, NUL, key)."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("source", "key", name="item_source_key"),
        Index("item_by_appeared", "appeared", "seq"),
        Index("item_by_copy", "copy_of", "appeared", "seq"),
        Index("item_by_source", "source", "appeared", "seq"),
        Index("item_by_published", "source", "published"),
        Index("item_by_kind", "kind", "appeared", "seq"),
        NUMBERED,
    )
    seq: int | None = _number()
    id: str = Field(sa_type=Text, unique=True)
    source: str = _text()
    key: str = _text()
    guid: str = _text()
    url: str | None = _words()
    url_key: str | None = _words(index=True)
    text_key: str | None = _words(index=True)
    title: str = _text()
    summary: str = _text()
    author: str | None = _words()
    language: str | None = _words()
    published: datetime | None = _when()
    dated: str = _text()
    """How exact `published` is: second or day."""
    first_seen: datetime = _at()
    appeared: datetime = _at()
    edited_at: datetime | None = _when()
    kind: str = _text()
    own_kind: str = _text()
    """The kind that the rules gave the entry alone; `kind` may be what its place among the line's artifacts makes it."""
    topics: list[str] = _list()
    labs: list[str] = _list()
    lines: list[str] = _list()
    mentions: list[str] = _list()
    reasons: list[Any] = _list()
    baseline: bool = False
    late: bool = False
    held: bool = False
    revision: int = 0
    truncated: bool = False
    copy_of: str | None = _words(index=True)
    """The id of the root of its copies; never that of a copy."""
    story_id: str | None = _words(index=True)
    hash: str = _text()
    """Of what the source said; a difference is an edit."""
    label_hash: str = _text()
    extra: dict[str, Any] = _json()


class ContentRow(Row, table=True):
    """An item's body and the signature of its text, apart from what lists need."""

    __tablename__ = "item_content"
    seq: int = _item(primary_key=True)
    content: str = _text()
    signature: bytes = Field(default=b"", sa_type=LargeBinary)


class AliasRow(Row, table=True):
    """A further key under which an item may come again; `id` is made as an item's is."""

    __tablename__ = "item_alias"
    __table_args__ = (BY_KEY,)
    id: str = _key()
    source: str = _text()
    key: str = _text()
    seq: int = _item(index=True)


class ItemLineRow(Row, table=True):
    """A line that an item is about, or names (`role` mention); what it is about is not listed as mention again."""

    __tablename__ = "item_line"
    __table_args__ = (Index("item_line_by_line", "line", "role", "seq"), BY_KEY)
    seq: int = _item(primary_key=True)
    line: str = _key()
    role: str = _key()


class ItemLabRow(Row, table=True):
    """A lab that an item speaks of."""

    __tablename__ = "item_lab"
    __table_args__ = (Index("item_lab_by_lab", "lab", "seq"), BY_KEY)
    seq: int = _item(primary_key=True)
    lab: str = _key()


class ItemTopicRow(Row, table=True):
    """A topic of an item."""

    __tablename__ = "item_topic"
    __table_args__ = (Index("item_topic_by_topic", "topic", "seq"), BY_KEY)
    seq: int = _item(primary_key=True)
    topic: str = _key()


class BandRow(Row, table=True):
    """A band of an item's text signature: near copies share at least one."""

    __tablename__ = "item_band"
    __table_args__ = (BY_KEY,)
    band: int = Field(primary_key=True, sa_type=BigInteger)
    seq: int = _item(primary_key=True, index=True)


class BucketRow(Row, table=True):
    """A bucket in which items of one story can meet."""

    __tablename__ = "story_bucket"
    __table_args__ = (BY_KEY,)
    bucket: str = _key()
    seq: int = _item(primary_key=True, index=True)


class StoryRow(Row, table=True):
    """Items that report the same event; `id` is made of the id of its first item."""

    __tablename__ = "story"
    __table_args__ = (Index("story_by_rank", "sources", "items", "appeared"),)
    id: str = _key()
    root: str = _text()
    title: str = _text()
    first_seen: datetime = _at()
    last_seen: datetime = _at(index=True)
    appeared: datetime = _at()
    sources: int = 0
    items: int = 0
    labs: list[str] = _list()
    lines: list[str] = _list()
    languages: list[str] = _list()


class TombstoneRow(Row, table=True):
    """A key whose item was pruned: it does not come back as new."""

    __tablename__ = "tombstone"
    __table_args__ = (BY_KEY,)
    id: str = _key()
    source: str = _text()
    key: str = _text()
    at: datetime = _at()


# -------------------------------------------------------------------------------------------------------- releases


class LabRow(Row, table=True):
    """A lab as sources.toml last named it; its region decides whether its lines are followed."""

    __tablename__ = "lab"
    id: str = _key()
    name: str = _text()
    region: str = _text()


class GenerationRow(Row, table=True):
    """Lab, family and version without any tier word."""

    __tablename__ = "generation"
    key: str = _key()
    lab: str = _text()
    name: str = _text()
    family: str = _text()
    version: str = _text()


class LineRow(Row, table=True):
    """A release line's name and, once an item is about it, its release as `releases.derive` made it of the evidence."""

    __tablename__ = "line"
    __table_args__ = (Index("line_by_lab", "lab", "appeared"),)
    key: str = _key()
    name: str = _text()
    lab: str = _text()
    family: str = _text()
    version: str = _text()
    tier: str = _text()
    generation: str = _text(index=True)
    generation_name: str = _text()
    region: str = _text()
    status: str | None = _words()
    openness: str | None = _words()
    licence: str | None = _words()
    osi: bool | None = None
    first_seen: datetime | None = _when()
    appeared: datetime | None = _when(index=True)
    new_at: datetime | None = _when(index=True)
    modalities: list[str] = _list()
    details: dict[str, Any] = _json()
    """The other fields of the release; its artifacts are rows of their own."""
    items: int = 0
    stories: int = 0
    withdrawn_at: datetime | None = _when()
    deprecated_at: datetime | None = _when()
    renamed_to: str | None = _words()
    change: int = Field(default=0, sa_type=BigInteger)
    """Number of its last row in `line_change`: what has not been planned lies above a subscriber's mark."""


class ChangeRow(Row, table=True):
    """What changed of a line, in the order of storing (status, openness, licence, artifacts, …)."""

    __tablename__ = "line_change"
    __table_args__ = (Index("line_change_by_line", "line", "seq"), NUMBERED)
    seq: int | None = _number()
    line: str = _text(foreign_key="line.key")
    what: str = _text()
    before: str | None = _words()
    after: str | None = _words()
    at: datetime = _at()
    item: str | None = _words()


class EvidenceRow(Row, table=True):
    """What one item shows about one line."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_by_line", "line", "seq"), NUMBERED)
    seq: int | None = _number()
    item: int = _item(index=True)
    line: str = _text(foreign_key="line.key")
    status: str = _text()
    trust: int = 0
    facts: list[Any] = _list()
    rule: str = _text()
    words: str = _text()


class ArtifactRow(Row, table=True):
    """A repository of a hub; `lasting_id` is the hub's own identifier, which survives renames."""

    __tablename__ = "artifact"
    __table_args__ = (
        UniqueConstraint("hub", "lasting_id", name="artifact_hub_lasting_id"),
        Index("artifact_by_line", "line"),
        Index("artifact_by_name", "hub", "name"),
        NUMBERED,
    )
    seq: int | None = _number()
    hub: str = _text()
    lasting_id: str = _text()
    name: str = _text()
    former_names: list[str] = _list()
    item: int | None = Field(default=None, sa_type=BigId, foreign_key="item.seq", ondelete="SET NULL", index=True)
    source: str = _text()
    line: str | None = _words(foreign_key="line.key")
    kind: str | None = _words()
    size: str | None = _words()
    precision: str | None = _words()
    stage: str | None = _words()
    snapshot: str | None = _words()
    base: str | None = _words()
    first_party: bool = True
    weights: bool = True
    gated: bool = False
    licence: str | None = _words()
    licence_name: str | None = _words()
    licence_link: str | None = _words()
    bytes: int | None = _big()
    parameters: int | None = _big()
    context: int | None = _big()
    url: str | None = _words()
    created: datetime | None = _when()
    modified: datetime | None = _when()
    first_seen: datetime = _at()
    missing_since: datetime | None = _when()
    """Since when the hub's complete listing no longer names it."""
    likes: int | None = _big()
    downloads: int | None = _big()
    extra: dict[str, Any] = _json()


class ClaimRow(Row, table=True):
    """A fact that rests on somebody's word."""

    __tablename__ = "claim"
    __table_args__ = (Index("claim_by_line", "line", "seq"), NUMBERED)
    seq: int | None = _number()
    item: int = _item(index=True)
    line: str = _text(foreign_key="line.key")
    about: str = _text()
    value: str = _text()
    voice: str = _text()
    name: str | None = _words()
    via: str | None = _words()
    at: datetime = _at()


class DisputeRow(Row, table=True):
    """Somebody contests something about a line."""

    __tablename__ = "dispute"
    __table_args__ = (Index("dispute_by_line", "line", "seq"), NUMBERED)
    seq: int | None = _number()
    item: int = _item(index=True)
    line: str = _text(foreign_key="line.key")
    by: list[str] = _list()
    about: str = _text()
    at: datetime = _at()


class CorrectionRow(Row, table=True):
    """What a person put right: it outranks the rules and outlives relabelling."""

    __tablename__ = "correction"
    __table_args__ = (Index("correction_by_subject", "subject", "subject_id"), NUMBERED)
    seq: int | None = _number()
    subject: str = _text()
    subject_id: str = _text()
    field: str = _text()
    value: dict[str, Any] = _json()
    why: str = _text()
    at: datetime = _at()
    undone_at: datetime | None = _when()


# --------------------------------------------------------------------------------------------------------- digests


class SubscriberRow(Row, table=True):
    """A reader, and up to where he has been told: what was there before he came is not news to him."""

    __tablename__ = "subscriber"
    name: str = _key()
    since: datetime = _at()
    item_mark: int = Field(default=0, sa_type=BigInteger)
    change_mark: int = Field(default=0, sa_type=BigInteger)
    settings: dict[str, Any] = _json()


class DigestRow(Row, table=True):
    """One digest of one subscriber for one local date, with the window of sequence numbers it covers."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("subscriber", "slot_date", "purpose", name="digest_slot"), NUMBERED)
    id: int | None = _number()
    subscriber: str = _text(foreign_key="subscriber.name")
    slot_date: str = _text()
    purpose: str = _text()
    """Empty for the day's digest; an alert's or a test's own name."""
    slot_at: datetime = _at()
    planned_at: datetime = _at()
    since: datetime = _at()
    until: datetime = _at()
    item_low: int = Field(default=0, sa_type=BigInteger)
    item_high: int = Field(default=0, sa_type=BigInteger)
    change_low: int = Field(default=0, sa_type=BigInteger)
    change_high: int = Field(default=0, sa_type=BigInteger)
    state: str = _text()
    language: str = _text()
    content_hash: str | None = _words()
    summary: dict[str, Any] = _json()


class DigestBodyRow(Row, table=True):
    """A digest as it was rendered when it was planned, compressed; `form` is md, html, text or json."""

    __tablename__ = "digest_body"
    __table_args__ = (BY_KEY,)
    digest: int = Field(primary_key=True, sa_type=BigId, foreign_key="digest.id")
    form: str = _key()
    body: bytes = Field(default=b"", sa_type=LargeBinary)


class DigestEntryRow(Row, table=True):
    """What a subscriber has been told about a line, once."""

    __tablename__ = "digest_entry"
    __table_args__ = (BY_KEY,)
    subscriber: str = _key()
    line: str = _key()
    what: str = _key()
    digest: int = Field(sa_type=BigId, foreign_key="digest.id", index=True)
    change: int = Field(default=0, sa_type=BigInteger)


class DigestItemRow(Row, table=True):
    """An item that a digest tells or passes over; while the digest is not sent, its items are kept."""

    __tablename__ = "digest_item"
    __table_args__ = (BY_KEY,)
    subscriber: str = _key()
    item: int = Field(primary_key=True, sa_type=BigId, foreign_key="item.seq", index=True)
    digest: int = Field(sa_type=BigId, foreign_key="digest.id", index=True)
    story: str | None = _words()
    told: bool = True


class OutboxRow(Row, table=True):
    """One message to one recipient of one channel, with its rendered bytes."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("digest", "channel", "recipient", "part", name="outbox_recipient"),
        Index("outbox_due", "state", "next_try_at"),
        NUMBERED,
    )
    id: int | None = _number()
    digest: int = Field(sa_type=BigId, foreign_key="digest.id")
    channel: str = _text()
    recipient: str = _text()
    part: int = 1
    message_id: str = Field(sa_type=Text, unique=True)
    subject: str = _text()
    body: bytes = Field(default=b"", sa_type=LargeBinary)
    body_type: str = _text()
    state: str = _text()
    attempts: int = 0
    created_at: datetime = _at()
    next_try_at: datetime | None = _when()
    lease_owner: str | None = _words()
    lease_token: int = Field(default=0, sa_type=BigInteger)
    lease_until: datetime | None = _when()
    sent_at: datetime | None = _when()
    error: str | None = _words()
    error_code: str | None = _words()


# ------------------------------------------------------------------------------------------------------- the house


class LeaseRow(Row, table=True):
    """A right that one process holds until a time, with a token that only grows."""

    __tablename__ = "lease"
    name: str = _key()
    owner: str = _text()
    token: int = Field(default=0, sa_type=BigInteger)
    until: datetime | None = _when()
    beat_at: datetime | None = _when()


class SettingRow(Row, table=True):
    """A value that the store or the worker remembers (version of the tokens, heartbeat, last backup)."""

    __tablename__ = "setting"
    key: str = _key()
    value: str = _text()


_LEASED = "CREATE INDEX source_by_lease ON source (lease_owner) WHERE lease_owner IS NOT NULL"
_SHOWN = "CREATE INDEX item_shown ON item (seq, appeared) WHERE copy_of IS NULL"
LEASED = Spoken(sqlite=_LEASED, postgresql=_LEASED)
"""The sources that somebody has. As an `Index` it would have every command load what SQLAlchemy knows of PostgreSQL."""
SHOWN = Spoken(sqlite=_SHOWN, postgresql="").execute_if(dialect="sqlite")
"""Number and time of what is no copy: `dialect.originals` reads it along, PostgreSQL finds its own way."""
metadata = SQLModel.metadata
event.listen(metadata, "after_create", LEASED)
event.listen(metadata, "after_create", SHOWN)
for _view in VIEWS:
    event.listen(metadata, "after_create", _view)


def table_of(row: type[SQLModel]) -> Any:
    """Return the table of a row's class, for statements that write or read many rows without making objects."""
    return row.__table__  # type: ignore[attr-defined]
