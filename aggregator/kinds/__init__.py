"""What kind an item is: release, update, rumour, comparison, howto, business, policy or other.

The headline decides, clause by clause from its beginning; the first sentences of the text only where the headline
says nothing. Within a clause the order of `_decide` holds; a release needs a line that the clause or the headline
speaks of. The words are in `understand.cues`, patterns in `understand.patterns`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from aggregator.kinds.clauses import Clause, Cue, clauses_of, language_of
from aggregator.mentions import SUMMARY, TITLE, Found, LabMention, LineMention
from aggregator.understand import patterns
from aggregator.understand.folding import is_chinese


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind, the rule that gave it, the words that fired it, and the clauses for whoever asks further."""

    kind: str
    rule: str
    words: str = ""
    clauses: tuple[Clause, ...] = ()
    categories: frozenset[str] = field(default_factory=frozenset)
    roundup: bool = False
    language: str = "en"


class _Context(NamedTuple):
    """What the headline and the lead name, for the rules that look at one clause."""

    found: Found
    named: bool
    lead_named: bool
    labs: bool


def kind_of(found: Found, lab: str | None = None, language: str | None = None) -> Verdict:
    """The kind of an item; `lab` is the lab whose own voice it is, `language` the source's (zh, en or fr)."""
    stranger = not (found.labs or found.lines or lab)
    if stranger and not patterns.FIELD.search(found.lows[TITLE]):
        return Verdict("other", "no-lab")
    spoken = language_of(found, language)
    title = clauses_of(found, TITLE, spoken)
    lead = clauses_of(found, SUMMARY, spoken)
    categories = frozenset(c.category for clause in title for c in clause.cues)
    named = any(_own(found, c) for c in title)
    lead_named = named or any(_own(found, c) for c in lead[:3])
    context = _Context(found, named, lead_named, any(m.part == TITLE for m in found.labs))
    verdict = _stranger(title) if stranger else _item(context, title, lead)
    roundup = verdict.rule == "roundup" or "roundup" in categories
    return Verdict(verdict.kind, verdict.rule, verdict.words, (*title, *lead), categories, roundup, spoken)


def _stranger(title: list[Clause]) -> Verdict:
    """An item of the field that names no lab: policy, or nothing to do with the labs."""
    for clause in title:
        for cue in clause.cues:
            if cue.category == "policy":
                return _told("policy", "policy-of-the-field", cue)
    return Verdict("other", "no-lab")


def _item(context: _Context, title: list[Clause], lead: list[Clause]) -> Verdict:
    """The steps in their order: roundups, denials, the headline's clauses, the lead, what is left."""
    verdict = (
        _roundup(context, title, lead)
        or _not_released(context, title)
        or _denied(context, title)
        or _own_form(context, title)
    )
    if verdict is not None:
        return verdict
    product: Verdict | None = None
    told: Clause | None = None
    presented = bool(title) and _own(context.found, title[0]) and not title[0].cues
    for clause in title:
        verdict = _decide(context, clause)
        if verdict is not None and verdict.rule == "update" and presented and verdict.words in patterns.WEAK_UPDATE:
            continue
        if verdict is not None and verdict.rule == "not-yet" and told is not None and _own(context.found, clause):
            return Verdict("release", "line-presented", context.found.quote(told.lines[0]))
        if verdict is not None and verdict.rule != "product":
            return verdict
        if told is None and _says_something(context.found, clause):
            told = clause
        product = product or verdict
    if product is None:
        verdict = _from_lead(context, lead)
        if verdict is not None:
            return verdict
    if product is not None:
        model = patterns.PRODUCT.search(context.found.lows[TITLE])
        if model is not None and context.lead_named:
            return Verdict("release", "a-model-presented", product.words)
        return Verdict("update" if context.lead_named else "other", "product-without-a-line", product.words)
    return _left(context, title)


def _roundup(context: _Context, title: list[Clause], lead: list[Clause]) -> Verdict | None:
    """Several releases in one item."""
    cues = {c.category: c for clause in title for c in clause.cues}
    if cues.keys() & {"comparison", "policy", "business"}:
        return None
    lines = {m.line.key for clause in title for m in clause.lines}
    everywhere = {m.line.key for m in context.found.lines}
    if "roundup" in cues and (len(lines) > 1 or len(everywhere) > 2):
        return _told("release", "roundup", cues["roundup"])
    said = next((c for clause in lead for c in clause.cues if c.category == "roundup"), None)
    if said is not None and len(everywhere) > 2 and not lines:
        return _told("release", "roundup", said)
    return None


def _not_released(context: _Context, title: list[Clause]) -> Verdict | None:
    """A headline that says that a line is not released, or that it will do something."""
    found = context.found
    lowered = found.lows[TITLE]
    for clause in title:
        for cue in clause.cues:
            if cue.category != "release" or not context.named:
                continue
            if patterns.NEGATED.search(lowered, max(0, cue.start - 8), cue.start):
                return _told("rumour", "not-released", cue)
        for mention in clause.lines:
            will = patterns.WILL.match(lowered, mention.end)
            if will is not None:
                return Verdict("rumour", "will", will.group().strip())
    return None


def _denied(context: _Context, title: list[Clause]) -> Verdict | None:
    """A headline that says that a line is not so, or comes later."""
    if not context.named or not title or _release_cue(context.found, title[0]) or _has(title, "policy"):
        return None
    for clause in title:
        denial = _first(clause, "denial")
        if denial is not None:
            return _told("rumour", "denied-or-delayed", denial)
    return None


def _own_form(context: _Context, title: list[Clause]) -> Verdict | None:
    """What the form of a name or of the headline tells: a line on a machine, a quantised copy, somebody's own trial."""
    found = context.found
    lowered = found.lows[TITLE]
    lines = [m for m in found.lines if m.part == TITLE and (m.part, m.start) not in found.peers]
    for mention in lines:
        machine = patterns.ON_A_MACHINE.match(lowered, mention.end)
        if machine is not None:
            return Verdict("howto", "on-a-machine", machine.group().strip())
    doing = patterns.DOING.match(lowered)
    if (
        lines
        and doing is not None
        and lines[0].start > doing.end()
        and not _has(title, "policy")
        and not _background(title)
    ):
        tested = doing.lastgroup == "test" or _has(title, "comparison")
        return Verdict("comparison" if tested else "howto", "doing-something-with-it", doing.group())
    if lines and patterns.TRIED.search(found.texts[TITLE]):
        return Verdict("comparison", "first-person", "I")
    if patterns.FIRST_PERSON.match(lowered) and lines:
        if len({m.line.key for m in lines}) > 1 or _has(title, "comparison"):
            return Verdict("comparison", "first-person", lowered[:12])
        return Verdict("howto", "first-person", lowered[:12])
    if len(lines) == 1 and patterns.COPY_FORM.search(lowered, lines[0].start, lines[0].end):
        others = {m.lab for m in found.labs if m.part == TITLE} - {lines[0].line.lab}
        if not others and not _has(title, "howto"):
            return Verdict("update", "another-form-of-a-line", found.quote(lines[0]))
    return None


def _decide(context: _Context, clause: Clause) -> Verdict | None:
    """What one clause of the headline tells, or None."""
    found = context.found
    here = _own(found, clause)
    release = None if clause.question else _release_cue(found, clause) or _new(found, clause)
    first = release if release is not None and here else None
    policy = _first(clause, "policy")
    if policy is None and not here and (state := _first(clause, "state")) is not None:
        policy = next((c for c in clause.cues if c.word in patterns.RESTRICTS), None) and state
    if policy is not None and not _before(first, policy):
        return _told("policy", "policy", policy)
    lowered = found.lows[clause.part][clause.start : clause.end]
    about_model = context.named or here or patterns.PRODUCT.search(lowered) is not None
    denial = _first(clause, "denial")
    overcome = denial is not None and _before(first, denial) and not is_chinese(denial.word)
    if denial is not None and about_model and not overcome:
        return _told("rumour", "denied-or-delayed", denial)
    rumour = _first(clause, "rumour")
    if rumour is not None and about_model and _expects(clause, rumour, first):
        business = _first(clause, "business")
        if business is None or here or release is not None:
            return _told("rumour", "not-yet", rumour)
    taken = next((c for c in clause.cues if c.word in patterns.TAKES_IN), None)
    if taken is not None and here and _by_its_lab(found, clause, taken):
        return _told("update", "taken-into-a-product", taken)
    verdict = _use_or_test(found, clause, release, about_model)
    if verdict is not None:
        return verdict
    other = _first(clause, "other")
    if other is not None and other.word in patterns.STRONG_OTHER and not _before(first, other):
        return _told("other", "background", other)
    business = _first(clause, "business")
    if business is not None and not _before(first, business):
        return _told("business", "business", business)
    update = _first(clause, "update")
    if update is not None and update.word in patterns.FORM_WORDS and not about_model:
        update = None
    if update is not None and not (release and context.named and release.start < update.start):
        return _told("update", "update", update)
    chips = _first(clause, "chips")
    if chips is not None and not context.named and release is None:
        return _told("business", "chips", chips)
    if release is not None:
        return _released(found, clause, release) if here or context.named else _told("release", "product", release)
    if other is not None:
        return _told("other", "background", other)
    if clause.question and here and patterns.IS_IT.search(lowered):
        return Verdict("rumour", "question", lowered.strip())
    return None


def _official(found: Found, clause: Clause) -> bool:
    return patterns.OFFICIAL.search(found.lows[clause.part], clause.start, clause.end) is not None


def _use_or_test(found: Found, clause: Clause, release: Cue | None, about_model: bool) -> Verdict | None:
    """How-tos and comparisons."""
    comparison = _first(clause, "comparison")
    if comparison is not None and release is None and len({m.line.key for m in clause.lines}) > 1:
        return _told("comparison", "comparison", comparison)
    howto = _first(clause, "howto")
    if howto is not None and howto.word in patterns.QUANTS and _official(found, clause):
        return _told("update", "official-form", howto)
    if howto is not None and howto.word == "how we" and not about_model:
        return None
    if howto is not None and (release is None or howto.word in patterns.STRONG_HOWTO or howto.start == release.start):
        return _told("howto", "howto", howto)
    if comparison is not None and release is None and about_model:
        return _told("comparison", "comparison", comparison)
    return None


def _from_lead(context: _Context, lead: list[Clause]) -> Verdict | None:
    """What the first sentences tell where the headline told nothing; of a named line only what is sure."""
    for clause in lead[:3]:
        verdict = _decide(context, clause)
        if verdict is None or verdict.rule == "product":
            continue
        if context.named:
            sure = (
                verdict.kind in ("release", "policy")
                or (verdict.kind == "rumour" and (verdict.words in patterns.STRONG_RUMOUR or is_chinese(verdict.words)))
                or (verdict.kind == "howto" and verdict.words in patterns.STRONG_HOWTO)
            )
            if not sure:
                continue
        elif not clause.lines and (verdict.kind == "release" or not context.labs):
            continue
        return Verdict(verdict.kind, "lead-" + verdict.rule, verdict.words)
    return None


def _left(context: _Context, title: list[Clause]) -> Verdict:
    """A headline that names a line and tells nothing else presents it; a question does not."""
    if not context.named:
        state = next((c for clause in title for c in clause.cues if c.category == "state"), None)
        return _told("policy", "a-state", state) if state is not None else Verdict("other", "nothing-told")
    lines = {m.line.key for c in title for m in c.lines}
    if any(c.question for c in title):
        return Verdict("comparison" if len(lines) > 1 else "other", "question")
    if len(lines) > 1 and patterns.DUEL.search(context.found.lows[TITLE]):
        return Verdict("comparison", "duel")
    first = next(c for c in title if _own(context.found, c))
    lowered = context.found.lows[TITLE]
    modal = next((m for line in first.lines if (m := patterns.MODAL.match(lowered, line.end))), None)
    if modal is not None:
        said = patterns.SAID.search(lowered)
        return Verdict("rumour" if said else "other", "supposed", modal.group().strip())
    return Verdict("release", "line-presented", context.found.quote(first.lines[0]))


def _released(found: Found, clause: Clause, release: Cue) -> Verdict:
    """A release, or somebody else's offer of a line."""
    own = {m.line.lab for m in clause.lines} or {m.line.lab for m in found.lines if m.part == TITLE}
    title = [m for m in found.labs if m.part == TITLE]
    before = {m.lab for m in title if clause.part == TITLE and clause.start <= m.start < release.start}
    outside = {m.lab for m in title if not _in_line(found, m)}
    if before and not before & own and not outside & own:
        return _told("howto", "offered-by-another", release)
    return _told("release", "released", release)


def _expects(clause: Clause, rumour: Cue, release: Cue | None) -> bool:
    """Whether a word of expectation governs the clause: always in Chinese, else unless a release was told before it."""
    if release is None or rumour.start <= release.start:
        return True
    return is_chinese(rumour.word) or rumour.word in patterns.STRONG_RUMOUR


def _release_cue(found: Found, clause: Clause) -> Cue | None:
    """The first word of release that is neither negated nor a time (`发布后`, `after the launch`)."""
    lowered = found.lows[clause.part]
    for cue in clause.cues:
        if cue.category != "release":
            continue
        if patterns.NEGATED.search(lowered, max(0, cue.start - 8), cue.start):
            continue
        if patterns.PAST_TIME.match(lowered, cue.end):
            continue
        if cue.word == "出炉" and patterns.NO_PRODUCT.search(lowered, clause.start, cue.start):
            continue
        return cue
    return None


def _by_its_lab(found: Found, clause: Clause, cue: Cue) -> bool:
    """Whether the lab of the clause's line is named before a word."""
    own = {m.line.lab for m in clause.lines}
    return any(m.part == clause.part and clause.start <= m.start < cue.start and m.lab in own for m in found.labs)


def _new(found: Found, clause: Clause) -> Cue | None:
    """A line called new (`Alibaba's new Qwen3-Next model`)."""
    lowered = found.lows[clause.part]
    for mention in clause.lines:
        if patterns.FORMS.match(lowered, mention.end):
            continue
        new = patterns.NEW.search(lowered, max(clause.start, mention.start - 16), mention.start)
        if new is not None:
            return Cue("release", new.start(), mention.start, new.group().strip())
    return None


def _background(title: list[Clause]) -> bool:
    return any(c.word in patterns.STRONG_OTHER for clause in title for c in clause.cues)


def _says_something(found: Found, clause: Clause) -> bool:
    """Whether a clause says something of its own line (`Seedance 2.0 dazzles`) instead of only listing it."""
    if not _own(found, clause) or clause.question:
        return False
    rest, position = [], clause.start
    for mention in clause.lines:
        rest.append(found.lows[clause.part][position : mention.start])
        position = max(position, mention.end)
    rest.append(found.lows[clause.part][position : clause.end])
    return patterns.SAYING.search(" ".join(rest[1:])) is not None


def _told(kind: str, rule: str, cue: Cue) -> Verdict:
    return Verdict(kind, rule, cue.word)


def _first(clause: Clause, category: str) -> Cue | None:
    return next((c for c in clause.cues if c.category == category), None)


def _has(clauses: list[Clause], category: str) -> bool:
    return any(c.category == category for clause in clauses for c in clause.cues)


def _before(release: Cue | None, other: Cue) -> bool:
    return release is not None and release.start < other.start


def _own(found: Found, clause: Clause) -> bool:
    """Whether a clause names a line otherwise than for comparison."""
    return any((m.part, m.start) not in found.peers for m in clause.lines)


def _in_line(found: Found, mention: LabMention | LineMention) -> bool:
    return any(m.part == mention.part and m.start <= mention.start < m.end for m in found.lines)
