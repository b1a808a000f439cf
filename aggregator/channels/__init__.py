"""Where a digest goes: one module a channel. Each packs a digest into messages and says whether one was taken."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from aggregator.channels.port import Channel, Keeps, Letter, Oversize, Refused, Secrets

__all__ = ["Channel", "Keeps", "Letter", "Oversize", "Refused", "Secrets", "channels"]


@cache
def channels() -> Mapping[str, Channel]:
    """Every channel by its name: a module of this package that has a CHANNEL is one, and nothing else need name it."""
    found: dict[str, Channel] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        channel = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CHANNEL", None)
        if channel is not None:
            found[channel.name] = channel
    return found
