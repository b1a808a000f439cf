"""Foreign text is shown without secrets, on one line, short (X9, X11)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch import detail_of, escape, redact, secret_forms


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://me:pw@host/a failed", "GET https://***@host/a failed"),
        ("https://token@host/", "https://***@host/"),
        ("smtp://a:b@c:587", "smtp://***@c:587"),
        ("http://a@b@c/", "http://***@c/"),
        ("http://host/a?token=abc&x=1", "http://host/a?token=***&x=1"),
        ("http://host/?api_key=abc#x", "http://host/?api_key=***#x"),
        ("http://host/?X-Amz-Signature=abc", "http://host/?X-Amz-Signature=***"),
        ("http://host/?key=abc&monkey=1", "http://host/?key=***&monkey=1"),
        ("mail me@example.org", "mail me@example.org"),
        ("http://host/@user", "http://host/@user"),
    ],
)
def test_userinfo_and_secret_parameters_are_hidden(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "spelling",
    [
        "Bearer s3cr3t/+=", "s3cr3t/+=", "s3cr3t%2F%2B%3D", "Authorization: Bearer s3cr3t/+=",
    ],
)  # fmt: skip
def test_every_spelling_of_a_token_is_hidden(spelling: str) -> None:
    assert "s3cr3t" not in redact(f"x {spelling} y", secret_forms("Bearer s3cr3t/+="))


def test_a_basic_value_hides_what_it_encodes() -> None:
    value = "Basic " + base64.b64encode(b"me:hunter22").decode()
    assert redact("hunter22 me:hunter22 " + value, secret_forms(value)) == "*** *** ***"


def test_control_and_bidi_characters_are_escaped() -> None:
    assert escape("a\nb\x1b[31m\u202e\u2028\x00\ud800é漢 ") == "a\\nb\\x1b[31m\\u202e\\u2028\\x00\\ud800é漢 "


@given(st.text(max_size=400), st.text(alphabet="abcXYZ0189+/=%-", min_size=8, max_size=40))
def test_a_detail_never_holds_a_secret_and_is_one_short_line(text: str, secret: str) -> None:
    shown = detail_of(text + secret + text, secret_forms(secret))
    assert secret not in shown or secret in detail_of(text)
    assert len(shown) <= 300
    assert "\n" not in shown and "\r" not in shown


@given(st.text())
def test_escaping_twice_changes_nothing(text: str) -> None:
    assert escape(escape(text)) == escape(text)
