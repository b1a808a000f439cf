"""The closed lists of the domain: kinds, statuses, openness, trust. Values only."""

from __future__ import annotations

ITEM_KINDS = ("release", "update", "rumour", "comparison", "howto", "business", "policy", "other")
STATUSES = ("rumoured", "announced", "available", "open")
"""A line's status in its order: each is further than the one before."""
OPENNESS = ("open-source", "open-weights", "closed", "unknown")
SOURCE_KINDS = ("feed", "page", "json", "github", "huggingface", "modelscope", "catalog")
ARTIFACT_KINDS = (
    "base", "instruct", "chat", "thinking", "distill", "quantized", "format",
    "finetune", "adapter", "reward", "embedding", "draft", "other",
)  # fmt: skip
POST_TRAINED = ("instruct", "chat", "thinking")
TRUST_HUB, TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR = 40, 30, 20, 10
"""How far a piece of evidence is believed: a hub's listing, the lab's own voice, the press, a rumour."""
TRUST_CORRECTION = 50
"""A person's word over ours."""
