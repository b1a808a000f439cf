"""The reader's language: phrases from a catalogue, plurals, numbers, dates and lists as that language writes them.

Typography: French puts no-break spaces before : ; ? ! and inside « », Chinese uses full-width punctuation. Nothing here
knows a digest; `sentences` and `layout` put the words together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.digest.catalogue import CATALOGUES

NNBSP, NBSP = "\u202f", "\u00a0"
LANGUAGES = tuple(CATALOGUES)

_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
}  # fmt: skip


_HAN, _LATIN = "[\u4e00-\u9fff]", "[A-Za-zÀ-ÿ0-9]"
_MEETING = re.compile(f"(?<={_HAN})(?={_LATIN})|(?<={_LATIN})(?={_HAN})")


class Phrases:
    """The catalogue of one language (en, fr or zh); raises KeyError for another."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._phrases = CATALOGUES[language]

    def __call__(self, key: str, **values: object) -> str:
        """The phrase `key` with its values filled in. A phrase with forms needs `n`, a number of 0 or more."""
        phrase = self._phrases[key]
        number = values.get("n")
        if isinstance(phrase, tuple):
            assert isinstance(number, int | float), f"{key} needs a number"
            phrase = phrase[0 if self.singular(number) else 1]
        if isinstance(number, int | float):
            values["n"] = self.number(number)
        return phrase.format(**values) if values else phrase

    def known(self, key: str) -> bool:
        """Whether the catalogue has this key."""
        return key in self._phrases

    def word(self, prefix: str, value: str) -> str:
        """The word for a value of a closed list (`modality.video`), or "" if the list does not have it."""
        phrase = self._phrases.get(f"{prefix}.{value}", "")
        assert isinstance(phrase, str)
        return phrase

    def words(self, prefix: str, values: Sequence[str]) -> list[str]:
        """The words for those values of a closed list that it has."""
        return [word for word in (self.word(prefix, value) for value in values) if word]

    def singular(self, number: float) -> bool:
        """The language's plural rule (CLDR): English exactly 1, French from 0 up to but not 2, Chinese has one form."""
        return number == 1 if self.language == "en" else 0 <= number < 2

    def number(self, value: float) -> str:
        """A number with the language's decimal mark and its grouping of thousands."""
        grouped = f"{value:,}"
        if self.language == "fr":
            return grouped.translate({ord(","): NNBSP, ord("."): ","})
        return grouped

    def amount(self, value: int) -> str:
        """A large count in words, to two decimals at most: 397 billion, 397 milliards, 3970亿."""
        if self.language == "zh":
            unit, name = (10**12, "万亿") if value >= 10**12 else (10**8, "亿") if value >= 10**8 else (10**4, "万")
            return f"{_short(value / unit)}{name}"
        if self.language == "fr" and value >= 10**12:
            return self("billion", n=round(value / 10**9))  # « 1 000 milliards »: nobody reads « billion » right
        key, unit = (
            ("trillion", 10**12) if value >= 10**12 else ("billion", 10**9) if value >= 10**9 else ("million", 10**6)
        )
        return self(key, n=_short(value / unit))

    def size(self, value: int) -> str:
        """Bytes in decimal units, as disks and cards are sold: 24.3 GB, 24,3 Go."""
        gigabytes = value / 1e9
        if gigabytes < 1:
            return self("megabytes", n=max(1, round(value / 1e6)))
        return self("gigabytes", n=round(gigabytes) if gigabytes >= 100 else _short(gigabytes))

    def list(self, parts: Sequence[str]) -> str:
        """Parts one after the other with the language's comma, the last one joined by its `and`."""
        if len(parts) < 2:
            return "".join(parts)
        return self("comma").join(parts[:-1]) + self("and") + parts[-1]

    def either(self, parts: Sequence[str]) -> str:
        """Parts of which one holds: with the language's comma, the last one joined by its `or`."""
        if len(parts) < 2:
            return "".join(parts)
        return self("comma").join(parts[:-1]) + self("or") + parts[-1]

    def spaced(self, words: str) -> str:
        """Words around a name, with a space in Chinese where Chinese and Latin characters meet (`据 Harbour Wire 报道`)."""
        return _MEETING.sub(" ", words) if self.language == "zh" else words

    def sentence(self, clauses: Sequence[str], joint: str = "clause") -> str:
        """Clauses as one sentence: first letter in upper case where there is one, ended by a full stop."""
        told = self(joint).join(clause for clause in clauses if clause)
        return upper_first(told) + self("stop") if told else ""

    def paragraph(self, sentences: Sequence[str]) -> str:
        """Sentences one after the other."""
        return self("space").join(sentence for sentence in sentences if sentence)

    # ------------------------------------------------------------------------------------------------ time

    def day(self, moment: datetime | date, timezone: str = "UTC") -> str:
        """A date as the language writes it: 17 February 2026, 17 février 2026, 2026年2月17日."""
        day = local_day(moment, timezone)
        return f"{self._day_month(day)} {day.year}" if self.language != "zh" else f"{day.year}年{self._day_month(day)}"

    def days(self, first: date, last: date) -> str:
        """A stretch of days, both included: 10–17 February 2026, 10-17 février 2026, 2026年2月10日至17日."""
        if first == last:
            return self.day(first)
        same_year, same_month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
        if self.language == "zh":
            end = f"{last.day}日" if same_month else self._day_month(last) if same_year else self.day(last)
            return f"{self.day(first)}至{end}"
        if same_month:
            beginning = "1er" if self.language == "fr" and first.day == 1 else str(first.day)
            return f"{beginning}–{self.day(last)}"
        return f"{self._day_month(first) if same_year else self.day(first)} – {self.day(last)}"

    def time(self, moment: datetime, timezone: str = "UTC") -> str:
        """Day and minute in a zone: 17 February 2026, 07:30; 17 février 2026 à 7 h 30; 2026年2月17日07:30."""
        local = moment.astimezone(ZoneInfo(timezone))
        if self.language == "fr":
            return f"{self.day(local.date())} à {local.hour}{NBSP}h{NBSP}{local.minute:02}"
        return f"{self.day(local.date())}{', ' if self.language == 'en' else ''}{local.hour:02}:{local.minute:02}"

    def _day_month(self, day: date) -> str:
        if self.language == "zh":
            return f"{day.month}月{day.day}日"
        number = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        return f"{number} {_MONTHS[self.language][day.month - 1]}"


def local_day(moment: datetime | date, timezone: str) -> date:
    """The date of a moment in a zone; a date stays as it is."""
    return moment.astimezone(ZoneInfo(timezone)).date() if isinstance(moment, datetime) else moment


def upper_first(words: str) -> str:
    """The words with their first letter in upper case."""
    return words[:1].upper() + words[1:]


def _short(value: float) -> float | int:
    rounded = round(value, 2 if value < 10 else 1 if value < 100 else 0)
    return int(rounded) if rounded == int(rounded) else rounded
