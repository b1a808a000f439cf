"""From typed facts to sentences that read like a person's, in the reader's language.

Every clause stands for one fact of the entry; a fact that is unknown gives no clause, and a word of a closed list that
no catalogue has is left out rather than shown in a foreign language. What rests on somebody's word carries the voice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from aggregator import openness
from aggregator.digest.entries import Dispute, Entry, Said
from aggregator.digest.phrases import NNBSP, Phrases, local_day
from aggregator.model import Release

NAMES = 3
"""Names of added repositories that are written out."""
_SIZES, _FORMATS = 4, 4
_DECIMAL = re.compile(r"\d{1,9}(?:\.\d{1,6})?")
MODALITIES = ("text", "code", "image", "video", "audio", "speech", "music", "3d", "robotics")
"""In the order in which they are named."""
_VOICES = 5


def summary(entry: Entry, say: Phrases, timezone: str, *, full: bool = True) -> str:
    """One to three sentences: what changed, what the model is, and (`full`) its sizes, parts and history."""
    sentences = []
    if entry.change == "correction" and entry.detail[1] == "-":
        return say.sentence([say("change.correction_gone")])
    if entry.release.status == "rumoured":
        told = [say.sentence(change(entry, say, timezone))] if entry.change == "correction" else []
        return say.paragraph([*told, rumour(entry, say, timezone)])
    if entry.change != "new":
        sentences.append(say.sentence(change(entry, say, timezone)))
    if full or entry.change in ("new", "status", "licence", "withdrawn"):
        sentences.append(say.sentence(what(entry.release, say, entry.called_by)))
    if full:
        sentences.append(say.sentence(specifications(entry.release, say), "semicolon"))
    if entry.change == "new":
        sentences.append(say.sentence(history(entry, say, timezone), "semicolon"))
    return say.paragraph(sentences)


def at_home(entry: Entry, say: Phrases, timezone: str) -> str:
    """What it takes to run a model at home, and where it can be called for how much; "" where nothing is known."""
    clauses = []
    home = entry.home
    if home.size:
        size = say.size(home.size)
        clauses.append(say("download" if home.exact else "download_at_most", size=size))
    if home.formats:
        clauses.append(say("formats", formats=_formats(home.formats, say, timezone)))
    home_words = say("clause").join(clauses)
    others = say("formats_others", formats=_formats_of_others(home.others, say, timezone)) if home.others else ""
    return say.sentence([home_words, others, *offers(entry, say)], "semicolon")


def _formats_of_others(formats: Sequence[tuple[str, datetime | None, str]], say: Phrases, timezone: str) -> str:
    """Formats by who made them, and since when: `GGUF (unsloth, since 12 February 2026)`."""
    made: dict[tuple[str, date | None], list[str]] = {}
    for label, since, maker in formats[:_FORMATS]:
        made.setdefault((maker, local_day(since, timezone) if since else None), []).append(label)
    told = []
    for (maker, day), labels in made.items():
        notes = [maker, *([say("since", date=say.day(day))] if day else [])]
        told.append(say.list(labels) + say("brackets", words=say("clause").join(notes)))
    return say("clause").join(told)


def _formats(formats: Sequence[tuple[str, datetime | None]], say: Phrases, timezone: str) -> str:
    """Formats by the day since when there is each: `safetensors, and since 12 February 2026 GGUF and MLX`."""
    days: dict[date | None, list[str]] = {}
    for label, since in formats[:_FORMATS]:
        days.setdefault(local_day(since, timezone) if since else None, []).append(label)
    told: list[str] = []
    for day, labels in sorted(days.items(), key=lambda pair: (pair[0] is not None, pair[0] or date.min)):
        names = say.list(labels)
        key = "format_and_since" if told else "format_since"
        told.append(names if day is None else say(key, format=names, date=say.day(day)))
    return say("clause").join(told)


def offers(entry: Entry, say: Phrases) -> list[str]:
    """The price where it is lowest, or else the places where a model can be called."""
    if not entry.offers:
        return []
    first = entry.offers[0]
    if first.price_in and first.price_out:
        prices = {"input": _price(first.price_in, say), "output": _price(first.price_out, say)}
        return [say("price", **prices, source=first.source)]
    return [say("hosted", places=say.list([one.source for one in entry.offers]))]


def _price(written: str, say: Phrases) -> str:
    """A price as the language writes numbers."""
    return say.number(float(written) if "." in written else int(written)) if _DECIMAL.fullmatch(written) else written


def whole_summary(entry: Entry, say: Phrases, timezone: str) -> str:
    """The summary with the headline that tells of an update or rumour: quoted, with its source and its language."""
    words = summary(entry, say, timezone)
    if entry.news is None:
        return words
    foreign = foreign_language(entry.news.language, say)
    notes = say("clause").join([entry.news.source, *([say("in_language", language=foreign)] if foreign else [])])
    quoted = say("quoted", words=entry.news.title) + say("brackets", words=notes)
    return say.paragraph([words, quoted + say("stop")])


def foreign_language(language: str | None, say: Phrases) -> str:
    """The name of a language that is not the reader's; "" for the reader's own or an unknown one."""
    if not language or language == say.language:
        return ""
    return say.word("language", language) or say("language.other")


def what(release: Release, say: Phrases, called_by: str | None = None) -> list[str]:
    """What a model is: openness, modalities, what can be done with it now, and the licence with what it allows.

    `called_by` is whose word it is that it is open source: "" the lab's own, else an outlet's, None unknown.
    """
    modalities = say.words("modality", sorted(release.modalities, key=_modality))
    model = say("model_of", modalities=say.list(modalities)) if modalities else say("model")
    clauses = [say(f"what.{release.openness}", model=model), state(release, say)]
    if release.licence:
        clauses.append(licence(release, say))
    elif release.status == "open":
        clauses.append(say("no_licence"))
    if release.open.get("training_code") is False and release.open.get("training_data") is False:
        clauses.append(say("not_published"))
    said = str(release.open.get("lab_says") or "")
    if said and said != release.openness and say.word("openness", said):
        key = "called" if called_by is None else "called_by" if called_by else "lab_says"
        clauses.append(say(key, openness=say.word("openness", said), source=called_by or ""))
        unknown = release.open.get("training_code") is None and release.open.get("training_data") is None
        if said == "open-source" and unknown:
            clauses.append(say("none_known"))
    return clauses


def state(release: Release, say: Phrases) -> str:
    """What can be done with the model now."""
    if release.status == "open":
        gated = release.open.get("weights") == "gated"
        return say("state.gated") if gated else "" if release.openness == "open-weights" else say("state.open")
    special = f"state.{release.status}.{release.openness}"
    return say(special if say.known(special) else f"state.{release.status}")


def licence(release: Release, say: Phrases) -> str:
    """The licence by its common name, whether the OSI approves it, and what it allows."""
    name = licence_name(release)
    notes = [] if release.osi is None else [say("osi" if release.osi else "not_osi")]
    notes += say.words("commercial", [str(release.open.get("commercial", "unknown"))])
    if not notes:
        return say("licence", licence=name)
    return say("licence_notes", licence=name, notes=say("clause").join(notes))


def licence_name(release: Release) -> str:
    """The SPDX name of a licence that has one, else the licence as written (a modified MIT always by its English name)."""
    if not release.licence:
        return ""
    if _MODIFIED_MIT.match(release.licence):
        return "modified MIT"
    return openness.licence(release.licence).spdx or release.licence


_MODIFIED_MIT = re.compile(r"修改版? ?MIT|MIT modifi", re.IGNORECASE)
"""What Chinese and French texts call it."""


def specifications(release: Release, say: Phrases) -> list[str]:
    """Sizes (or parameters), context, architecture and what the model is made for."""
    clauses = []
    if len(release.sizes) > _SIZES:
        first, last = release.sizes[0], release.sizes[-1]
        clauses.append(say("sizes_range", n=len(release.sizes), first=first, last=last))
    elif release.sizes:
        clauses.append(say("sizes", n=len(release.sizes), sizes=say.list(release.sizes)))
    elif release.params_total and release.params_total >= 1_000_000:
        total = say.amount(release.params_total)
        if release.params_active:
            clauses.append(say("parameters_active", total=total, active=say.amount(release.params_active)))
        else:
            clauses.append(say("parameters", total=total))
    if release.context:
        clauses.append(say("context", n=release.context))
    clauses.append(say("comma").join(say.words("architecture", release.architecture)))
    # a video model is made for video, and what sees images for vision: its modalities said so
    said = {"video"} & set(release.modalities) | ({"vision"} if "image" in release.modalities else set())
    capabilities = say.words("capability", [name for name in release.capabilities if name not in said])
    clauses.append(say("made_for", capabilities=say.list(capabilities)) if capabilities else "")
    return [clause for clause in clauses if clause]


def history(entry: Entry, say: Phrases, timezone: str) -> list[str]:
    """The day it came out (of a longer time), as what a generation did, since when it had been rumoured and expected."""
    clauses: list[str] = []
    if entry.siblings:
        names = [_tier(name, entry.release.generation) for name in entry.siblings]
        clauses.append(say("generation_as", generation=entry.release.generation, names=say.list(names)))
    if entry.rumoured_at is not None and entry.rumoured_at < entry.at:
        days = (local_day(entry.at, timezone) - local_day(entry.rumoured_at, timezone)).days
        if days > 0:
            clauses.append(say("history.rumoured", n=days, date=say.day(entry.rumoured_at, timezone)))
    day = [say("came", date=say.day(entry.came_at, timezone))] if entry.came_at is not None else []
    return [*day, *clauses, *([was_expected(entry, say)] if clauses else [])]


def _tier(name: str, generation: str) -> str:
    """What tells a line from its generation (`Pro` of `DeepSeek-V4-Pro`), else its name."""
    rest = name[len(generation) :].strip(" -") if name.casefold().startswith(generation.casefold()) else ""
    return rest or name


def was_expected(entry: Entry, say: Phrases) -> str:
    """For when a line that is out had been expected, by whom, and whether that came true; "" where nobody said."""
    told = entry.expected or {}
    when, outcome = _when(told, say), say.word("outcome", str(told.get("outcome") or ""))
    if not when or not outcome:
        return ""
    by = str(told.get("said_by") or "")
    if by:
        return say("had_expected", when=when, said_by=by, outcome=outcome)
    return say("had_expected_unnamed", when=when, outcome=outcome)


def _when(told: Mapping[str, Any], say: Phrases) -> str:
    """A stretch of days for which something is expected."""
    first, last = _date(told.get("from")), _date(told.get("to"))
    if last is None:
        return ""
    if first is None or first == last:
        return say("expected.by", date=say.day(last))
    return say("expected.between", first=say.day(first), last=say.day(last))


def change(entry: Entry, say: Phrases, timezone: str) -> list[str]:
    """What changed about a line that was told before."""
    if entry.change == "status":
        words = say(f"change.status.{entry.release.status}")
        if entry.before and entry.before_at:
            since = say(f"since.{entry.before}", date=say.day(entry.before_at, timezone))
            words += say("brackets", words=since)
        return [words]
    if entry.change == "update" and entry.before and entry.before_at and entry.before != "rumoured":
        return [say("change.update"), say(f"since.{entry.before}", date=say.day(entry.before_at, timezone))]
    if entry.change == "artifacts":
        number = len(entry.added)
        if not number:
            return [say("change.update")]
        if number <= NAMES:
            return [
                say("change.artifacts_named", n=number, names=say("comma").join(link.title for link in entry.added))
            ]
        return [say("change.artifacts", n=number)]
    return [_detailed(entry, say) or say(f"change.{entry.change}")]


def _detailed(entry: Entry, say: Phrases) -> str:
    """A change with what it was before and what it is now; "" where that is not known."""
    before, after, source = entry.detail
    if entry.change == "price" and before and after:
        pairs = [_pair(price, say) for price in (before, after)]
        return say("change.price_from", before=pairs[0], after=pairs[1], source=source) if all(pairs) else ""
    if entry.change == "correction" and before and after:
        return say("change.correction_from", before=_corrected(before, say), after=_corrected(after, say))
    if entry.change in ("licence", "renamed") and before and after:
        shown = [openness.licence(name).spdx or name if entry.change == "licence" else name for name in (before, after)]
        return say(f"change.{entry.change}_from", before=shown[0], after=shown[1])
    if entry.change == "deprecated" and _date(after):
        return say("change.deprecated_on", date=_spoken_date(after, say))
    if entry.change == "withdrawn":
        return say("change.withdrawn_from", source=source) if source else say("change.withdrawn_hub")
    return ""


def _pair(price: str, say: Phrases) -> str:
    first, _, second = price.partition("/")
    return say("price_pair", input=_price(first, say), output=_price(second, say)) if second else ""


def _corrected(told: str, say: Phrases) -> str:
    """`status open` in the reader's language."""
    what, _, value = told.partition(" ")
    return say.word(what, value) or openness.licence(value).spdx or value


def rumour(entry: Entry, say: Phrases, timezone: str) -> str:
    """Since when a line that is not out is rumoured, and for when it is expected."""
    since = say("rumoured_since", date=say.day(entry.rumoured_at or entry.at, timezone))
    told = any(one.about == "expected" for one in entry.said)  # said below, with its voice
    made = say.words("capability", entry.release.capabilities)
    words = [say("state.rumoured"), since, "" if told else expected(entry.release, say)]
    return say.sentence([*words, say("said_made_for", capabilities=say.list(made)) if made else ""])


def expected(release: Release, say: Phrases) -> str:
    """For when a line is expected, with who says so; "" where nobody does."""
    told = release.expected or {}
    when = _when(told, say)
    if not when:
        return ""
    words = say("expected", when=when)
    outcome = say.word("outcome", str(told.get("outcome") or ""))
    notes = [note for note in (str(told.get("said_by") or ""), outcome) if note]
    return words + say("brackets", words=say("comma").join(notes)) if notes else words


def said(entry: Entry, say: Phrases) -> list[tuple[Said, str]]:
    """What rests on somebody's word, each as words with its voice; several dates of one voice are one sentence."""
    told: list[tuple[Said, str]] = []
    done: set[Said] = set()
    for one in entry.said:
        if one in done or not spoken(one.about, say):
            continue
        mine = [o for o in entry.said if (o.about, o.voice, o.name) == (one.about, one.voice, one.name)]
        same = mine if one.about == "expected" else []
        done |= set(same)
        told.append((one, claim(one, say, same or [one])))
    return told[:_VOICES]


def spoken(about: str, say: Phrases) -> bool:
    """Whether the catalogue has words for what a claim is about; others are in the JSON only."""
    return about == "comparison" or say.known(f"claim.{about.removeprefix('training ')}")


_RELATIONS = {">": "claim.better", "≈": "claim.level", "<": "claim.behind"}


def claim(one: Said, say: Phrases, same: Sequence[Said] = ()) -> str:
    """One claim with its voice: `trained on Huawei Ascend (according to Zhipu)`."""
    about = one.about.removeprefix("training ")
    if about in ("expected", "date"):
        dates = [say.word("expected", o.value) or _spoken_by(o.value, say, about) for o in same or (one,)]
        value = say.either(list(dict.fromkeys(dates)))
    else:
        value = say.word("hardware", one.value) or _number(one.value, say)
    sign, _, peer = one.value.partition(" ")
    if about == "comparison":
        words = say(_RELATIONS.get(sign, "claim.level"), value=peer or one.value)
    elif say.known(f"claim.{about}"):
        words = say(f"claim.{about}", value=value)
    else:
        words = say("claim.other", about=one.about, value=value)
    voice = one.voice if say.known(f"voice.{one.voice}") else "press"
    whose = say(f"voice.{voice}_named", name=one.name) if one.name else say(f"voice.{voice}")
    if one.via and one.via != one.name and len(same) < 2:
        whose = say("via", voice=whose, name=one.via)
    return words + say("brackets", words=say.spaced(whose))


def _spoken_by(value: str, say: Phrases, about: str) -> str:
    """A date on which something is said to come."""
    day = _date(value)
    if day is None:
        return say("quoted", words=value)
    return say("expected.by", date=say.day(day)) if about == "expected" else say.day(day)


def dispute(one: Dispute, say: Phrases) -> str:
    """Who disputes a line, and about what: `disputed by Disney and Netflix (copyright)`."""
    about = say.word("topic", one.about)
    by = say.list(one.by)
    return say("dispute_about", by=by, about=about) if about else say("dispute", by=by)


def brief(release: Release, say: Phrases) -> str:
    """A line's state in a few words: openness or status, licence, largest size."""
    known = release.openness != "unknown"
    words = [say.word("openness", release.openness) if known else say.word("status", release.status)]
    if known and release.status == "announced":
        words.append(say.word("status", "announced"))
    words += say.words("modality", [m for m in sorted(release.modalities, key=_modality) if m != "text"])[:2]
    if release.licence:
        words.append(licence_name(release))
    words += release.sizes[-1:]
    return say("comma").join(word for word in words if word)


def _modality(name: str) -> tuple[int, str]:
    """The place of a modality in a list of them: what a reader expects first."""
    return (MODALITIES.index(name) if name in MODALITIES else len(MODALITIES), name)


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _spoken_date(value: str, say: Phrases) -> str:
    day = _date(value)
    return say.day(day) if day else say("quoted", words=value)


def _number(value: str, say: Phrases) -> str:
    """A plain number or percentage as the language writes numbers; anything else as it stands."""
    if re.fullmatch(r"-\d{1,3}%", value):
        return f"−{value[1:-1]}{NNBSP if say.language == 'fr' else ''}%"
    return say.number(int(value)) if re.fullmatch(r"\d{1,15}", value) else value
