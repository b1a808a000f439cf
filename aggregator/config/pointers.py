"""Values of sources.toml that point somewhere: URLs, hosts, organisations, CSS selectors, paths into JSON, requests.

Readers like those of `values`: (where, value) to the value in its final form, or ConfigurationError. Nothing is
resolved or opened. A CSS selector of tags, classes, ids and attributes is known by its form, which costs nothing at
start; any other one is compiled.
"""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any
from urllib.parse import urlsplit

from aggregator.config.values import CONTROL, Reader, filled, refuse, shown, text

_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_GITHUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:/[A-Za-z0-9._-]{1,100})?")
_HUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_STEP = r"[^\s.\[\]{}|]+(?:\[\])?"
_PATH = re.compile(rf"(?:\[\]|{_STEP})(?:\.{_STEP})*")
_HOLE = re.compile(r"\{([^{}]*)\}")

LONGEST_SELECTOR = 500
_WORD = r"-?[A-Za-z_][\w-]*"
_QUALIFIER = rf"(?:[.#]{_WORD}|\[{_WORD}(?:[~|^$*]?=(?:{_WORD}|\"[^\"\\@\x00-\x1f]*\"|'[^'\\@\x00-\x1f]*'))?\])"
_COMPOUND = rf"(?:(?:{_WORD}|\*){_QUALIFIER}*|{_QUALIFIER}+)"
_PLAIN = re.compile(
    rf"(?:{_COMPOUND}(?:(?: *[,>+~] *| +){_COMPOUND})* *)?(?:@[\w:-]+)?", re.ASCII
)  # each sign can be read in one way only, so that this takes linear time


def url(where: str, value: Any) -> str:
    """An absolute http(s) URL without credentials (`{year}` may stand in it), or `bridge:/path` at settings.bridge."""
    found = text(where, value)
    if found.startswith("bridge:/"):
        if re.search(r"\s", found) or found.startswith("bridge://"):
            refuse(where, f'expected a path after "bridge:", like "bridge:/deepseek/news", found {shown(value)}')
        return found
    return web_address(where, value)


def web_address(where: str, value: Any) -> str:
    """An absolute http(s) URL without credentials, blanks or fragments-only tricks."""
    found = text(where, value)
    expected = 'expected an absolute URL like "https://example.org/feed"'
    if "@" not in found:  # what stands before an @ may be a password
        expected += f", found {shown(value)}"
    try:
        parts = urlsplit(found)
        port = parts.port
    except ValueError:
        refuse(where, expected)
    if not parts.scheme and re.match(r"[\w.-]+\.[a-z]{2,}(/|$)", found):
        refuse(where, f'{expected}; did you mean "https://{found}"?')
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or port == 0:
        refuse(where, expected)
    if re.search(r"[\s\\<>\"]", found) or len(found) > 2000:
        refuse(where, f"{expected} (no blanks, quotes or backslashes; at most 2000 characters)")
    if parts.username is not None or parts.password is not None:
        refuse(where, "expected a URL without a user name or password: this file holds no secrets")
    if not _HOST.fullmatch(parts.hostname) and not _is_network(parts.hostname) and parts.hostname.isascii():
        refuse(where, expected)
    return found


def web_address_or_empty(where: str, value: Any) -> str:
    """A URL, or "" for none."""
    return web_address(where, value) if text(where, value) else ""


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def private_host(where: str, value: Any) -> str:
    """A host name, an address or a network ("127.0.0.0/8") that may be fetched although it is not public."""
    found = text(where, value)
    bare = found.removeprefix("[").removesuffix("]")
    if not _is_network(bare) and not _HOST.fullmatch(found):
        refuse(
            where,
            f'expected a host, an address or a network like "127.0.0.0/8" (no scheme, no port), found {shown(value)}',
        )
    if not _is_network(bare) and re.fullmatch(r"[\d.]+", found):
        refuse(where, f"expected an address or a network, found {shown(value)}")
    return bare


def organisation(hub: str) -> Reader:
    """The name of an organisation on `hub`; on GitHub also owner/repo."""
    form = _GITHUB if hub == "github" else _HUB
    what = "an organisation or owner/repo" if hub == "github" else "the name of an organisation"

    def read(where: str, value: Any) -> str:
        if not isinstance(value, str) or not form.fullmatch(value) or value.endswith((".git", "/.", "/..")):
            hint = ""
            if isinstance(value, str):
                bare = re.sub(
                    r"^(https?://)?(www\.)?(github\.com|huggingface\.co|modelscope\.cn)/(organization/)?",
                    "",
                    value.strip(),
                )
                bare = bare.strip("/@ ").removesuffix(".git")
                hint = f'; did you mean "{bare}"?' if bare != value and form.fullmatch(bare) else ""
            refuse(where, f"expected {what} as {hub} spells it, found {shown(value)}{hint}")
        return value

    return read


def selector(where: str, value: Any) -> str:
    """A CSS selector, `selector@attribute` or `@attribute`; it is short and it compiles."""
    found = filled(where, value)
    expected = f'expected a CSS selector like "article h2 a" or "a@href", found {shown(value)}'
    if len(found) > LONGEST_SELECTOR:
        refuse(
            where,
            f"expected a CSS selector of at most {LONGEST_SELECTOR} characters, found {len(found):,}; "
            "name a class or an id that stands nearer",
        )
    open_brackets: list[str] = []
    quote = ""
    for sign in found:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([":
            open_brackets.append(sign)
        elif sign in ")]" and (not open_brackets or open_brackets.pop() + sign not in ("()", "[]")):
            refuse(where, expected)
    if quote or open_brackets or found[-1] == "@" or re.search(r"@[^\w:-]", found.split("[", 1)[0]):
        refuse(where, expected)
    if not _PLAIN.fullmatch(found):
        from aggregator.sources.page import why_no_selector  # loads the HTML reader: only for what is out of the usual

        if why := why_no_selector(found):
            refuse(where, f"{expected} ({why}); `aggregator sources check` tries one on its page")
    return found


def path(where: str, value: Any) -> str:
    """A dotted path into a JSON document: `data.list[]`, `[]` a list at the root, `a|b` the first that is there."""
    found = filled(where, value)
    if len(found) > 200 or not all(_PATH.fullmatch(each.strip()) for each in found.split("|")):
        refuse(where, f'expected a dotted path like "data.list[]" or "title.rendered", found {shown(value)}')
    return found


def path_or_template(where: str, value: Any) -> str:
    """A path, or a text with paths in braces ("/t/{slug}/{id}")."""
    found = filled(where, value)
    return _template(where, found) if "{" in found or "}" in found else str(path(where, found))


def prefix(where: str, value: Any) -> str:
    """The URL that stands before a link; paths in braces may stand in it."""
    return _template(where, web_address(where, value))


def _template(where: str, value: str) -> str:
    for hole in _HOLE.findall(value):
        path(where, hole)
    if re.search(r"[{}]", _HOLE.sub("", value)):
        refuse(where, f"expected braces in pairs around paths, found {shown(value)}")
    return value


def strings_by_name(where: str, value: Any) -> dict[str, str]:
    """A table of request headers: names are tokens, values one line; nothing that carries a credential."""
    if not isinstance(value, dict):
        refuse(where, f"expected a table of texts, found {shown(value)}")
    for name, words in value.items():
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", name) or not isinstance(words, str) or CONTROL.search(words):
            refuse(f"{where}.{name}", f"expected a header's name and its one-line text, found {shown(words)}")
        if name.casefold() in ("authorization", "cookie", "proxy-authorization", "host", "content-length"):
            refuse(f"{where}.{name}", "expected a plain header: credentials and framing headers are not set here")
    return dict(value)


def conditions(where: str, value: Any) -> dict[str, Any]:
    """`where`: a path and the value, or list of values, that the element must have there."""
    if not isinstance(value, dict) or not value:
        refuse(where, f'expected a table like {{ "ArticleMeta.Status" = 2 }}, found {shown(value)}')
    flat = _flattened(value)
    for name, wanted in flat.items():
        path(f"{where}.{name}", name)
        for one in wanted if isinstance(wanted, list) else [wanted]:
            if not isinstance(one, (str, int, float, bool)):
                refuse(f"{where}.{name}", f"expected a text, a number, true or false, found {shown(one)}")
    return flat


def _flattened(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """TOML reads `ArticleMeta.Status = 2` as a table in a table: both spellings become one dotted path."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flattened(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def body(where: str, value: Any) -> str:
    """What a POST sends: a text, or a table that becomes JSON."""
    if isinstance(value, dict):
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except TypeError:
            refuse(where, "expected a table of texts, numbers, lists and tables (no dates)")
    if not isinstance(value, str):
        refuse(where, f"expected a text or a table, found {shown(value)}")
    return value
