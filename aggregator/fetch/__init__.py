"""The only place that opens a connection: an `Ask` becomes an `Answer`, or a FetchError that says where and why.

It never reads a body's meaning, never stores anything, and never reaches a private address that is not listed.
"""

from aggregator.fetch.client import Fetcher, HostCounts
from aggregator.fetch.dialling import Dialer, Resolver, dial, resolve
from aggregator.fetch.guard import Guard, is_public
from aggregator.fetch.limits import Limits
from aggregator.fetch.quota import Quota
from aggregator.fetch.redact import detail_of, escape, redact, secret_forms
from aggregator.fetch.validators import validator_of

__all__ = [
    "Dialer", "Fetcher", "Guard", "HostCounts", "Limits", "Quota", "Resolver", "detail_of", "dial", "escape",
    "is_public", "redact", "resolve", "secret_forms", "validator_of",
]  # fmt: skip
