"""The forms of the JSON API, for its description: what /api/v1 answers, as the contract has it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Text = str | None


class Form(BaseModel):
    """Closed: what is not named does not come."""

    model_config = ConfigDict(extra="forbid")


class Problem(Form):
    """What was wrong: a slug that scripts may match, and a sentence."""

    code: str
    detail: str


class Item(Form):
    """One item."""

    id: str
    source: str
    guid: str
    url: Text
    title: str
    summary: str
    author: Text
    language: Text
    published: Text
    first_seen: str
    appeared: str
    kind: str
    topics: list[str]
    labs: list[str]
    lines: list[str]
    mentions: list[str]
    story: Text
    copy_of: Text
    late: bool
    baseline: bool


class Step(Form):
    """A status that a line reached, and the item that shows it."""

    status: str
    at: str
    item: str
    url: Text


class Artifact(Form):
    """One repository of a line."""

    hub: str
    id: str
    kind: str
    size: Text
    precision: Text
    bytes: int | None
    licence: Text
    url: Text
    created: Text


class Release(Form):
    """One release line."""

    line: str
    generation: str
    lab: str
    region: str
    family: str
    version: str
    status: Literal["rumoured", "announced", "available", "open"]
    openness: Literal["open-source", "open-weights", "closed", "unknown"]
    open: dict[str, Any]
    licence: Text
    modalities: list[str]
    sizes: list[str]
    params_total: int | None
    params_active: int | None
    context: int | None
    languages: int | None
    architecture: list[str]
    capabilities: list[str]
    first_seen: str
    timeline: list[Step]
    artifacts: list[Artifact]
    claims: list[dict[str, Any]]
    disputes: list[dict[str, Any]]
    expected: dict[str, Any] | None
    items: int
    stories: int


class Story(Form):
    """The items that report the same event."""

    id: str
    title: str
    first_seen: str
    last_seen: str
    labs: list[str]
    lines: list[str]
    items: list[str]
    sources: int
    languages: list[str]


class Evidence(Form):
    """What one item shows about a line, by which rule and words."""

    status: str
    at: str
    trust: int
    rule: str
    words: str
    facts: list[list[str]]
    item: str
    source: str
    kind: str
    url: Text


class Reason(Form):
    """Why an item has a label."""

    label: str
    rule: str
    words: str


class Lab(Form):
    """A lab."""

    id: str
    name: str
    region: str
    followed: bool
    aliases: list[str]
    families: list[str]
    github: list[str]
    huggingface: list[str]
    modelscope: list[str]


class Source(Form):
    """A source with its health."""

    id: str
    kind: str
    url: str
    title: str
    language: Text
    lab: Text
    enabled: bool
    state: Literal["ok", "new", "failing", "waiting", "paused", "held", "silent", "overdue", "off"]
    items: int
    last_poll: Text
    last_ok: Text
    last_new: Text
    next_poll: Text
    failures: int
    error: Text
    code: Text


class Releases(Form):
    """A page of release lines."""

    releases: list[Release]
    total: int
    next: Text


class Items(Form):
    """A page of items."""

    items: list[Item]
    total: int
    next: Text


class Stories(Form):
    """A page of stories."""

    stories: list[Story]
    total: int
    next: Text


class Labs(Form):
    """All labs."""

    labs: list[Lab]
    total: int


class Sources(Form):
    """All sources."""

    sources: list[Source]
    total: int


class OneRelease(Form):
    """A line with its evidence."""

    release: Release
    evidence: list[Evidence]


class OneItem(Form):
    """An item with the reasons for its labels."""

    item: Item
    explain: list[Reason]


class OneStory(Form):
    """A story with its items."""

    story: Story
    items: list[Item]


class DigestForm(BaseModel):
    """A digest; its entries are described in docs/digest.md."""

    model_config = ConfigDict(
        populate_by_name=True, json_schema_extra={"required": ["from", "to", "language", "headline"]}
    )

    to: str
    language: str
    headline: list[str]
    releases: list[dict[str, Any]]
    also: list[dict[str, Any]]
    peers: list[dict[str, Any]]
    rumours: list[dict[str, Any]]
    news: list[dict[str, Any]]
    more: dict[str, Any]
    sources: dict[str, Any]


class Health(Form):
    """Whether anything is stuck, and what."""

    ok: bool
    wrong: dict[str, str]


class Ready(Form):
    """Whether questions can be answered, and the schema's version."""

    ok: bool
    version: str
