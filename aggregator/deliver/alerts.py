"""Alerts: what cannot wait for the digest, by mail and chat, outside the quiet hours.

An alert looks at the same items as the next digest and handles none of them: the digest tells them all the same. Each
thing is told once; a baseline is never alerted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator import faults, slots
from aggregator.deliver.planning import FORMS, Means, build, pack
from aggregator.digest import Digest, Entry, render
from aggregator.model import Pending, Plan, Subscriber

log = logging.getLogger(__name__)


def plan_alerts(means: Means) -> list[Plan]:
    """Plan an alert for each subscriber for whom something of `[alerts] when` has happened since the last look."""
    wanted = means.configuration.alerts
    if not wanted:
        return []
    now, store, made = means.now(), means.store, []
    means.register()
    for one in means.subscribers:
        if not (one.to or one.notify) or slots.is_within(now, one.quiet, means.timezone):
            continue
        key, seen = f"alerts:{one.name}", store.progress()
        if store.setting(key) == seen:
            continue
        planned = _plan(means, one, wanted, now)
        if planned is not None:
            made.append(planned)
        store.save_setting(key, seen)
        faults.at("alert.noted")
    return made


def _plan(means: Means, subscriber: Subscriber, wanted: tuple[str, ...], now: datetime) -> Plan | None:
    sources = [source.id for source in means.configuration.sources.values() if source.enabled]
    view = means.store.pending(subscriber.name, now, sources)
    if view is None:
        return None
    view = _without_baseline(view)
    digest = build(means, view, subscriber)
    chosen = [
        (entry, what) for entry in (*digest.releases, *digest.also, *digest.rumours) if (what := _what(entry, wanted))
    ]
    chosen = [(e, w) for e, w in chosen if f"alert:{w}" not in view.told.get(e.release.key, ())]
    if not chosen:
        return None
    alert = _only(digest, [entry for entry, _ in chosen])
    slot = now.astimezone(ZoneInfo(means.timezone)).date().isoformat()
    purpose = f"alert-{view.item_high}-{len(means.store.digests(subscriber.name, slot, None, 1000))}"
    plan = Plan(
        pending=view,
        slot=slot,
        slot_at=now,
        planned_at=now,
        since=view.since,
        until=now,
        language=alert.language,
        bodies={form: render(alert, form).encode() for form in FORMS},
        entries=tuple(sorted({(entry.release.key, f"alert:{what}") for entry, what in chosen})),
        messages=pack(means, alert, subscriber, slot, now, purpose),
        summary={"alert": [entry.release.line for entry, _ in chosen], "empty": False},
        purpose=purpose,
    )
    faults.at("alert.rendered")
    if means.store.commit_plan(plan) is None:
        return None
    faults.at("alert.committed")
    log.info("alert planned subscriber=%s lines=%s", subscriber.name, ", ".join(plan.summary["alert"]))
    return plan


def _without_baseline(view: Pending) -> Pending:
    material = view.material
    fresh = material.fresh or frozenset()
    kept = frozenset(i for i in fresh if i in material.items and not material.items[i].baseline)
    return replace(view, material=replace(material, fresh=kept))


def _what(entry: Entry, wanted: tuple[str, ...]) -> str | None:
    """Which of the wanted alerts an entry is, the strongest first."""
    release = entry.release
    is_out = release.status != "rumoured"
    holds = {
        "withdrawn": entry.change == "withdrawn",
        "new": is_out and entry.change == "new",
        "open": is_out and release.status == "open" and entry.change in ("new", "status"),
        "rumour": not is_out,
    }
    return next((what for what, it_is in holds.items() if it_is and what in wanted), None)


def _only(digest: Digest, entries: list[Entry]) -> Digest:
    return replace(
        digest,
        releases=tuple(e for e in entries if e.release.status != "rumoured"),
        rumours=tuple(e for e in entries if e.release.status == "rumoured"),
        also=(), peers=(), news=(), more_news=0, late=(), more_late=0,
    )  # fmt: skip
