"""The names of release lines and of their artifacts. Values only."""

from __future__ import annotations

from dataclasses import dataclass


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
