"""What a reader asked for, made safe: words, choices, days, page numbers. What makes no sense is told, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from aggregator import dates, text
from aggregator.errors import UsageError

MOST_WORDS = 200
MOST_PAGE = 200
"""The last page that is shown of a list: who looks for more narrows the search."""


@dataclass(slots=True)
class Asked:
    """The query of one page. `wrong` collects values that are none, for a message beside the form."""

    query: QueryParams
    timezone: str
    now: datetime
    wrong: list[str] = field(default_factory=list)

    def words(self, name: str = "words") -> str:
        """Free text, one line."""
        return tidy(self.query.get(name, ""))

    def one_of(self, name: str, choices: Sequence[str]) -> str | None:
        """A value of a closed list, or None."""
        value = self.query.get(name, "")
        return value if value in choices else None

    def name(self, name: str) -> str | None:
        """An id, or None where none is given."""
        return tidy(self.query.get(name, "")) or None

    def moment(self, name: str, *, end: bool = False) -> datetime | None:
        """A day or time; what is none goes to `wrong`."""
        value = tidy(self.query.get(name, ""))
        if not value:
            return None
        try:
            return dates.window(value, self.now, self.timezone, end=end)
        except UsageError:
            self.wrong.append(value)
            return None

    def number(self, name: str, most: int = MOST_PAGE) -> int:
        """A page number from 1 to `most`; 1 where it is none."""
        value = self.query.get(name, "")
        return min(int(value), most) if value.isascii() and value.isdigit() and int(value[:9]) > 0 else 1

    def link(self, **changes: str | int | None) -> str:
        """The query with some values changed (None or "" takes one out), to be put behind an address: `?a=b` or ""."""
        values = {name: tidy(value) for name, value in self.query.items()}
        values |= {name: "" if value is None else str(value) for name, value in changes.items()}
        kept = {name: value for name, value in sorted(values.items()) if value}
        return "?" + urlencode(kept) if kept else ""


def tidy(value: str) -> str:
    """Text of a query as one clean line of at most MOST_WORDS characters."""
    return " ".join(text.scrub(value[: MOST_WORDS * 2]).split())[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a reader is in a list of `total`: page `number` of `last`, `size` a page."""

    number: int
    total: int
    size: int
    most: int | None = None
    """What was counted to at most: a greater total says only that there are more."""

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.most is not None and self.total > self.most

    @property
    def last(self) -> int:
        """The last page that can be shown."""
        return min(max(1, -(-self.total // self.size)), MOST_PAGE)

    @property
    def offset(self) -> int:
        """How many stand before this page."""
        return (self.number - 1) * self.size

    @property
    def cut(self) -> bool:
        """Whether there is more than can be shown."""
        return self.total > MOST_PAGE * self.size
