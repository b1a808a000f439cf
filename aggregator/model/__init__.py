"""The nouns: what every floor passes to the next. Frozen values only; no I/O, no rules.

Times are aware and in UTC. Text in an `Entry` is as the source sent it (HTML allowed in `summary` and `content`);
text in an `Item` is clean plain text. Words are used as in docs/glossary.md. Rows of the database never leave
`aggregator/storage`: what comes out of it is made of these nouns.
"""

from aggregator.model.asking import Answer, Ask, Entry, Reading, Repository, Unchanged
from aggregator.model.configuration import Configuration, Family, Lab, Settings, Source, Subscriber
from aggregator.model.constants import (
    ARTIFACT_KINDS,
    ITEM_KINDS,
    OPENNESS,
    POST_TRAINED,
    SOURCE_KINDS,
    STATUSES,
    TRUST_CORRECTION,
    TRUST_HUB,
    TRUST_LAB,
    TRUST_PRESS,
    TRUST_RUMOUR,
)
from aggregator.model.delivery import Delivery, Message, Pending, Plan, SentDigest
from aggregator.model.material import LineChange, LineMaterial, Material
from aggregator.model.naming import ArtifactName, LineName
from aggregator.model.polling import Poll, PollCounts, RuleFacts, Showing
from aggregator.model.queries import ItemQuery, ReleaseQuery, StoryQuery
from aggregator.model.stored import (
    Artifact,
    Item,
    LineHistory,
    PollOutcome,
    Release,
    SourceRecord,
    SourceState,
    Step,
    Story,
    Validator,
)
from aggregator.model.understanding import Evidence, Labels, Prepared, Reason

__all__ = [
    "ARTIFACT_KINDS",
    "Answer",
    "Artifact",
    "ArtifactName",
    "Ask",
    "Configuration",
    "Delivery",
    "Entry",
    "Evidence",
    "Family",
    "ITEM_KINDS",
    "Item",
    "ItemQuery",
    "Lab",
    "Labels",
    "LineChange",
    "LineHistory",
    "LineMaterial",
    "LineName",
    "Material",
    "Message",
    "OPENNESS",
    "POST_TRAINED",
    "Pending",
    "Plan",
    "Poll",
    "PollCounts",
    "PollOutcome",
    "Prepared",
    "Reading",
    "Reason",
    "Release",
    "ReleaseQuery",
    "Repository",
    "SOURCE_KINDS",
    "STATUSES",
    "SentDigest",
    "Settings",
    "RuleFacts",
    "Showing",
    "Source",
    "SourceRecord",
    "SourceState",
    "Step",
    "Story",
    "StoryQuery",
    "Subscriber",
    "TRUST_CORRECTION",
    "TRUST_HUB",
    "TRUST_LAB",
    "TRUST_PRESS",
    "TRUST_RUMOUR",
    "Unchanged",
    "Validator",
]
