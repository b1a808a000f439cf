"""When something is expected: words of three languages to a code, and a code with the day on which they were said to days.

A code is a unit and a number (`days`, `weeks`, `months`, `week+1`, `month+0`, `year+1`), a month with its part
(`2`, `early-2`, `mid-2`, `late-2`), a day of a month (`2-17`), a quarter (`q3`), `month-end`, `year-end` or `new-year`
(the Lunar New Year). Before a month, a day or a quarter may stand its year and a slash: `2027/1-31`, or `+1/1-31` for the
year after the one in which it was said. A `~` in front: nothing in its clause says that it is ahead. Pure.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
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
    r"(?: (?P<day>\d{1,2})(?!\d|[.:]\d|st century)(?:st|nd|rd|th)?)?\b"
    rf"|\b(?P<dayfr>\d{{1,2}})(?:er|st|nd|rd|th)? (?:of )?(?P<monthfr>{_NAMES}|march|mars|may)\b",
    _A,
)
_MONTH_ZH = re.compile(
    r"(?<![\d个])(?P<month>1[0-2]|[1-9])月(?:(?P<day>\d{1,2})[日号]|(?P<part>上旬|中旬|下旬|初|底|末))?(?!份?(?:的)?活)"
)
_MONTH_CN = re.compile(
    r"(?<![一二三四五六七八九十个])(?P<month>十[一二]?|[一二三四五六七八九])月(?:份)?(?P<part>上旬|中旬|下旬|初|底|末)?"
)
_YEAR = re.compile(
    r",? (?:of |de )?(20\d\d)\b"
    r"|,? (?:of )?(?:(?P<after>next year)|(?P<before>last year))\b"
    r"|,? (?:(?:de )?(?P<apres>l'an(?:nee)? prochaine?)|(?:de )?(?P<avant>l'an(?:nee)? (?:derniere?|passee?)))\b",
    _A,
)
"""The year behind a month, a day or a quarter."""
_YEAR_BEFORE = re.compile(
    r"(?:(20\d\d) ?年|(?P<after>明年|来年|次年)|(?P<before>去年|前年|上年)|(?P<same>今年)) ?(?:的)?第?$", _A
)
"""The same before them, in Chinese."""

_DONE_BEFORE = re.compile(r"\b(?:last|since|past|earlier in|back in|depuis)(?: le| the)? $|自(?:从)?$", _A)
_DONE_BEHIND = re.compile(
    r" (?:dernier|passe|ecoule)\b| ?(?:以来|起,?已)|(?: ?\d{1,2}:\d\d)? ?(?:报道|消息|讯|电(?!商)|获悉|发文)", _A
)
"""Words at a date by which it is no term: it is past, or the day of a report."""
_AHEAD = re.compile(
    r"\b(?:expect\w*|plan(?:s|ned|ning)?|due|slated|schedul\w+|will|would|shall|could|may|might|should|target\w*|aim\w*"
    r"|set (?:for|to)|delay\w*|postpon\w+|push(?:ed|es|ing)|slip(?:s|ped)?|hold(?:s)? off|tipped|rumou?red|anticipat\w+"
    r"|before|by|until|till|ahead of|no later than|as (?:soon|early) as|promis\w+|prepar\w+|ready|readies|next|coming"
    r"|upcoming|forthcoming|eye(?:s|d|ing)|puts?|pencil\w+|forecast\w*|pledg\w+|intend\w*|hopes?|on track"
    r"|arriv(?:e|es|ing)|launch(?:es)?|land(?:s)?|comes?|drops?|ships?|release(?:s)?|debuts?)\b"
    r"|\b(?:attendu\w*|prevu\w*|devrai\w+|doi(?:t|vent)|sera|seront|serai\w+|\w+r(?:a|ont|ait|aient)|prepare\w*|repouss\w+"
    r"|report(?:e|ee|es|ees|er|ait)|programme\w*|planifie\w*|d'ici|avant|pour|prochaine?s?|vise\w*|promet\w*|promis\w*"
    r"|esper\w+|envisag\w+|compte\w*|au plus t(?:ot|ard)|prevoi\w+|prevoyait|annonce pour|arrive\w*|sort(?:ent|ie)?)\b"
    r"|将|预计|计划|拟|有望|或(?!者)|预期|期待|定于|定在|定档|推迟|延期|延后|跳票|推到|推至|最快|最早|最晚|之前|以前|前后|前(?!一|任|代|身|沿)"
    r"|准备|筹备|打算|目标|会在|要在|传|预告|料|争取|即将|明年|下",
    _A,
)
"""A clause with one of these speaks of what is ahead."""
_FOLLOWING = re.compile(r"(?:\bnext $)| prochaine?\b", _A)
"""The first such day that is still to come (`next January`)."""
_DONE = re.compile(
    r"\b(?!(?:need|speed|feed|exceed|seed|breed|indeed|embed|named|called|based|said)\b)[a-z]{2,}ed\b"
    r"|\b(?:was|were|had|came|went|began|became|made|sold|built|gave|took|drew|won|lost|rose|fell|cut|met|stole|stood|ran"
    r"|brought|beat|wrote|sent|got|left|led|struck|hit)\b"
    r"|\b(?:a|ont|avait|avaient|est|sont|etait|etaient|fut|furent|s'est|se sont|s'etait)\b(?: \w+){0,2}? \w{2,}"
    r"(?:e|i|u|is|it|rt)e?s?\b"
    r"|\b(?:lance|publie|presente|devoile|sorti|paru|entre|cote|introduit|ouvert|annonce|cree|fonde|leve|acquis)e?s?"
    r" (?:\w+ ){0,3}?(?:le|en|au|depuis|fin|mi|debut)\b"
    r"|了(?!解)|已|曾|刚|过(?!程|度)|(?:发布|推出|上市|开源|上线|问世|成立|登场)的|时(?:发布|推出)",
    _A,
)
"""A clause with one of these, and none of those, tells what is done."""
_EDGE = re.compile(r"[,.;:!?|()\"]|\b(?:and|but|which|while|et|mais|qui)\b", _A)
BEHIND = timedelta(days=60)
"""A day without a year may be as long past as this when it is said; what ended before means the next such day."""
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
    for found in (*_MONTH.finditer(text), *_MONTH_ZH.finditer(text)):
        code = _exact_code(found)
        told = _told(text, found, code) if code else None
        if told is not None:
            return told
    return None


def _month(text: str) -> When | None:
    for found in _MONTH.finditer(text):
        sure = found["part"] or "in may" in text or "en mars" in text or "in march" in text
        if not found["month"] or found["day"] or (found["month"] in ("march", "mars", "may") and not sure):
            continue
        part = _PARTS[found["part"]] + "-" if found["part"] else ""
        told = _told(text, found, f"{part}{_MONTHS[found['month']]}")
        if told is not None:
            return told
    for pattern in (_MONTH_ZH, _MONTH_CN):
        for found in pattern.finditer(text):
            if pattern is _MONTH_ZH and found["day"]:
                continue
            part = _PARTS[found["part"]] + "-" if found["part"] else ""
            number = int(found["month"]) if pattern is _MONTH_ZH else _CN[found["month"]]
            told = _told(text, found, f"{part}{number}")
            if told is not None:
                return told
    return None


def _quarter(text: str) -> When | None:
    for found in _QUARTER.finditer(text):
        word = next(group for group in found.groups() if group)
        told = _told(text, found, f"q{_ORDINALS.get(word, 0) or int(word)}")
        if told is not None:
            return told
    return None


def _told(text: str, found: re.Match[str], code: str) -> When | None:
    """A named day with its year and whether its clause speaks of what is ahead; None where it is told as done."""
    begin, end = found.span()
    year = _YEAR.match(text, end)
    before = None if year is not None else _YEAR_BEFORE.search(text, max(0, begin - 8), begin)
    named = year or before
    if year is not None:
        end = year.end()
    elif before is not None:
        begin = before.start()
    groups = named.groupdict() if named is not None else {}
    if groups.get("before") or groups.get("avant"):
        return None
    if _DONE_BEFORE.search(text, max(0, begin - 16), begin) or _DONE_BEHIND.match(text, end):
        return None
    start = max((cut.end() for cut in _EDGE.finditer(text, 0, begin)), default=0)
    stop = next((cut.start() for cut in _EDGE.finditer(text, end)), len(text))
    clause = f"{text[start:begin]} {text[end:stop]}"
    following = _FOLLOWING.search(text, max(0, begin - 6), begin) or _FOLLOWING.match(text, end)
    ahead = following or groups.get("after") or groups.get("apres") or _AHEAD.search(clause)
    if not ahead and _DONE.search(clause):
        return None
    mark = "" if ahead else "~"
    if named is not None and named[1]:
        mark += f"{named[1]}/"
    elif groups.get("after") or groups.get("apres"):
        mark += "+1/"
    elif groups.get("same"):
        mark += "+0/"
    elif following:
        mark += "next/"
    return When(mark + code, text[begin:end])


_OUT = (
    re.compile(
        r"\b(?:released|launched|unveiled|published|introduced|debuted|announced|presented|shipped|open-sourced|came out|out"
        r"|available)(?: publicly| worldwide| as \w+| in \w+| to \w+)? (?:on |since )?$"
        r"|\b(?:sorti|lance|publie|presente|devoile|annonce|paru|disponible)e?s?(?: \w+){0,2}? (?:le|depuis le|du) $"
        r"|(?:发布|推出|开源|上线|问世)于$",
        _A,
    ),
    re.compile(r"(?:,|就|正式|首次|已|率先){0,2}(?:发布|推出|开源|上线|问世|亮相|登场)", _A),
)
"""What stands before a day that a text names as that of a release, and what stands behind a Chinese one."""
_NOT_YET = re.compile(
    r"\b(?:will|would|expect\w*|due|to be|plan(?:s|ned)?|not|devrait|sera|serait|prevu\w*|attendu\w*|pas)\b"
    r"|将|预计|计划|拟|未|或",
    _A,
)


def out_on(sentence: str) -> When | None:
    """The day of a month that a folded sentence names as that on which something came out; None where it says none."""
    if _NOT_YET.search(sentence):
        return None
    for found in (*_MONTH.finditer(sentence), *_MONTH_ZH.finditer(sentence)):
        begin, end = found.span()
        year, before = _YEAR.match(sentence, end), _YEAR_BEFORE.search(sentence, max(0, begin - 8), begin)
        begin, end = before.start() if before else begin, year.end() if year else end
        code, named = _exact_code(found), (year and year[1]) or (before and before[1])
        if code and (_OUT[0].search(sentence, 0, begin) or (not found[0].isascii() and _OUT[1].match(sentence, end))):
            return When(f"{named}/{code}" if named else code, sentence[begin:end])
    return None


def _exact_code(found: re.Match[str]) -> str:
    """The code of a match that has a day of a month; "" without one."""
    groups = found.groupdict()
    day = groups.get("day") or groups.get("dayfr")
    if not day or not 1 <= int(day) <= 31:
        return ""
    written = groups.get("month") or groups.get("monthfr") or ""
    return f"{_MONTHS.get(written) or int(written)}-{int(day)}"


def span(code: str, said: date) -> tuple[date, date] | None:
    """First and last day that a code means, said on a day; None for a code that this page does not know.

    A month, day or quarter without a year is the nearest that had not ended more than `BEHIND` before it was said.
    """
    ahead = {"days": 7, "weeks": 28, "months": 120}
    code = code.removeprefix("~")
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
    year, slash, named = code.rpartition("/")
    if slash:
        return _dated(year, named, said)
    unit, sign, number = code.partition("+")
    if sign:
        return _ahead(unit, int(number), said) if number.isdecimal() and len(number) <= 3 else None
    return next((days for days in _each(code, said) if days[1] >= said - BEHIND), None)


def past(code: str, said: date) -> tuple[date, date] | None:
    """First and last day that a named month, day or quarter means where it is told as done: the last that had begun."""
    year, slash, named = code.removeprefix("~").rpartition("/")
    if slash:
        return _dated(year, named, said)
    return next((days for days in reversed(list(_each(named, said))) if days[0] <= said), None)


def is_term(code: str, said: date) -> bool:
    """Whether a code can be a term: a day that was over when it was said, and that nothing calls expected, is none."""
    days = span(code, said) if code.startswith("~") else None
    return days is None or days[1] >= said


def _dated(year: str, code: str, said: date) -> tuple[date, date] | None:
    """The days of a code with its year: four digits, `+1`, or `next` for the first that is still to come."""
    if year == "next":
        return next((days for days in _each(code, said) if days[0] > said), None)
    if year.startswith("+") and year[1:].isdecimal() and len(year) == 2:
        return _named(code, said.year + int(year))
    return _named(code, int(year)) if year.isdecimal() and len(year) == 4 and year > "0000" else None


def _each(code: str, said: date) -> Iterator[tuple[date, date]]:
    """The days of a code in the years around the one in which it was said, earliest first."""
    for year in range(max(1, said.year - 1), said.year + 2):
        days = _named(code, year)
        if days is not None:
            yield days


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


def _named(code: str, year: int) -> tuple[date, date] | None:
    """A month, a part or a day of one, or a quarter, of a year; a day that its month lacks is its last."""
    if code.startswith("q") and code[1:] in ("1", "2", "3", "4"):
        return _quarter_of(year, int(code[1:]))
    found = re.fullmatch(r"(?:(early|mid|late)-)?(\d{1,2})(?:-(\d{1,2}))?", code)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    first, last = _month_of(year, int(found[2]))
    if found[3] is not None:
        exact = first.replace(day=min(int(found[3]), last.day)) if int(found[3]) else first
        return exact, exact
    parts = {"early": (1, 10), "mid": (11, 20), "late": (21, last.day)}
    begin, end = parts.get(found[1] or "", (1, last.day))
    return first.replace(day=begin), first.replace(day=end)


def _month_of(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _quarter_of(year: int, quarter: int) -> tuple[date, date]:
    return date(year, quarter * 3 - 2, 1), _month_of(year, quarter * 3)[1]
