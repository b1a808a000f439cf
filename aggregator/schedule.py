"""When a source is asked again, and when a message is tried again: pure arithmetic on times; no clock, no randomness.

Bounds follow the contract: an interval lies between 10 minutes and 24 hours, and a source of a followed lab is asked at
least hourly while it answers. Failures back off exponentially with jitter up to a day; a server's wish (max-age, Expires,
ttl, sy:updatePeriod) moves the time later within the bounds, a Retry-After or a quota's reset is never undercut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
FOLLOWED_AT_MOST = timedelta(hours=1)
WISH_AT_MOST = timedelta(hours=6)
"""A hint in a header or feed is a default of somebody's software more often than a wish: it counts only up to here."""
SLOWER, FASTER = 8, 2
"""How far a source without an interval of its own may move from the default, by how often it publishes."""
MOST_OVERRUNS, CALM_AFTER = 6, timedelta(days=1)
"""How often an interval is halved at most because a listing slid past, and after how long without that once less."""
_HUBS = frozenset({"github", "huggingface", "modelscope", "catalog"})


def interval_of(
    every: timedelta | None, default: timedelta, followed: bool, *, gap: timedelta | None = None, kind: str = "feed",
    overruns: int = 0,
) -> timedelta:  # fmt: skip
    """The interval of a source: its own, else the default adapted to the usual `gap` between what it publishes.

    About four polls fall into a gap, but never more than twice as often as the default nor less than an eighth as often;
    hubs publish by repositories, and their pace says nothing. Within the bounds, hourly at most for a followed lab's. Then
    half of it for each time that the listing slid past (`overruns`), but no interval that somebody wished, and none under
    the shortest.
    """
    wanted = every or default
    if every is None and gap is not None and kind not in _HUBS:
        wanted = min(max(gap / 4, default / FASTER), default * SLOWER)
    wanted = min(max(wanted, SHORTEST), LONGEST)
    wanted = min(wanted, FOLLOWED_AT_MOST) if followed else wanted
    return wanted if every is not None else max(wanted / 2**overruns, SHORTEST)


def next_poll_at(
    now: datetime,
    interval: timedelta,
    *,
    failures: int = 0,
    jitter: float = 0.0,
    not_before: datetime | None = None,
    wish: timedelta | None = None,
    followed: bool = False,
) -> datetime:
    """When to poll again. `failures` counts those in a row (0 after a success), `jitter` lies in [-1, 1] and moves the
    time by up to a tenth of the wait, but not under the shortest; `wish` is a server's hint,
    `not_before` its demand. In (now, now + 24 h]."""
    wait: timedelta = min(interval * int(2 ** min(failures, 12)), LONGEST)
    if wish is not None and failures == 0:
        wait = max(wait, min(wish, WISH_AT_MOST, FOLLOWED_AT_MOST if followed else LONGEST))
    least = min(wait, SHORTEST)
    wait = min(max(wait + wait * 0.1 * max(-1.0, min(1.0, jitter)), least), LONGEST)
    at = now + max(wait, timedelta(minutes=1))
    if not_before is not None:
        at = max(at, min(not_before, now + LONGEST))
    return at


def is_due(now: datetime, next_poll: datetime, retry: datetime | None) -> bool:
    """Whether it is time. A time more than a day ahead was written by a clock that has been set back since."""
    if retry is not None and now < retry <= now + 8 * LONGEST:
        return False
    return next_poll <= now or next_poll > now + LONGEST + timedelta(minutes=1)


# ------------------------------------------------------------------------------------------------------ what is learnt


def usual_gap(times: Sequence[datetime]) -> timedelta | None:
    """The median time between the latest 20 things that a source published; None where fewer than four have a time."""
    latest = sorted(set(times))[-20:]
    gaps = sorted(later - earlier for earlier, later in zip(latest, latest[1:]))
    return gaps[len(gaps) // 2] if len(gaps) >= 3 else None


def overrun(known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """`known` with one more time that a listing slid past between two polls."""
    return {"count": min(int(known.get("count", 0)) + 1, MOST_OVERRUNS), "at": now.isoformat()}


def calmed(known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """`known` with one time less where a day has passed since the last one, or since that was done; empty in the end."""
    if not known or now - datetime.fromisoformat(str(known["at"])) < CALM_AFTER:
        return dict(known)
    left = int(known["count"]) - 1
    return {"count": left, "at": now.isoformat()} if left > 0 else {}


def wish_of(headers: Mapping[str, str], minutes: object, now: datetime) -> timedelta | None:
    """How long a server says that its answer stays fresh: Cache-Control's max-age, else Expires, and the feed's own
    `minutes` (ttl, sy:updatePeriod); the longest of them. None where nothing is said."""
    found: list[timedelta] = []
    control = headers.get("cache-control", "").casefold()
    age = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", control)
    if "no-store" in control or "no-cache" in control:
        pass
    elif age:
        found.append(timedelta(seconds=int(age[1])))
    elif expires := headers.get("expires"):
        at, sent = _date(expires), _date(headers.get("date", "")) or now
        if at is not None:
            found.append(at - sent)
    if isinstance(minutes, int) and 0 < minutes < 10**6:
        found.append(timedelta(minutes=minutes))
    wished = max(found, default=timedelta(0))
    return wished if wished > timedelta(0) else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


SIGHTINGS = 3
SETTLED_AFTER = timedelta(hours=24)
PAUSE = timedelta(days=7)
"""A source that is gone is asked again once a week, in case it is back."""


def sighted(known: Mapping[str, Any], what: str, now: datetime) -> dict[str, Any]:
    """`known` with one more sighting of the same `what`; another value begins anew. Settled after three sightings that
    lie over 24 hours: `settled` is True then."""
    first = known.get("first") if known.get("what") == what else None
    count = int(known.get("count", 0)) + 1 if first else 1
    begun = datetime.fromisoformat(str(first)) if first else now
    settled = count >= SIGHTINGS and now - begun >= SETTLED_AFTER
    return {"what": what, "first": begun.isoformat(), "count": count, "settled": settled}


def address_of(url: str, moved: Mapping[str, Any]) -> str:
    """The address under which a source is asked: where it has moved for good, as long as sources.toml says the same."""
    return str(moved["now"]) if moved.get("now") and moved.get("from") == url else url


def moved(known: Mapping[str, Any], url: str, to: str | None, now: datetime) -> dict[str, Any]:
    """What is remembered of a source's address after an answer to `url` (as sources.toml says it): `to` is where only
    permanent redirects led. After three sightings over 24 hours it is asked there; former addresses are kept."""
    kept: dict[str, Any] = dict(known) if known.get("from") == url else {"from": url}
    if to is None or to == address_of(url, kept):
        kept.pop("seen", None)
        return kept if kept.get("now") else {}
    seen = sighted(kept.get("seen") or {}, to, now)
    if not seen["settled"]:
        return {**kept, "seen": seen}
    former = [*kept.get("former", ()), address_of(url, kept)]
    return {"from": url, "now": to, "former": former[-5:], "since": now.isoformat()}


# --------------------------------------------------------------------------------------------------- deliveries

GIVE_UP_AFTER = timedelta(days=3)
_WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 120, 240, 360))
_LEAST_TRIES, _MOST_TRIES = 6, 60


def next_try_at(now: datetime, attempts: int, created: datetime, *, careful: bool = False) -> datetime | None:
    """When a message is tried again after its `attempts`-th try failed; None: it is given up, after three days.

    `careful` (a login was refused) waits 15 minutes at least. A clock that jumps ahead gives up nothing at once: some
    tries are made whatever it says.
    """
    if attempts >= _MOST_TRIES or (attempts >= _LEAST_TRIES and now - created >= GIVE_UP_AFTER):
        return None
    wait = _WAITS[min(attempts, len(_WAITS)) - 1] if attempts > 0 else _WAITS[0]
    return now + (max(wait, _WAITS[2]) if careful else wait)
