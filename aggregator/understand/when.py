"""When something is expected: words of three languages to a code, and a code with the day on which they were said to days.

A code is a unit and a number (`days`, `weeks`, `months`, `week+1`, `month+0`, `year+1`), a month with its part
(`2`, `early-2`, `mid-2`, `late-2`), a day of a month (`2-17`), a quarter (`q3`), `month-end`, `year-end` or `new-year`
(the Lunar New Year). Pure.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from aggregator.understand.matching import Prefilter

_A = re.ASCII
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january janvier", "february fevrier", "march mars", "april avril", "may mai", "june juin", "july juillet",
         "august aout", "september septembre", "october octobre", "november novembre", "december decembre"), 1)
    for name in names.split()
}  # fmt: skip
_NAMES = "|".join(name for name in _MONTHS if name not in ("march", "may", "mars"))
LUNAR_NEW_YEAR = {
    year: date.fromisoformat(f"{year}-{day}")
    for year, day in enumerate(("02-10", "01-29", "02-17", "02-06", "01-26", "02-13", "02-03"), 2024)
}  # fmt: skip

_FIXED: dict[str, tuple[str, ...]] = {
    "days": (
        r"\b(?:with)?in (?:the (?:coming|next) |a few |coming |several )?days\b|\bdays away\b|\bany day\b",
        r"\bdans les (?:tout )?prochains jours\b|\b(?:d'ici )?quelques jours\b",
        r"(?:数|几|近|未来(?:数|几))(?:天|日)(?:内|之内)?|日内(?!瓦)|不日|近日|这几天",
    ),
    "weeks": (
        r"\b(?:with)?in (?:the (?:coming|next) |a few |coming |several |a matter of )?(?:few )?weeks\b|\bweeks away\b",
        r"\b(?:dans les|les|au cours des) prochaines semaines\b|\bquelques semaines\b",
        r"(?:数|几|未来(?:数|几)|等几)(?:周|个星期|星期)(?:内)?",
    ),
    "months": (
        r"\b(?:with)?in (?:the (?:coming|next) |a few |coming )?months\b|\bprochains mois\b|\bquelques mois\b",
        r"(?:数|几|未来(?:数|几))个?月(?:内)?",
    ),
    "month-end": (
        r"\bend of (?:the|this) month\b|\b(?:d'ici |a |avant )?la fin du mois\b|\bfin du mois\b",
        r"(?<!\d)月底|本月底|本月末|(?<!\d)月末",
    ),
    "year-end": (
        r"\bby year[- ]end\b|\bend of (?:the|this) year\b|\bbefore year[- ]end\b|\bthis year\b",
        r"\bfin de l'annee\b|\bcette annee\b|(?<!\d)年底|年内|今年",
    ),
    "new-year": (
        r"\b(?:lunar|chinese) new year\b|\bspring festival\b|\bnouvel an (?:lunaire|chinois)\b",
        r"春节|除夕|农历新年|新春",
    ),
    "week+1": (r"\bnext week\b|\b(?:la )?semaine prochaine\b|下周|下星期",),
    "week+0": (r"\b(?:later )?this week\b|\bcette semaine\b|本周|这周",),
    "month+1": (r"\bnext month\b|\b(?:le )?mois prochain\b|下月|下个月",),
    "month+0": (r"\b(?:later )?this month\b|\bce mois(?:-ci)?\b|本月",),
    "year+1": (r"\bnext year\b|\bl'annee prochaine\b|\bl'an prochain\b|明年",),
    "quarter+1": (r"\bnext quarter\b|\bau trimestre prochain\b|下季度|下个季度",),
    "tomorrow": (r"\btomorrow\b|\bdemain\b|明天|明日",),
}
"""Code -> patterns; the first code that fits wins."""
_FIXED_PATTERNS = tuple((code, re.compile("|".join(patterns), _A)) for code, patterns in _FIXED.items())
_PARTS = {
    "early": "early", "debut": "early", "mid": "mid", "mi": "mid", "late": "late", "fin": "late", "end of": "late",
    "上旬": "early", "初": "early", "中旬": "mid", "下旬": "late", "底": "late", "末": "late",
}  # fmt: skip
_MONTH = re.compile(
    r"\b(?:(?P<part>early|mid|late|end of|debut|mi|fin)[- ])?"
    rf"(?P<month>{_NAMES}|march|mars|may(?= \d)|(?<=mid-)may|(?<=in )may)"
    r"(?: (?P<day>\d{1,2})(?!\d|[.:]\d|st century))?\b"
    rf"|\b(?P<dayfr>\d{{1,2}})(?:er)? (?P<monthfr>{_NAMES}|mars)\b",
    _A,
)
_MONTH_ZH = re.compile(
    r"(?<![\d年个])(?P<month>1[0-2]|[1-9])月(?:(?P<day>\d{1,2})[日号]|(?P<part>上旬|中旬|下旬|初|底|末))?(?!份?(?:的)?活)"
)
_MONTH_CN = re.compile(
    r"(?<![一二三四五六七八九十个])(?P<month>十[一二]?|[一二三四五六七八九])月(?:份)?(?P<part>上旬|中旬|下旬|初|底|末)?"
)
_CN = {c: n for n, c in enumerate("一二三四五六七八九", 1)} | {"十": 10, "十一": 11, "十二": 12}
_QUARTER = re.compile(
    r"\bq([1-4])\b|第?([一二三四1-4])季度|\b([1-4])(?:er|e|eme) trimestre\b|\b(first|second|third|fourth) quarter\b", _A
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}


_LETTERS = {
    "fixed": "day week month year spring tomorrow quarter trimestre jour semaine mois annee demain l'an nouvel"
    " 周 月 天 日 年 春 除夕 星期 季度",
    "month": "月",
    "quarter": "quarter 季度 trimestre q1 q2 q3 q4",
}
_MAY = Prefilter(
    [
        *((some, rule) for rule, letters in _LETTERS.items() for some in letters.split()),
        *((name, "month") for name in _MONTHS),
    ]
)


class When(NamedTuple):
    """A code and the words that gave it."""

    code: str
    words: str


def read(text: str) -> When | None:
    """The first expectation of time in a folded text; a more exact one wins over a vague one."""
    called = _MAY.rules(text)
    for reader, rule in ((_exact, "month"), (_month, "month"), (_quarter, "quarter"), (_fixed, "fixed")):
        found = reader(text) if rule in called else None
        if found is not None:
            return found
    return None


def _fixed(text: str) -> When | None:
    for code, pattern in _FIXED_PATTERNS:
        found = pattern.search(text)
        if found is not None:
            return When(code, found.group())
    return None


def _exact(text: str) -> When | None:
    found = next((m for m in _MONTH.finditer(text) if m["day"] or m["dayfr"]), None)
    if found is not None:
        return When(
            f"{_MONTHS[found['month'] or found['monthfr']]}-{int(found['day'] or found['dayfr'])}", found.group()
        )
    chinese = next((m for m in _MONTH_ZH.finditer(text) if m["day"]), None)
    return When(f"{chinese['month']}-{int(chinese['day'])}", chinese.group()) if chinese is not None else None


def _month(text: str) -> When | None:
    found = next(
        (
            m
            for m in _MONTH.finditer(text)
            if m["month"] not in ("march", "mars", "may")
            or m["part"]
            or "in may" in text
            or "en mars" in text
            or "in march" in text
        ),
        None,
    )
    if found is not None and found["month"]:
        part = _PARTS[found["part"]] + "-" if found["part"] else ""
        return When(f"{part}{_MONTHS[found['month']]}", found.group())
    chinese = _MONTH_ZH.search(text)
    if chinese is not None:
        part = _PARTS[chinese["part"]] + "-" if chinese["part"] else ""
        return When(f"{part}{int(chinese['month'])}", chinese.group())
    numeral = _MONTH_CN.search(text)
    if numeral is not None:
        part = _PARTS[numeral["part"]] + "-" if numeral["part"] else ""
        return When(f"{part}{_CN[numeral['month']]}", numeral.group())
    return None


def _quarter(text: str) -> When | None:
    found = _QUARTER.search(text)
    if found is None:
        return None
    word = next(group for group in found.groups() if group)
    return When(f"q{_ORDINALS.get(word, 0) or int(word)}", found.group())


def span(code: str, said: date) -> tuple[date, date] | None:
    """First and last day that a code means, said on a day; None for a code that this page does not know."""
    ahead = {"days": 7, "weeks": 28, "months": 120}
    if code in ahead:
        return said, said + timedelta(days=ahead[code])
    if code == "tomorrow":
        return said + timedelta(days=1), said + timedelta(days=1)
    if code == "month-end":
        return said, _month_of(said.year, said.month)[1]
    if code == "year-end":
        return said, date(said.year, 12, 31)
    if code == "new-year":
        days = [day for day in LUNAR_NEW_YEAR.values() if day >= said - timedelta(days=15)]
        return (min(days) - timedelta(days=7), min(days) + timedelta(days=7)) if days else None
    unit, sign, number = code.partition("+")
    if sign:
        return _ahead(unit, int(number), said) if number.isdecimal() and len(number) <= 3 else None
    return _named(code, said)


def _ahead(unit: str, number: int, said: date) -> tuple[date, date] | None:
    if unit == "week":
        monday = said - timedelta(days=said.weekday()) + timedelta(weeks=number)
        return max(monday, said), monday + timedelta(days=6)
    if unit == "month":
        year, month = divmod(said.year * 12 + said.month - 1 + number, 12)
        first, last = _month_of(year, month + 1)
        return max(first, said), last
    if unit == "year":
        return max(date(said.year + number, 1, 1), said), date(said.year + number, 12, 31)
    if unit == "quarter":
        place = said.year * 4 + (said.month - 1) // 3 + number
        return _quarter_of(place // 4, place % 4 + 1)
    return None


def _named(code: str, said: date) -> tuple[date, date] | None:
    """A month, a part or a day of one, or a quarter: the next such one."""
    found = re.fullmatch(r"(?:(early|mid|late)-)?(\d{1,2})(?:-(\d{1,2}))?", code)
    if code.startswith("q") and code[1:].isdigit():
        first, last = _quarter_of(said.year, int(code[1:]))
        return (first, last) if last >= said else _quarter_of(said.year + 1, int(code[1:]))
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    part, month, day = found[1], int(found[2]), found[3]
    year = said.year + (month < said.month)
    first, last = _month_of(year, month)
    if day is not None:
        exact = first.replace(day=min(int(day), last.day)) if int(day) else first
        return exact, exact
    parts = {"early": (1, 10), "mid": (11, 20), "late": (21, last.day)}
    begin, end = parts.get(part or "", (1, last.day))
    return first.replace(day=begin), first.replace(day=end)


def _month_of(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _quarter_of(year: int, quarter: int) -> tuple[date, date]:
    return date(year, quarter * 3 - 2, 1), _month_of(year, quarter * 3)[1]
