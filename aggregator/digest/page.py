"""A laid-out digest as one HTML page that mail clients show: inline styles, no script, no image, nothing loaded.

Jinja2 escapes every value; links are http(s) only. Styles are written once and moved into the elements by css-inline;
the few rules that cannot be (dark mode, small screens) stay in the head for the clients that read them.
"""

from __future__ import annotations

import re
from functools import cache

import css_inline
import jinja2

from aggregator import urls
from aggregator.digest.pages import Page

_LANG = {"en": "en", "fr": "fr", "zh": "zh-Hans"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("aggregator.digest", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["address"] = urls.http_url
    environment.filters["lang"] = _lang
    environment.filters["glue"] = _glue
    return environment.get_template("page.html")


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
    )


def html(page: Page) -> str:
    """The page as an HTML document, ending in a newline."""
    return str(_inliner().inline(_template().render(page=page))).rstrip("\n") + "\n"


def _glue(words: str) -> str:
    """The words with each separating dot tied to what stands before it, so that it begins no line."""
    return words.replace(" · ", "\u00a0· ")


def _lang(language: str | None) -> str:
    """A language as the `lang` attribute takes it; "" for what is no language."""
    return _LANG.get(language, language) if language and _LANGUAGE.match(language) else ""
