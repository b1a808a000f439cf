"""What a configuration asks of hosts with a quota, in calls an hour, and whether the quota allows it. Pure arithmetic.

Only what is certain is counted: a listing's first page at every poll, and the three requests of an `owner/repo` source.
Without a token GitHub's API is not called at all (Atom feeds and raw files are read instead).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def calls_an_hour(sources: Iterable[Source], hub: str, settings: Settings) -> float:
    """The calls of a hub's API that its enabled sources need in an hour at least."""
    chosen = [source for source in sources if source.kind == hub and source.enabled]
    return sum(
        (3 if "repository" in source.options else 1) * (_HOUR / (source.every or settings.poll_every))
        for source in chosen
    )


def refuse_costly(
    file: str, sources: Mapping[str, Source], settings: Settings, environ: Mapping[str, str] | None
) -> None:
    """Raise ConfigurationError if a hub's sources need more calls than its quota has; it says what would fit."""
    for hub, variable in _VARIABLES.items():
        has_token = any((environ or {}).get(name, "").strip() for name in (variable, f"{variable}_FILE"))
        quota = QUOTAS.get((hub, has_token))
        if quota is None:
            continue
        needed = calls_an_hour(sources.values(), hub, settings)
        if needed > quota:
            v.refuse(
                f"{file}: labs.*.{hub}",
                f"expected at most {quota:,} calls an hour (the quota), but these need {needed:,.0f}; "
                f'take away some, or set `every = "{_longer(needed, quota)}"` for labs that are not followed',
                "quota_too_small",
            )


def _longer(needed: float, quota: int) -> str:
    """An interval in hours at which hourly sources would fit."""
    return f"{min(24, int(needed / quota) + 1)}h"
