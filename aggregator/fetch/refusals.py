"""Tells what an answer that is no success means: which code, and when the host may be asked again. Pure.

Never follows, retries or works around a refusal: a challenge is reported, not solved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.errors import Deferred, FetchError
from aggregator.fetch.quota import read_quota, retry_after, wait_of_refusal

SUCCESSES = (200, 203)
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT_REDIRECTS = (301, 308)
AUTH_BACK_OFF = timedelta(hours=1)
CHALLENGE_BACK_OFF = timedelta(hours=1)

_CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action", "x-vercel-mitigated", "x-datadome-cid")
_CHALLENGE_MARKS = re.compile(
    rb"challenge-platform|_cf_chl_opt|just a moment\.\.\.|attention required! \| cloudflare|captcha-delivery\.com"
    rb"|_incapsula_resource|ddos-guard|g-recaptcha|h-captcha|hcaptcha\.com|awswaf|anubis_challenge|aliyun_waf|acw_sc__v",
    re.IGNORECASE,
)
_LIMIT_MARKS = re.compile(rb"secondary.rate.limit|abuse.rate.limit|abuse detection|rate limit exceeded", re.IGNORECASE)


def is_challenge(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """True for a bot challenge or captcha: by its header at any status, by its page at 403, 429 and 503."""
    for name in _CHALLENGE_HEADERS:
        if headers.get(name, "").strip().lower() in ("challenge", "captcha", "block"):
            return True
    return status in (403, 429, 503) and _CHALLENGE_MARKS.search(body) is not None


def is_limit(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """True if a refusal comes from a rate limit: 429, or a 403 that says so by Retry-After, an empty quota or its text."""
    if status == 429:
        return True
    if status != 403:
        return False
    quota = read_quota(headers, now)
    return "retry-after" in headers or (quota is not None and quota.remaining == 0) or bool(_LIMIT_MARKS.search(body))


def refusal(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime, *, strikes: int, shown: str
) -> FetchError:
    """The error for an answer that is neither a success, a 304 nor a redirect.

    headers: lower-case names. body: its first bytes, decoded. strikes: refusals by limits before this one. shown:
    method and URL for the message (the caller redacts the whole). `retry_at` is set where the host, or the kind of
    refusal, names a time.
    """
    said = _said(headers, body)
    if is_challenge(status, headers, body):
        wait = max(retry_after(headers, now) or CHALLENGE_BACK_OFF, CHALLENGE_BACK_OFF)
        return _error("challenge", f"{status}: a bot challenge instead of {shown}", status, now + wait)
    if is_limit(status, headers, body, now):
        until = now + wait_of_refusal(headers, now, strikes)
        return Deferred(f"{status} for {shown}{said}", code="rate_limited", retry_at=until, status=status)
    code = _code(status, headers)
    asked = retry_after(headers, now)
    if code == "auth_failed":
        asked = max(asked or AUTH_BACK_OFF, AUTH_BACK_OFF)
    elif code != "server_error":
        asked = None
    return _error(code, f"{status} for {shown}{said}", status, None if asked is None else now + asked)


def _code(status: int, headers: Mapping[str, str]) -> str:
    if status == 401 and headers.get("x-error-code") == "RepoNotFound":
        return "not_found"  # Hugging Face says 401 to the anonymous for what does not exist
    if status in (401, 403, 407):
        return "auth_failed"
    if status == 404:
        return "not_found"
    if status == 410:
        return "gone"
    return "server_error" if 500 <= status <= 599 else "unexpected_status"


def _said(headers: Mapping[str, str], body: bytes) -> str:
    """The host's own words, if it has any: a JSON message, or Hugging Face's header."""
    words: object = headers.get("x-error-message", "")
    if not words and body[:1] == b"{":
        try:
            told = json.loads(body)
            words = told.get("message") or told.get("error") or ""
        except (ValueError, RecursionError, AttributeError):
            words = ""
    return f": {words[:120]}" if isinstance(words, str) and words else ""


def _error(code: str, detail: str, status: int, until: datetime | None) -> FetchError:
    return FetchError(detail, code=code, status=status, retry_at=until)
