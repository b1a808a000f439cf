"""CSS selectors of sources.toml: what is too long or does not compile never gets as far as a page."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import parse, pointers
from aggregator.errors import ConfigurationError
from aggregator.sources.page import why_no_selector

HOSTILE = {
    "ten kilobytes": ("a " * 5120, "at most 500 characters, found 10,239; name a class or an id"),
    "nested deep": ("a" + ":not(" * 5000 + "b" + ")" * 5000, "at most 500 characters"),
    "half a bracket": ("article:not(.old", "expected a CSS selector"),
    "brackets crossed": ("article:not([x)]", "expected a CSS selector"),
    "half a quote": ("a[href='x]", "expected a CSS selector"),
    "json-doc": ("json-doc('file:///etc/passwd')", "Invalid character '('"),
    "json-doc as a pseudo-class": ("a:json-doc(b)", "':json-doc' was detected as a pseudo-class"),
    "document": ("a, document('https://a.example/')//b", "Invalid character"),
    "XPath": ("//div[@class='news']", "Invalid character '/'"),
    "pseudo-element": ("a::before", "Pseudo-element"),
    "no such pseudo-class": ("li:frist-child", "':frist-child'"),
    "two combinators": ("ul > > li", "combinator"),
    "no attribute": ("a[href] b@", "expected a CSS selector"),
    "combinator at the end": ("a[href] >", "Invalid character"),
}


def page(selector: str) -> str:
    return f'[sources.s]\nkind = "page"\nurl = "https://a.example/news"\nitem = "li"\nlink = "{selector}"\n'


@pytest.mark.parametrize("selector, expected", HOSTILE.values(), ids=HOSTILE)
def test_P27_a_selector_that_is_long_or_does_not_compile_is_refused_at_load(selector: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(page(selector))
    message = str(caught.value)
    assert message.startswith("sources.toml: sources.s.link: expected a CSS selector")
    assert expected in message and "\n" not in message and len(message) < 500


@pytest.mark.parametrize(
    "selector",
    [
        "article h2 a@href",
        "@label",
        "a.x, h3#y > [z='q']",
        "li:nth-child(2n+1) a",
        "div:not(.x):has(> a)",
        "a[h^='/' i]",
    ],
)
def test_P27_selectors_that_compile_are_taken_as_they_are(selector: str) -> None:
    assert parse(page(selector)).sources["s"].options["link"] == selector


@given(st.from_regex(pointers._PLAIN, fullmatch=True))
def test_P27_what_is_known_by_its_form_does_compile(selector: str) -> None:
    assert why_no_selector(selector.strip()) == ""


def test_P27_usual_selectors_load_no_reader_of_html() -> None:
    code = "import sys; from aggregator.config import load; load('sources.toml', {}); print('soupsieve' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
