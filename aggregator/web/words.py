"""The reader's language on the pages: the digest's phrases and, beside them, the words of the interface."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from aggregator.digest.phrases import LANGUAGES as LANGUAGES
from aggregator.digest.phrases import Phrases
from aggregator.web.catalogue import CATALOGUES

NAMES = {"en": "English", "fr": "Français", "zh": "中文"}
TAGS = {"en": "en", "fr": "fr", "zh": "zh-Hans"}
_SHORT_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
}
_UNITS = ("B", "kB", "MB", "GB", "TB")
_WEIGHT = re.compile(r"([A-Za-z*]+)(?:-[A-Za-z0-9-]+)?(?:\s*;\s*q=([0-9.]+))?")


class Words(Phrases):
    """Phrases that know the interface's keys too (under `web.`). Raises KeyError for another language than en, fr, zh."""

    def __init__(self, language: str, timezone: str = "UTC") -> None:
        super().__init__(language)
        self.timezone = timezone
        own = {f"web.{key}": words for key, words in CATALOGUES[language].items()}
        self._phrases = {**self._phrases, **own}

    def w(self, key: str, **values: object) -> str:
        """The interface's words `key`."""
        return self(f"web.{key}", **values)

    def short(self, moment: datetime | None) -> str:
        """A date as tables have it: 2026-02-17; "" for none."""
        return "" if moment is None else moment.astimezone(ZoneInfo(self.timezone)).date().isoformat()

    def tick(self, day: date) -> str:
        """A day below a chart: 17 Feb, 17 févr., 2月17日."""
        if self.language == "zh":
            return f"{day.month}月{day.day}日"
        return f"{day.day} {_SHORT_MONTHS[self.language][day.month - 1]}"

    def clock(self, moment: datetime | None) -> str:
        """A date with its minute: 2026-02-17 07:30; the interface's `never` for none."""
        if moment is None:
            return self.w("never")
        return f"{moment.astimezone(ZoneInfo(self.timezone)):%Y-%m-%d %H:%M}"

    def bytes(self, size: int | None) -> str:
        """A size in decimal units: 807 GB; "" for an unknown one."""
        if not size:
            return ""
        value, unit = float(size), 0
        while value >= 999.5 and unit < len(_UNITS) - 1:
            value, unit = value / 1000, unit + 1
        return f"{self.number(round(value, 1) if value < 10 else round(value))}\u00a0{_UNITS[unit]}"


@cache
def words_of(language: str, timezone: str) -> Words:
    """The words of a language (made once)."""
    return Words(language, timezone)


def preferred(header: str) -> str:
    """The language that an Accept-Language header likes best of ours; English where it likes none."""
    best, found = 0.0, "en"
    for part in header[:500].split(","):
        match = _WEIGHT.fullmatch(part.strip())
        if match is None or match[1].lower() not in LANGUAGES:
            continue
        try:
            weight = float(match[2]) if match[2] else 1.0
        except ValueError:
            continue
        if weight > best:
            best, found = weight, match[1].lower()
    return found
