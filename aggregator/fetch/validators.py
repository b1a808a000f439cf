"""Validators of conditional requests (RFC 9110, 13.1): which are worth keeping, and how they are sent back. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime

from aggregator.model import Answer, Validator

LONGEST = 1024


def conditional_headers(validator: Validator | None) -> dict[str, str]:
    """If-None-Match and If-Modified-Since for a stored validator, byte for byte as received; empty if there is none."""
    headers = {}
    if validator is not None:
        if _is_storable(validator.etag):
            headers["if-none-match"] = validator.etag or ""
        if _is_storable(validator.last_modified):
            headers["if-modified-since"] = validator.last_modified or ""
    return headers


def validator_of(answer: Answer, before: Validator | None = None, fetched_at: datetime | None = None) -> Validator:
    """What to store of an answer for the next request to the same URL.

    A header longer than 1 KiB or not printable ASCII is not kept. After a 304 the new headers replace the old ones of
    `before`; its hash, pages and the time of the last full answer stay.
    """
    etag = answer.headers.get("etag")
    modified = answer.headers.get("last-modified")
    etag = etag if _is_storable(etag) else None
    modified = modified if _is_storable(modified) else None
    if answer.not_modified:
        before = before or Validator()
        return Validator(
            etag or before.etag, modified or before.last_modified, before.body_hash, before.pages, before.fetched_at
        )
    return Validator(etag, modified, hashlib.sha256(answer.body).hexdigest(), (), fetched_at)


def _is_storable(value: str | None) -> bool:
    return bool(value) and value is not None and len(value) <= LONGEST and value.isascii() and value.isprintable()
