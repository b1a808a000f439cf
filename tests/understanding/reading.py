"""What the tests of understanding share: labels of a text in one call, with a few real labs and one that nobody has heard of."""

from __future__ import annotations

import tomllib
from pathlib import Path

from aggregator.model import Entry, Family, Lab, Labels, Source
from aggregator.understanding import Understanding

STARTER = Path(__file__).parent.parent.parent / "sources.toml"


def family(text: str) -> Family:
    name, *spellings = (part.strip() for part in text.split("="))
    return Family(name, tuple(spellings))


def labs_of_the_starter() -> dict[str, Lab]:
    """The labs of the repository's own sources.toml, and an invented one."""
    labs = {}
    for lab_id, row in tomllib.loads(STARTER.read_text("utf-8"))["labs"].items():
        labs[lab_id] = Lab(
            id=lab_id,
            name=row["name"],
            region=row["region"],
            aliases=tuple(row.get("aliases", ())),
            families=tuple(family(text) for text in row.get("families", ())),
            github=tuple(row.get("github", ())),
            huggingface=tuple(row.get("huggingface", ())),
            modelscope=tuple(row.get("modelscope", ())),
        )
    labs["nubila"] = Lab(
        "nubila", "Nubila AI", "cn", ("星辰云", "Nubila"), (Family("Zorvex", ("佐微",)),), ("nubila",), ("nubila",)
    )
    return labs


class Reader:
    """Labels of a text in one call."""

    def __init__(self) -> None:
        self.labs = labs_of_the_starter()
        self.understanding = Understanding(self.labs)

    def __call__(
        self, title: str, summary: str = "", content: str = "", *, language: str | None = None, lab: str | None = None
    ) -> Labels:
        source = Source("s", "feed", "https://s.example/feed", language=language, lab=lab)
        return self.understanding.labels(Entry("g", None, title), source, title=title, summary=summary, content=content)
