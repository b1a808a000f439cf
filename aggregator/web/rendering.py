"""Templates to bytes: Jinja2 with every value escaped, and the style sheet under an address that says its content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from aggregator import text, urls
from aggregator.digest import sentences
from aggregator.digest.links import HUBS, tidy
from aggregator.web.words import NAMES, TAGS

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")
STATIC = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@cache
def static(name: str) -> bytes:
    """The bytes of a file that pages load."""
    return resources.files("aggregator.web").joinpath("static", name).read_bytes()


@cache
def _address(name: str) -> str:
    return f"/static/{name}?v={hashlib.blake2b(static(name), digest_size=6).hexdigest()}"


@cache
def environment() -> jinja2.Environment:
    """The environment of all templates."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("aggregator.web", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {
        "address": urls.http_url,
        "host": urls.host_shown,
        "lang": _lang,
        "line": tidy,
        "cut": text.excerpt,
        "glue": _glue,
        "svg": Markup,  # only for what aggregator.charts made
    }
    made.globals |= {
        "static": _address, "NAMES": NAMES, "TAGS": TAGS, "HUBS": HUBS, "brief": sentences.brief,
        "licence_name": sentences.licence_name, "expected": sentences.expected,
    }  # fmt: skip
    return made


def render(name: str, values: Mapping[str, Any]) -> str:
    """A page."""
    return environment().get_template(name).render(values)


def _glue(words: str) -> str:
    """The words with each separating dot tied to what stands before it, so that it begins no line."""
    return words.replace(" · ", "\u00a0· ")


def _lang(language: str | None) -> str:
    """A language as the `lang` attribute takes it; "" for what is no language."""
    return TAGS.get(language, language) if language and _LANGUAGE.match(language) else ""
