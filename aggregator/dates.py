"""Dates as sources write them: RFC 822 and its relatives, ISO 8601, Chinese, French and other month names, epoch numbers.

Pure; no clock. A date that can be read in two ways, or that does not exist, is None: an item without a date is shown
under the time it was first seen, one with a wrong date is shown wrongly for ever.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1990, 2100
_LONGEST = 100

_MONTH_NAMES = """
    january jan janvier janv januar jänner enero ene gennaio gen janeiro|
    february feb febr février fevrier févr fevr fév fev februar febrero febbraio fevereiro|
    march mar mars märz maerz mär marzo março marco|
    april apr avril avr abril abr aprile|
    may mai mayo maggio mag maio|
    june jun juin juni junio giugno giu junho|
    july jul juillet juil juli julio luglio lug julho|
    august aug août aout agosto ago|
    september sep sept septembre septiembre settembre set setembro|
    october oct octobre oktober okt octubre ottobre ott outubro out|
    november nov novembre noviembre novembro|
    december dec décembre decembre déc dezember dez diciembre dic dicembre dezembro
"""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split("|"), 1) for name in names.split()}
_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120,
    "eet": 120,
    "eest": 180, "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "aest": 600,
    "aedt": 660, "acst": 570, "awst": 480, "nzst": 720, "nzdt": 780, "brt": -180,
}  # fmt: skip
"""Minutes east of UTC (RFC 822 where it names them). What has several meanings and no such rule (IST, AST) is not read."""

_TIME = r"""
    (?P<hour>\d{1,2}) (?: [:h](?P<minute>\d{2}) (?: [:.m](?P<second>\d{2}) (?:[.,]\d{1,9})? s? )? | \s?h | (?=\s*[ap]\.?m) )
    \s* (?P<half>[ap]\.?m\.?)?
"""
_CHINESE_TIME = r"""
    (?P<part>上午|下午|中午|晚上|凌晨|早上|午前|午後|오전|오후)? \s* (?P<hour>\d{1,2})
    (?: : | [点點时時시] \s* ) (?: (?P<minute>\d{1,2}) [分분]? )?
    (?: [:\s]? (?P<second>\d{1,2}) (?:[.]\d{1,9})? [秒초]? )?
"""
_ZONE = r"(?P<zone> [+\-]\d{1,2}:?\d{2} | [+\-]\d{2} | (?:gmt|utc)\s?[+\-]\d{1,2}(?::?\d{2})? | [a-z]{1,5} )"
_TAIL = rf"(?: \s* (?:,|t|at|à|um|-|a\ las|[·|@])? \s* {_TIME} (?: \s* {_ZONE} )? )?"
_DAY = r"(?P<day>\d{1,2}) (?: st|nd|rd|th|er|\.|º|° )?"
_MONTH = r"(?P<month>[a-zà-ÿ]{3,10})\.?"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


_SHAPES = (
    # 2026-02-12T09:30:05.123+08:00 · 2026-02-12 09:30:05  +0800 · 2026/02/12 · 2026.2.12
    _shape(
        r"(?P<year>\d{4}) (?P<mark>[-/.]) (?P<month>\d{1,2}) (?P=mark) (?P<day>\d{1,2})"
        rf" (?: \s+ (?:周|星期|礼拜). )? {_TAIL}"
    ),
    # 20260212 · 20260212T093005Z · 20260212093005
    _shape(
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r" (?: t?(?P<hour>\d{2})(?P<minute>\d{2}) (?: (?P<second>\d{2})(?:[.,]\d{1,9})? )?"
        rf" (?: \s* {_ZONE} )? )?"
    ),
    # 2024年5月1日 08:30 · 2024年5月1日 星期三 下午3点05分 · 2026년 2월 12일
    _shape(
        r"(?P<year>\d{4}) \s* [年년] \s* (?P<month>\d{1,2}) \s* [月월] \s* (?P<day>\d{1,2}) \s* [日号號일]?"
        r" \s* (?: \(?(?:周|星期|礼拜|週).\)? )? \s*"
        rf" (?: {_CHINESE_TIME} (?: \s* {_ZONE} )? )?"
    ),
    # 12 Feb 2026 09:30:05 +0800 · 12-Feb-26 09:30:05 GMT · 12 février 2026 à 14h30 · 12. Februar 2026
    _shape(
        rf"{_DAY} [\s\-/]* (?:de\s)? \s*{_MONTH} [\s\-/,]* (?:de[l]?\s)? (?P<year>\d{{4}}|\d{{2}}(?=\s|\Z)) {_TAIL}"
    ),
    # Feb 12, 2026 · February 12th 2026 at 9:30 am PST · Feb 12 2026 09:30:05 GMT+0800
    _shape(rf"{_MONTH} \s* {_DAY} (?: \s*,\s* | \s+ ) (?P<year>\d{{4}}) {_TAIL}"),
    # asctime: Feb 12 09:30:05 2026 · Feb 12 09:30:05 PST 2026 · Feb 12 09:30:05 +0800 2026
    _shape(
        rf"{_MONTH} \s+ (?P<day>\d{{1,2}}) \s+ (?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})"
        rf" \s+ (?: {_ZONE} \s+ )? (?P<year>\d{{4}})"
    ),
    # 2026 Feb 12 · 2026-Feb-12
    _shape(rf"(?P<year>\d{{4}}) [\s\-/] {_MONTH} [\s\-/] (?P<day>\d{{1,2}}) {_TAIL}"),
    # 09:30 · 12.02.2026 the wrong way round
    _shape(rf"{_TIME} \s* [,·\-|]? \s* (?P<day>\d{{1,2}}) \s+ {_MONTH} \s+ (?P<year>\d{{4}})"),
    _shape(rf"(?P<first>\d{{1,2}}) (?P<mark>[-/.]) (?P<then>\d{{1,2}}) (?P=mark) (?P<year>\d{{4}}) {_TAIL}"),
)
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]*\s+"
    r"|(?:lun|mar|mer|jeu|ven|sam|dim)(?:di|edi|credi|dredi|anche)?[.,]*\s+(?=\d|1er|le)"
    r"|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)[.,]*\s+"
    r"|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so)[.,]+\s+"
    r"|(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)[.,]*\s+|(?:周|星期|礼拜)[一二三四五六日天][,，]?\s*"
)
_LEAD = re.compile(
    r"(?:published(?: on)?|posted(?: on)?|updated|date|publié le|le|on|发布时间|发表于|时间|日期)\s*[::]?\s+"
    r"|(?:发布时间|发表于|时间|日期)\s*:?\s*"
)
_COMMENT = re.compile(r"\s*\([^()]*\)")
_NUMBER = re.compile(r"\d{9,16}(?:\.\d+)?")
_HAN_DATE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})([日号])"
)


def parse(raw: str | int | float | None, zone: str | tzinfo | None = None) -> datetime | None:
    """Return the instant that a source's date means, aware and in UTC, or None where it is not certain.

    `zone` (IANA name or tzinfo) holds for dates without one; without it they are UTC. A day without a time is its
    beginning in that zone. Weekdays are not believed. 24:00:00 is the next midnight, second 60 the next minute's first.
    Numbers are seconds, milliseconds or microseconds since 1970 by their magnitude. None: no date; a day that does not
    exist; `03/04/2026`; a zone that nobody knows; a year outside 1990 to 2100; anything relative ("2 hours ago").
    """
    found = _read(raw, zone)
    return found[0] if found else None


def day_only(raw: str | int | float | None) -> bool:
    """Whether a date that can be read names a day but no time of day."""
    found = _read(raw, None)
    return found is not None and not found[1]


def zone_of(name: str | tzinfo | None) -> tzinfo:
    """Return the time zone of an IANA name; UTC for None. Raises UsageError for a name that the system does not know."""
    if name is None or isinstance(name, tzinfo):
        return name or UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{name!r} is no time zone (an IANA name such as Europe/Paris is expected)") from error


def window(text: str, now: datetime, zone: str | tzinfo | None = None, *, end: bool = False) -> datetime:
    """Return the instant in UTC that a value of `--since` (or, with `end`, of `--until`) means.

    `30m`, `24h`, `7d`, `2w` before now; `now`, `today`, `yesterday`; a bare date: that local day's start, or with `end`
    its end (the next local midnight); a date with a time, in `zone` unless it names one. Raises UsageError otherwise.
    """
    word = text.strip().casefold()
    local = zone_of(zone)
    span = re.fullmatch(r"(\d{1,6})\s*(m|min|h|d|w)", word)
    if span:
        unit = {"m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}[span[2]]
        try:
            return now.astimezone(UTC) - timedelta(seconds=int(span[1]) * unit)
        except OverflowError:
            return datetime(1, 1, 1, tzinfo=UTC)
    if word == "now":
        return now.astimezone(UTC)
    day = now.astimezone(local).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if word == "yesterday":
        day -= timedelta(days=1)
    elif word != "today":
        if not re.match(r"\d{4}-\d{2}-\d{2}", word):
            raise _bad_window(text)
        found = _read(word, local)
        if found is None:
            raise _bad_window(text)
        if found[1]:
            return found[0]
        day = datetime.fromisoformat(word[:10])
    if end:
        day += timedelta(days=1)
    return day.replace(tzinfo=local).astimezone(UTC)


def _bad_window(text: str) -> UsageError:
    return UsageError(f"{text!r} is no time: 24h, 7d, 2026-02-12 or 2026-02-12T09:30 is expected")


# ------------------------------------------------------------------------------------------------ parts


def _read(raw: str | int | float | None, zone: str | tzinfo | None) -> tuple[datetime, bool] | None:
    """The instant and whether a time of day was given."""
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        raw = repr(raw) if isinstance(raw, int) else f"{raw:.3f}"
    if len(raw) > _LONGEST:
        return None
    text = raw.strip()
    if not text:
        return None
    if len(text) >= 19 and text[4:5] == "-" and text[10:11] in "Tt":
        quick = _read_iso(text)
        if quick is not None:
            return quick
    text = unicodedata.normalize("NFKC", text).casefold()
    text = " ".join(text.replace("−", "-").split())
    if _NUMBER.fullmatch(text):
        found = _read_number(text)
        if found is not None:
            return found
    text = _LEAD.sub("", _COMMENT.sub("", text), count=1) if not text[:1].isdigit() or "(" in text else text
    text = _WEEKDAY.sub("", text, count=1) if not text[:1].isdigit() else text
    text = _HAN_DATE.sub(_han_date, text)
    for shape in _SHAPES:
        match = shape.fullmatch(text)
        if match:
            return _assemble(match.groupdict(), zone)
    return None


_ISO_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:0\d|1[0-3]):[0-5]\d)")


def _read_iso(text: str) -> tuple[datetime, bool] | None:
    """The commonest shape, without the general machinery; None means: try that."""
    if not _ISO_ZONED.fullmatch(text):
        return None
    try:
        when = datetime.fromisoformat(text.upper()).replace(microsecond=0).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return (when, True) if FIRST_YEAR <= when.year <= LAST_YEAR else None


_EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()


def _read_number(text: str) -> tuple[datetime, bool] | None:
    value = float(text)
    for unit in (1, 1e3, 1e6):
        if _EARLIEST <= value / unit < _LATEST:
            return datetime.fromtimestamp(int(value / unit), UTC), True
    return None


def _assemble(part: dict[str, str | None], zone: str | tzinfo | None) -> tuple[datetime, bool] | None:
    date = _date_of(part)
    if date is None:
        return None
    year, month, day = date
    if not FIRST_YEAR - 1 <= year <= LAST_YEAR + 1:
        return None
    timed = part.get("hour") is not None
    clock = _clock_of(part) if timed else (0, 0, 0, 0)
    if clock is None:
        return None
    days, hour, minute, second = clock
    try:
        naive = datetime(year, month, day, hour, minute) + timedelta(days=days, seconds=second)
        local = _zone_at(part.get("zone"), zone, naive)
        if local is None:
            return None
        when = naive.replace(tzinfo=local).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return (when, timed) if FIRST_YEAR <= when.year <= LAST_YEAR else None


def _date_of(part: dict[str, str | None]) -> tuple[int, int, int] | None:
    year_text = part["year"] or ""
    year = int(year_text)
    if len(year_text) == 2:
        year += 2000 if year < 50 else 1900  # RFC 5322, 4.3
    if part.get("first") is not None:
        return _by_order(year, int(part["first"] or 0), int(part["then"] or 0), part["mark"] or "")
    month_text = part["month"] or ""
    month = int(month_text) if month_text.isdigit() else _MONTHS.get(month_text, 0)
    return (year, month, int(part["day"] or 0)) if month else None


def _by_order(year: int, first: int, then: int, mark: str) -> tuple[int, int, int] | None:
    """`25/12/2026` can be read in one way only, `03/04/2026` in two; with dots the day comes first everywhere."""
    if mark == "." or first > 12 or first == then:
        return year, then, first
    return (year, first, then) if then > 12 else None


def _clock_of(part: dict[str, str | None]) -> tuple[int, int, int, int] | None:
    """Days to add, hour, minute and second (60 for a leap second); None for a time that does not exist."""
    hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (part.get("half") or "").replace(".", "")
    named = part.get("part")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif (named in ("下午", "晚上", "午後", "오후") and hour < 12) or (named == "中午" and hour < 3):
        hour += 12
    elif named in ("上午", "凌晨", "早上", "午前", "오전") and hour == 12:
        hour = 0
    if hour == 24 and minute == second == 0:
        return 1, 0, 0, 0
    return (0, hour, minute, second) if hour < 24 and minute < 60 and second <= 60 else None


def _zone_at(name: str | None, zone: str | tzinfo | None, naive: datetime) -> tzinfo | None:
    """The time zone that holds; None if a zone is written that cannot be read."""
    if not name:
        return zone_of(zone)
    offset = re.fullmatch(r"(?:gmt|utc)?\s?([+\-])(\d{1,2}):?(\d{2})?", name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes > 14 * 60 or int(offset[3] or 0) > 59:
            return None
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    if zone is not None:
        local = zone_of(zone)
        for moment in (naive, naive.replace(month=1, day=1), naive.replace(month=7, day=1)):
            if (moment.replace(tzinfo=local).tzname() or "").casefold() == name:  # CST of a Chinese source is China's
                found = moment.replace(tzinfo=local).utcoffset()
                return timezone(found) if found is not None else None
    known = _ZONES.get(name)
    return timezone(timedelta(minutes=known)) if known is not None else None


def _han_date(match: re.Match[str]) -> str:
    digits = "".join(str("〇一二三四五六七八九".find(char)) for char in match[1].replace("零", "〇"))
    return f"{digits}年{_han_number(match[2])}月{_han_number(match[3])}日"


def _han_number(text: str) -> int:
    digit: Callable[[str], int] = "〇一二三四五六七八九".find
    if "十" not in text:
        return digit(text) if len(text) == 1 else 0
    tens, _, ones = text.partition("十")
    return (digit(tens) if tens else 1) * 10 + (digit(ones) if ones else 0)
