"""Single values of sources.toml: what each may look like, and the error that says so.

Every reader takes (where, value) and gives the value back in its final form or raises ConfigurationError; `where` is
`file: table.key`. Nothing here reads a file, the environment or the clock, and nothing imports a heavy
package; what points somewhere (URLs, organisations, selectors, paths) is in `pointers`.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from aggregator.errors import ConfigurationError

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=24)
"""Bounds of a source's interval."""
LANGUAGES = ("en", "fr", "zh")
"""Languages in which a digest can be written."""

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d|w)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_REGION = re.compile(r"[a-z]{2,10}")
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_NAMED_ADDRESS = re.compile(r"[^<>\r\n]*<[^\s@<>,;]+@[^\s@<>,;]+>")
_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,127}")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

Reader = Callable[[str, Any], Any]
"""Takes (where, value), gives the value to keep or raises ConfigurationError."""


def refuse(where: str, detail: str, code: str | None = None) -> NoReturn:
    """Raise the one error of a wrong configuration; `code` replaces the general one where a page promises another."""
    error = ConfigurationError(where, detail)
    if code is not None:
        error.code = code
    raise error


def shown(value: Any) -> str:
    """The found value as an error shows it: as TOML would write it, at most 60 characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    words = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
    return words if len(words) <= 60 else words[:57] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "…"?` for the nearest known word, or nothing; case does not matter."""
    by_fold = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.65)
    return f'; did you mean "{by_fold[near[0]]}"?' if near else ""


def text(where: str, value: Any) -> str:
    """Any one-line text; control and direction-changing characters are refused (they would reach terminals, mails)."""
    if not isinstance(value, str):
        refuse(where, f"expected a text in quotes, found {shown(value)}")
    if CONTROL.search(value):
        refuse(where, "expected one line of text, found a control or invisible character in it")
    return value.strip()


def filled(where: str, value: Any) -> str:
    """A text that is not empty."""
    found = text(where, value)
    if not found:
        refuse(where, "expected a text, found an empty one")
    return found


def slug(where: str, value: Any) -> str:
    """An identifier: letters, digits, dots, hyphens and underscores, at most 64; it becomes part of file names."""
    found = text(where, value)
    if not _SLUG.fullmatch(found):
        refuse(
            where,
            f"expected an id of at most 64 letters, digits, '.', '-' or '_' (a sign never first), found {shown(value)}",
        )
    return found


def truth(where: str, value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        refuse(where, f"expected true or false, found {shown(value)}")
    return value


def one_of(*choices: str) -> Reader:
    """One of these words."""

    def read(where: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            hint = did_you_mean(value, choices) if isinstance(value, str) else ""
            refuse(where, f"expected one of {', '.join(shown(each) for each in choices)}, found {shown(value)}{hint}")
        return value

    return read


def list_of(reader: Reader, what: str = "texts") -> Reader:
    """A list whose elements `reader` takes; an element that stands twice is refused."""

    def read(where: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            refuse(where, f"expected a list of {what} in [ ], found {shown(value)}")
        found: list[Any] = []
        for element in value:
            one = reader(where, element)
            if one in found:
                refuse(where, f"expected each element once, found {shown(element)} twice")
            found.append(one)
        return tuple(found)

    return read


def duration(where: str, value: Any) -> timedelta:
    """A length of time: a number with s, m, h, d or w ("30m", "1h30m")."""
    if isinstance(value, str):
        parts = _DURATION.findall(value)
        if parts and "".join(number + unit for number, unit in parts) == value:
            return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))
    refuse(where, f'expected a duration like "30m", "2h" or "400d", found {shown(value)}')


def interval(where: str, value: Any) -> timedelta:
    """A duration between 10 minutes and 24 hours."""
    found = duration(where, value)
    if not SHORTEST <= found <= LONGEST:
        refuse(where, f'expected an interval from "10m" to "24h", found {shown(value)}')
    return found


def keeping(where: str, value: Any) -> timedelta:
    """A duration of at least one day."""
    found = duration(where, value)
    if found < timedelta(days=1):
        refuse(where, f'expected at least "1d", found {shown(value)}')
    return found


def timezone(where: str, value: Any) -> str:
    """An IANA time zone that this system knows."""
    found = text(where, value)
    try:
        ZoneInfo(found)
    except (KeyError, ValueError, OSError):
        hint = ""
        if found:
            from zoneinfo import available_timezones  # reads the whole zone folder: only for the hint

            hint = did_you_mean(found, available_timezones())
        refuse(where, f'expected an IANA time zone like "Europe/Paris", found {shown(value)}{hint}', "bad_timezone")
    return found


def clock(where: str, value: Any) -> str:
    """A time of day, HH:MM."""
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        refuse(where, f'expected a time of day like "07:30", found {shown(value)}')
    return value


def hours(where: str, value: Any) -> str:
    """A span of hours, HH:MM-HH:MM (it may pass midnight), or empty."""
    found = text(where, value)
    if found:
        begin, dash, end = found.partition("-")
        if not (dash and _CLOCK.fullmatch(begin) and _CLOCK.fullmatch(end)):
            refuse(where, f'expected hours like "22:00-07:00" or "", found {shown(value)}')
    return found


def language(where: str, value: Any) -> str:
    """A language tag such as "zh", "en" or "pt-BR"."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        named = {"chinese": "zh", "english": "en", "french": "fr", "german": "de", "japanese": "ja", "korean": "ko"}
        known = named.get(value.casefold()) if isinstance(value, str) else None
        hint = f'; did you mean "{known}"?' if known else ""
        refuse(where, f'expected a language tag like "zh", "en" or "fr", found {shown(value)}{hint}')
    return value


def region(where: str, value: Any) -> str:
    """Where a lab is at home: "cn" (followed), "us", "eu", …"""
    if not isinstance(value, str) or not _REGION.fullmatch(value):
        refuse(where, f'expected "cn" (followed) or another region in small letters like "us", found {shown(value)}')
    return value


def address(where: str, value: Any) -> str:
    """One e-mail address."""
    found = text(where, value)
    if not _ADDRESS.fullmatch(found):
        refuse(where, f'expected an e-mail address like "team@example.org", found {shown(value)}')
    return found


def sender(where: str, value: Any) -> str:
    """One e-mail address, with a name in front if wished ("News <digest@example.org>"), or empty."""
    found = text(where, value)
    if found and not _ADDRESS.fullmatch(found) and not _NAMED_ADDRESS.fullmatch(found):
        refuse(where, f'expected an e-mail address like "digest@example.org", found {shown(value)}')
    return found


def variable(where: str, value: Any) -> str:
    """`env:NAME`: the name of a variable that holds a secret URL; the URL itself must not stand in the file.

    The found value is never shown: it may be the secret itself.
    """
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        refuse(
            where, 'expected "env:NAME", the name of an environment variable that holds the URL (never the URL itself)'
        )
    return value


def variable_or_empty(where: str, value: Any) -> str:
    """`env:NAME`, or "" for none."""
    return "" if value == "" else str(variable(where, value))


def family(where: str, value: Any) -> tuple[str, tuple[str, ...]]:
    """`Qwen = 千问 = 通义千问`: (canonical name, other spellings)."""
    expected = f'expected a family like "Qwen" or "Qwen = 千问 = 通义千问", found {shown(value)}'
    if not isinstance(value, str):
        refuse(where, expected)
    names = [text(where, part) for part in value.split("=")]
    for name in names:
        if not name or len(name) > 60 or not any(sign.isalpha() for sign in name):
            refuse(where, expected)
    folded = [name.casefold() for name in names]
    for name, fold in zip(names, folded, strict=True):
        if folded.count(fold) > 1:
            refuse(where, f"expected each spelling once, found {shown(name)} twice in {shown(value)}")
    return names[0], tuple(names[1:])


def checked(where: str, value: Any) -> str:
    """The day on which the address was seen to work (or its month, where only that is known), or "unchecked"."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if value != "unchecked":
        words = value if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value) else ""
        try:
            date.fromisoformat(words if len(words) == 10 else f"{words}-01")
        except ValueError:
            refuse(where, f'expected a date like "2026-10-02" or "unchecked", found {shown(value)}')
    return str(value)


def category(where: str, value: Any) -> str:
    """A folder for OPML ("News/China"); display only."""
    found = filled(where, value)
    if len(found) > 200:
        refuse(where, "expected at most 200 characters")
    return found
