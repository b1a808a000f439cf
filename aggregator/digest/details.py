"""What an entry says beside its change: prices, what it takes to run a model, the words of others. Pure.

Text of others is made one clean line here, and links are http(s) only, so that no rendering can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aggregator import grounds, releases
from aggregator.digest.entries import Dispute, Home, Offer, Said
from aggregator.digest.links import HUBS, Link, distance, language_of, link, tidy, title_of
from aggregator.digest.window import Window
from aggregator.labs import chinese_name, short_name
from aggregator.model import TRUST_LAB, Artifact, Item, Lab, LineMaterial, Material, Release, Showing
from aggregator.running import formats_since, smallest_of

_TELLING = frozenset({"update", "rumour"})


def tidied(release: Release) -> Release:
    """The release with the words that came from outside as one clean line each."""
    licence = tidy(release.licence, 80) if release.licence else None
    return replace(
        release,
        line=tidy(release.line, 80) or release.lab,
        generation=tidy(release.generation, 80),
        licence=licence,
        open={**release.open, "licence": licence},
        modalities=tuple(tidy(name, 20) for name in release.modalities),
        claims=tuple({k: tidy(v) if isinstance(v, str) else v for k, v in claim.items()} for claim in release.claims),
        sizes=tuple(tidy(size, 20) for size in release.sizes),
    )


def detail(change: str | None, fresh: Sequence[Showing], window: Window) -> tuple[str, str, str]:
    """Before, after and source of a change that a piece of evidence tells (a catalogue's)."""
    for showing in reversed(fresh):
        facts = dict(showing.facts)
        if facts.get("change") == change:
            source = title_of(showing.source, window.sources)
            return tidy(facts.get("before", ""), 80), tidy(facts.get("after", ""), 80), source
    return "", "", ""


def expectation(known: LineMaterial, kin: Sequence[Showing], window: Window) -> Mapping[str, Any] | None:
    """What was expected of a line that is new, or of its generation, told by a rumour before it came."""
    shown = [s for s in (*known.showings, *kin) if window.covers(s.at)]
    found = releases.derive(known.line, "", shown, ())
    return found.expected if found is not None else None


def offers(shown: Sequence[Showing], window: Window) -> tuple[Offer, ...]:
    """The catalogues that list a line, each once, cheapest first, those without a price last."""
    found: dict[str, Offer] = {}
    for showing in shown:
        if showing.rule == "catalogue-model":
            facts, source = dict(showing.facts), title_of(showing.source, window.sources)
            found.setdefault(source, Offer(source, facts.get("price_in", ""), facts.get("price_out", "")))
    return tuple(sorted(found.values(), key=lambda o: (not o.price_in, float(o.price_in or 0), o.source)))


def called_by(shown: Sequence[Showing], artifacts: Sequence[Artifact], window: Window) -> str | None:
    """Whose word `open.lab_says` is: "" for the lab's own page, else the source's title; None where nobody says it."""
    ground = grounds.grounds_of(shown, artifacts).get("lab_says")
    if ground is None:
        return None
    item = window.material.items.get(ground.item or "")
    own = ground.trust is not None and ground.trust >= TRUST_LAB
    return "" if own else title_of(item.source, window.sources) if item is not None else None


def home(release: Release) -> Home:
    """What it takes to run a line at home: from the lab's own repositories, and the formats that only others have."""
    smallest = smallest_of(release)
    first = min((s.at for s in release.timeline if s.status == "open"), default=None)

    def since(artifact: Artifact) -> datetime | None:
        later = artifact.created is not None and first is not None and artifact.created - first > timedelta(days=1)
        return artifact.created if later else None

    own = {label: since(artifact) for label, artifact in formats_since(release)}
    others = [
        (label, since(artifact), tidy(artifact.id.partition("/")[0], 40))
        for label, artifact in formats_since(release, first_party=False)
        if label not in own
    ]
    size, exact = smallest or (None, True)
    return Home(size, exact, tuple(own.items()), tuple(others) if first is not None else ())


def added(known: LineMaterial, material: Material) -> tuple[Link, ...]:
    """The lab's own repositories that came in the window, oldest first."""
    fresh = material.fresh
    came = [
        a
        for a in known.artifacts
        if a.created
        and a.first_party
        and (material.since <= a.created < material.until if fresh is None else a.item in fresh)
    ]
    made = [
        link("weights", a.url, a.id, HUBS.get(a.hub, a.hub), None)
        for a in sorted(came, key=lambda a: (a.created, a.id))
    ]
    return tuple(one for one in made if one is not None)


def news_of_line(items: Sequence[Item], window: Window) -> Link | None:
    """The item that tells of an update or a rumour best: of that kind first, in the reader's language if it can be."""
    for item in sorted(items, key=lambda i: (i.kind not in _TELLING, distance(i.language, window.language))):
        made = link("story", item.url, item.title, title_of(item.source, window.sources), language_of(item))
        if made is not None and made.title:
            return made
    return None


_ABOUT = ("expected", "training hardware", "languages", "score", "training cost", "running cost", "comparison")
"""What people's words are about, in the order in which they are told."""


def said(release: Release, window: Window) -> tuple[Said, ...]:
    """What rests on somebody's word, by what it is about; the same word of the same voice once."""
    told: dict[tuple[str, ...], Said] = {}
    for claim in release.claims:
        about, value, voice, name = (tidy(str(claim.get(key) or ""), 80) for key in ("about", "value", "voice", "name"))
        name = voice_name(voice, name, window.labs, window.language)
        came = about == "expected" and release.status != "rumoured"  # then its outcome is told, with the rumour's date
        if about and value and not came:
            via = tidy(str(claim.get("via") or ""), 60)
            told.setdefault((about, value, voice, name), Said(about, value, voice, name, _link_to(claim, window), via))
    place = {about: number for number, about in enumerate(_ABOUT)}
    return tuple(sorted(told.values(), key=lambda one: (place.get(one.about, len(place)), one.about)))


def voice_name(voice: str, name: str, labs: Mapping[str, Lab], language: str) -> str:
    """How the reader's language calls whoever speaks: a lab by its Chinese name in Chinese, all others as they are."""
    if language != "zh" or voice != "lab" or not name:
        return name
    return next((chinese_name(lab) or name for lab in labs.values() if short_name(lab) == name), name)


def disputes(release: Release, window: Window) -> tuple[Dispute, ...]:
    """Who contests what: all names of one subject together, each with where it stands."""
    told: dict[str, dict[str, Link | None]] = {}
    for one in release.disputes:
        names = told.setdefault(tidy(str(one.get("about") or ""), 60), {})
        for name in one.get("by") or ():
            names.setdefault(tidy(str(name), 60), _link_to(one, window))
    return tuple(Dispute(tuple(names), about, tuple(names.values())) for about, names in told.items() if names)


def _link_to(told: Mapping[str, Any], window: Window) -> Link | None:
    item = window.material.items.get(str(told.get("item")))
    if item is None:
        return None
    return link("story", item.url, item.title, title_of(item.source, window.sources), language_of(item))
