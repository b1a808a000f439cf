"""What a request to the demo server asks and what it answers: two values, and how a listing is cut into pages.

Never opens a connection and never reads the clock: everything is a function of the request and the world.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

JSON_TYPE = "application/json; charset=utf-8"

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the path as sent, its parts after the server's prefix, its query, its headers in lower case."""

    method: str
    target: str
    base: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path without its query, as sent."""
        return urlsplit(self.target).path

    @property
    def parts(self) -> list[str]:
        """The unquoted segments of the path."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def query(self) -> dict[str, list[str]]:
        """Each parameter with all its values, in the order sent."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(urlsplit(self.target).query, keep_blank_values=True):
            found.setdefault(name.removesuffix("[]"), []).append(value)
        return found

    def word(self, name: str, default: str = "") -> str:
        """The last value of a parameter, or the default."""
        return self.query.get(name, [default])[-1]

    def number(self, name: str, default: int) -> int:
        """A parameter as a positive whole number, or the default if it is none."""
        text = self.word(name)
        return int(text) if text.isdigit() and int(text) > 0 else default


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: status, body, content type, further headers; `tagged` answers carry an ETag and may become a 304."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = field(default=())
    tagged: bool = True
    salt: str = ""

    def etag(self, weak: bool) -> str:
        """The validator of this body (and of the token it was answered to)."""
        digest = hashlib.sha256(self.salt.encode() + self.body).hexdigest()
        return f'W/"{digest}"' if weak else f'"{digest}"'


def json_reply(value: object, status: int = 200, headers: Sequence[tuple[str, str]] = (), salt: str = "") -> Reply:
    """A JSON answer; only a 200 carries a validator."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, headers=tuple(headers), tagged=status == 200, salt=salt)


def text_reply(text: str, content_type: str, status: int = 200) -> Reply:
    """A text answer in UTF-8; only a 200 carries a validator."""
    return Reply(status, text.encode(), content_type, tagged=status == 200)


def with_query(asked: Asked, path: str, **changed: str) -> str:
    """An absolute address on this server: the path given, the query as asked with some parameters changed."""
    pairs = [(name, value) for name, values in asked.query.items() for value in values if name not in changed]
    return f"{asked.base}{quote(path, safe='/@%')}?{urlencode([*pairs, *changed.items()])}"


def fingerprint(text: str, length: int) -> str:
    """Invented hexadecimal identifiers that stay the same from run to run."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def blob_sha(text: str) -> str:
    """The name that git gives to a file with this text."""
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
