"""What a host lets us ask for: reads Retry-After and rate-limit headers, keeps a quota per host, says when to ask again.

Times in answers are taken relative to the answer's own Date, never to our clock (either may be wrong), and clamped:
a host cannot silence itself for more than a day, nor a quota for more than an hour. Pure: no I/O, `now` is an argument.
Follows RFC 9110 (Retry-After), GitHub's X-RateLimit-*, and draft-ietf-httpapi-ratelimit-headers as Hugging Face sends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from aggregator.errors import Deferred

LONGEST_WAIT = timedelta(hours=24)
LONGEST_WINDOW = timedelta(hours=1)
SECONDARY_WAIT = timedelta(seconds=60)
SAFETY = timedelta(seconds=1)
_SAME_WINDOW = timedelta(seconds=5)
_EPOCH_FROM = 1_000_000_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ITEM = re.compile(r'\s*"?([^";,]*)"?\s*((?:;\s*[a-z]+\s*=\s*[^;,]+)+)', re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Quota:
    """What is known of one host's quota. reset_at: when `remaining` is full again; held_until: no request before that."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    held_until: datetime | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, times as ISO 8601."""
        return {
            "limit": self.limit,
            "remaining": self.remaining,
            "reset_at": self.reset_at.isoformat() if self.reset_at else None,
            "held_until": self.held_until.isoformat() if self.held_until else None,
            "reason": self.reason,
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Quota:
        """The quota that `to_json` wrote; a field that is missing or unreadable counts as unknown."""
        return Quota(
            limit=_whole(stored.get("limit")),
            remaining=_whole(stored.get("remaining")),
            reset_at=_time(stored.get("reset_at")),
            held_until=_time(stored.get("held_until")),
            reason=str(stored.get("reason") or ""),
        )


def answered_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """An answer's Date, or `now` if it has none that can be read."""
    return _http_date(headers.get("date", "")) or now


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long Retry-After asks to wait, within [0, 24 h]; None if it is missing or junk."""
    raw = headers.get("retry-after", "").strip()
    if not raw:
        return None
    if _NUMBER.fullmatch(raw):
        return _clamped(timedelta(seconds=min(float(raw), 1e8)), LONGEST_WAIT)
    date = _http_date(raw)
    return None if date is None else _clamped(date - answered_at(headers, now), LONGEST_WAIT)


def read_quota(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """The quota that an answer's headers state, or None if they state none. `reset_at` is at most an hour away."""
    if "ratelimit" in headers:
        return _structured_quota(headers["ratelimit"], headers.get("ratelimit-policy", ""), now)
    for prefix in ("x-ratelimit-", "ratelimit-"):
        remaining = _number(headers.get(prefix + "remaining"))
        if remaining is None:
            continue
        reset = _number(headers.get(prefix + "reset"))
        limit = _number(headers.get(prefix + "limit"))
        until = None
        if reset is not None:
            until = timedelta(seconds=min(reset, 1e8))
            if reset >= _EPOCH_FROM:
                until = timedelta(seconds=min(reset, 1e11) - answered_at(headers, now).timestamp())
        return Quota(
            limit=None if limit is None else int(limit),
            remaining=max(0, int(remaining)),
            reset_at=None if until is None else now + _clamped(until, LONGEST_WINDOW),
        )
    return None


def wait_of_refusal(headers: Mapping[str, str], now: datetime, strikes: int) -> timedelta:
    """How long to wait after a 403 or 429 that a limit caused (GitHub's rule, which suits others too).

    Retry-After if given; else, with nothing remaining, until the reset; else 60 s, doubled for each of `strikes`
    refusals before this one, at most an hour.
    """
    asked = retry_after(headers, now)
    if asked is not None:
        return asked
    growing = _clamped(SECONDARY_WAIT * 2 ** min(strikes, 10), LONGEST_WINDOW)
    quota = read_quota(headers, now)
    if quota is not None and quota.remaining == 0 and quota.reset_at is not None:
        return max(quota.reset_at - now + SAFETY, growing if quota.reset_at <= now else SAFETY)
    return growing


class Ledger:
    """The quotas of all hosts during one Fetcher's life. Keys are `site_of` a URL. One event loop owns it."""

    def __init__(self, quotas: Mapping[str, Quota], budgets: Mapping[str, int]) -> None:
        """budgets: how many points (requests; a free 304 costs none) may still be spent on a host in this run."""
        self._quotas = dict(quotas)
        self._budgets = dict(budgets)
        self._in_flight: dict[str, int] = {}
        self._strikes: dict[str, int] = {}

    def admit(self, site: str, now: datetime) -> None:
        """Count one request to `site` as begun, or raise Deferred with the time from which it may be tried.

        Requests in flight count against what remains, so that two at once do not share the last point.
        """
        quota = self._quotas.get(site)
        in_flight = self._in_flight.get(site, 0)
        if quota is not None:
            if quota.held_until is not None and quota.held_until > now:
                raise _deferred(site, quota.held_until, quota.reason or "the host asked to wait")
            remaining = 1 if quota.remaining is None else quota.remaining - in_flight
            if remaining <= 0 and quota.reset_at is not None and quota.reset_at > now:
                raise _deferred(site, quota.reset_at + SAFETY, f"its quota of {quota.limit or '?'} requests is used up")
        if self._budgets.get(site, 1) <= 0:
            until = (
                quota.reset_at if quota is not None and quota.reset_at is not None and quota.reset_at > now else None
            )
            raise _deferred(site, until or now + LONGEST_WINDOW, "this run's share of its quota is used up")
        if site in self._budgets:
            self._budgets[site] -= 1
        self._in_flight[site] = in_flight + 1

    def settle(self, site: str, headers: Mapping[str, str] | None, *, free: bool, now: datetime) -> None:
        """Count a request as ended. headers: its answer's, None if there was none. free: it cost no point."""
        self._in_flight[site] = max(0, self._in_flight.get(site, 0) - 1)
        if free and site in self._budgets:
            self._budgets[site] += 1
        stated = read_quota(headers, now) if headers is not None else None
        if stated is None:
            return
        known = self._quotas.get(site, Quota())
        remaining = stated.remaining
        if known.remaining is not None and remaining is not None and _is_same_window(known, stated):
            remaining = min(known.remaining, remaining)  # answers may arrive in another order than they were counted
        self._quotas[site] = replace(stated, remaining=remaining, held_until=known.held_until, reason=known.reason)

    def hold(self, site: str, until: datetime, reason: str) -> None:
        """No request to `site` before `until` (at most an hour from now is for the caller to see to)."""
        known = self._quotas.get(site, Quota())
        self._quotas[site] = replace(known, held_until=max(until, known.held_until or until), reason=reason)

    def strikes(self, site: str) -> int:
        """How often a limit refused a request since the last success."""
        return self._strikes.get(site, 0)

    def strike(self, site: str) -> None:
        """Count a refusal by a limit."""
        self._strikes[site] = self.strikes(site) + 1

    def forgive(self, site: str) -> None:
        """A request succeeded: the next refusal waits the short time again."""
        self._strikes.pop(site, None)

    def absorb(self, quotas: Mapping[str, Quota]) -> None:
        """Take over what another process learnt: the later window, within one the least that remains, the longest hold."""
        for site, told in quotas.items():
            known = self._quotas.get(site)
            if known is None:
                self._quotas[site] = told
                continue
            holds = [one for one in (known, told) if one.held_until is not None]
            held = max(holds, key=lambda one: one.held_until or _LONG_AGO, default=known)
            if _is_same_window(known, told):
                counts = [one.remaining for one in (known, told) if one.remaining is not None]
                window = replace(known, remaining=min(counts, default=None))
            else:
                window = max(known, told, key=lambda one: one.reset_at or _LONG_AGO)
            self._quotas[site] = replace(window, held_until=held.held_until, reason=held.reason)

    def state(self) -> dict[str, dict[str, Any]]:
        """All quotas as plain JSON values by host."""
        return {site: quota.to_json() for site, quota in sorted(self._quotas.items())}


def _deferred(site: str, until: datetime, why: str) -> Deferred:
    return Deferred(f"{site}: {why}; not before {until:%Y-%m-%dT%H:%M:%SZ}", code="quota_used_up", retry_at=until)


def _structured_quota(raw: str, policy: str, now: datetime) -> Quota | None:
    """`"api";r=0;t=55`; of several the one with the least remaining. `t` is seconds from the answer on."""
    best: Quota | None = None
    for name, parameters in _ITEM.findall(raw[:1000]):
        values = dict(part.strip().lower().split("=", 1) for part in parameters.split(";") if "=" in part)
        remaining, seconds = _number(values.get("r")), _number(values.get("t"))
        if remaining is None or (best is not None and (best.remaining or 0) <= remaining):
            continue
        until = None if seconds is None else now + _clamped(timedelta(seconds=min(seconds, 1e8)), LONGEST_WINDOW)
        limit = re.search(rf'"{re.escape(name)}"[^,]*;\s*q=(\d{{1,9}})', policy[:1000])
        best = Quota(limit=int(limit[1]) if limit else None, remaining=max(0, int(remaining)), reset_at=until)
    return best


def _is_same_window(known: Quota, stated: Quota) -> bool:
    if known.reset_at is None or stated.reset_at is None:
        return False
    return abs(known.reset_at - stated.reset_at) <= _SAME_WINDOW


def _clamped(wait: timedelta, most: timedelta) -> timedelta:
    return min(max(wait, timedelta(0)), most)


def _number(raw: str | None) -> float | None:
    return float(raw) if raw is not None and _NUMBER.fullmatch(raw := raw.strip()) else None


def _http_date(raw: str) -> datetime | None:
    if not raw or len(raw) > 60:
        return None
    try:
        date = parsedate_to_datetime(raw)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _whole(stored: Any) -> int | None:
    return stored if isinstance(stored, int) and not isinstance(stored, bool) else None


def _time(stored: Any) -> datetime | None:
    try:
        date = datetime.fromisoformat(stored)
    except (TypeError, ValueError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
