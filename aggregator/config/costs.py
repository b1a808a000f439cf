"""What a configuration asks of hosts with a quota, in calls an hour, and whether the quota allows it. Pure arithmetic.

Only what is certain is counted: a listing's first page at every poll, and the three requests of an `owner/repo` source.
Without a token GitHub's API is not called at all (Atom feeds and raw files are read instead).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from aggregator.config import values as v
from aggregator.model import Settings, Source

QUOTAS: Mapping[tuple[str, bool], int] = {
    ("github", True): 5000,  # points an hour for a token
    ("huggingface", False): 6000,  # 500 requests in five minutes for an address
    ("huggingface", True): 12000,  # 1,000 in five minutes for a free account
}
_VARIABLES = {"github": "GITHUB_TOKEN", "huggingface": "HF_TOKEN"}
_HOUR = timedelta(hours=1)
_INTERVALS = ("20m", "30m", "1h", "2h", "3h", "6h", "12h", "24h")
"""What is suggested: the first at which everything fits."""


def calls_an_hour(
    sources: Iterable[Source],
    hub: str,
    settings: Settings,
    at_least: timedelta = timedelta(0),
    followed: Collection[str] = (),
) -> float:
    """The calls of a hub's API that its enabled sources need in an hour at least.

    `at_least`: were all of them asked so far apart, those of `followed` labs hourly all the same.
    """
    needed = 0.0
    for source in sources:
        if source.kind == hub and source.enabled:
            least = min(at_least, _HOUR) if source.lab in followed else at_least
            calls = 3 if "repository" in source.options else 1
            needed += calls * (_HOUR / max(source.every or settings.poll_every, least))
    return needed


def refuse_costly(
    file: str,
    sources: Mapping[str, Source],
    settings: Settings,
    environ: Mapping[str, str] | None,
    followed: Collection[str] = (),
) -> None:
    """Raise ConfigurationError if a hub's sources need more calls than its quota has; it says what would fit."""
    for hub, variable in _VARIABLES.items():
        has_token = any((environ or {}).get(name, "").strip() for name in (variable, f"{variable}_FILE"))
        quota = QUOTAS.get((hub, has_token))
        needed = calls_an_hour(sources.values(), hub, settings)
        if quota is None or needed <= quota:
            continue
        fits = next(
            (
                every
                for every in _INTERVALS
                if calls_an_hour(sources.values(), hub, settings, v.duration("", every), followed) <= quota
            ),
            None,
        )
        told = f'set `every = "{fits}"` for ' if fits else "take some away; followed labs are asked every hour"
        which = "these labs" if fits in _INTERVALS[:3] else "the labs that are not followed"
        more = "" if has_token or (hub, True) not in QUOTAS else f", or set {variable}: with it the quota is larger"
        v.refuse(
            f"{file}: labs.*.{hub}",
            f"needs {needed:,.0f} calls an hour, the quota is {quota:,}: {told}{which if fits else ''}{more}",
            "quota_too_small",
        )
