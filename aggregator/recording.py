"""A source's answers as cases for tests: the bytes without secrets, and beside them the entries that they give now.

A case stands in `tests/cases/<kind>/` and is run by `tests/sources/test_source_cases.py`. Redacting comes first: what is
expected is read from the very bytes that are written. Nothing is stored in a database, and nothing is written here.
"""

from __future__ import annotations

import dataclasses
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from aggregator.checking import Tools, refuse_untriable
from aggregator.errors import FetchError, ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources import KINDS, Endpoints

GONE = "REDACTED"
HEADERS = ("content-type", "link")
"""What kinds read of an answer's headers; no other is kept (cookies, request ids, addresses)."""
SUFFIXES = (("json", "json"), ("markdown", "md"), ("html", "html"), ("xml", "xml"), ("rss", "xml"))
_PARAMETERS = "access_token|api_?key|auth|credential|passw(?:or)?d|secret|sig|signature|token|x-amz-[a-z-]+"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), put)
    for pattern, put in (
        (rb"\b(?:gh[pousr]_|github_pat_|hf_|glpat-|xox[abprs]-)[A-Za-z0-9_-]{16,}", GONE.encode()),
        (rb"\b(Bearer|Basic) +(?=\S*\d)[A-Za-z0-9._~+/=-]{16,}", rb"\1 " + GONE.encode()),
        (rb"((?:[?&;]|\\u0026)(?:" + _PARAMETERS.encode() + rb")=)[^&\"'<>\s\\]+", rb"\1" + GONE.encode()),
        (rb"(\bcsrf[-_]?token[\"']?\s*(?:content|value)?\s*[=:]\s*[\"'])[^\"']+", rb"\1" + GONE.encode()),
        (rb"(://)[^/@\s\"'<>:]+:[^/@\s\"'<>]+@", rb"\1" + GONE.encode() + b"@"),
        # a person's address; `owner/name@v1.2` and `@scope/name@0.3.1` are names of releases and stay
        (rb"(?<![\w/.@%+-])[\w.%+-]+@(?:[a-z][a-z0-9-]*\.)+[a-z]{2,}(?![\w-])", b"redacted@example.org"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One answer as a test case: `body` is what is read, `expected` what stands beside it."""

    kind: str
    suffix: str
    body: bytes
    expected: dict[str, Any]

    def document(self, name: str) -> str:
        """The text of NAME.expected.json."""
        return json.dumps({"body": f"{name}.{self.suffix}", **self.expected}, ensure_ascii=False, indent=1) + "\n"


async def record(source: Source, tools: Tools, secrets: Iterable[str] = (), requests: int = 1) -> list[Case]:
    """Ask a source as its first poll would, and return a case for each of the first `requests` answers, in their order.

    An answer that the kind refuses is a case too (its `error`), and the last. Raises FetchError when nothing came.
    """
    refuse_untriable(source)
    hidden = _spellings(secrets)
    waiting = list(KINDS[source.kind].asks(source, {}, tools.endpoints, tools.now))
    cursor: dict[str, Any] = {}
    cases: list[Case] = []
    while waiting and len(cases) < requests:
        ask = waiting.pop(0)
        try:
            answer = await tools.fetcher.get(ask)
        except FetchError as error:
            if ask.fallback is not None and error.code in ("not_found", "gone"):
                waiting.insert(0, ask.fallback)
                continue
            if ask.optional:
                continue
            raise
        cases.append(await _case(ask, answer, source, cursor, tools, hidden))
        try:
            reading = await tools.parser.read(ask, answer, source, cursor, tools.endpoints, tools.now)
        except ParseError:
            break
        cursor.update(reading.cursor)
        waiting += [*reading.pages, *reading.follow]
    return cases


async def _case(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], tools: Tools, hidden: tuple[bytes, ...]
) -> Case:
    """The case of one answer: redacted, then read."""

    def clean(value: Any) -> Any:
        return json.loads(redact(json.dumps(value, ensure_ascii=False).encode(), hidden))

    headers = {name: clean(answer.headers[name]) for name in HEADERS if name in answer.headers}
    said = replace(source, url=clean(source.url), options=clean(dict(source.options)))
    asked = replace(ask, url=clean(ask.url), context=clean(dict(ask.context)), headers={}, body=None, fallback=None)
    bare = Answer(clean(answer.url), answer.status, headers, redact(answer.body, hidden))
    before = clean(dict(cursor))
    expected: dict[str, Any] = {
        "recorded": _moment(tools.now), "now": _moment(tools.now), "url": asked.url, "headers": headers,
        **_unless("answered", bare.url, asked.url), **_unless("source_url", said.url, asked.url),
        **_unless("source", _options(said), {}), **_unless("ask", _asked(asked), {}),
        **_unless("endpoints", _changed(tools.endpoints, Endpoints()), {}), **_unless("cursor", before, {}),
    }  # fmt: skip
    try:
        reading = await tools.parser.read(asked, bare, said, before, tools.endpoints, tools.now)
    except ParseError as error:
        expected["error"] = error.code
    else:
        expected |= _read(reading)
    return Case(source.kind, _suffix(source.kind, headers.get("content-type", "")), bare.body, expected)


def redact(body: bytes, hidden: Iterable[bytes] = ()) -> bytes:
    """The bytes without the secrets given, without what looks like one, and without addresses of mail."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            text = body[2:].decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
            return mark + redact(text, hidden).decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass")
    for secret in hidden:
        body = body.replace(secret, GONE.encode())
    for pattern, put in _PATTERNS:
        body = pattern.sub(put, body)
    return body


def _spellings(secrets: Iterable[str]) -> tuple[bytes, ...]:
    """Each secret as it may stand in a document; one of a few characters would take words out of it."""
    found: list[bytes] = []
    for secret in secrets:
        if len(secret) >= 8:
            found += [secret.encode(), quote(secret, safe="").encode(), b64encode(secret.encode())]
    return tuple(sorted(set(found), key=len, reverse=True))


# -------------------------------------------------------------------------------------------------- values to JSON


def _read(reading: Reading) -> dict[str, Any]:
    return {
        "entries": [_entry(entry) for entry in reading.entries],
        "notes": list(reading.notes),
        **_unless("pages", [page.url for page in reading.pages], []),
        **_unless("last", reading.last, True),
        **_unless("cursor_after", _plain(dict(reading.cursor)), {}),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """What an entry says beyond a field's default; of a repository too."""
    return {"guid": entry.guid, "url": entry.url, "title": entry.title, **_changed(entry, Entry("", None, ""))}


def _changed(value: Any, default: Any) -> dict[str, Any]:
    """The fields in which a value differs from the default one."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        own = getattr(value, field.name)
        if own != getattr(default, field.name, None):
            found[field.name] = _changed(own, type(own)("", "")) if field.name == "artifact" else _plain(own)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def _options(source: Source) -> dict[str, Any]:
    return {**_plain(dict(source.options)), **_unless("timezone", source.timezone, None)}


def _asked(ask: Ask) -> dict[str, Any]:
    return {name: value for name, value in _changed(ask, Ask(ask.url)).items() if name in ("role", "context")}


def _unless(name: str, value: Any, default: Any) -> dict[str, Any]:
    return {} if value == default else {name: value}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _suffix(kind: str, media: str) -> str:
    fallback = {"feed": "xml", "page": "html"}.get(kind, "json")
    return next((suffix for word, suffix in SUFFIXES if word in media.lower()), fallback)
