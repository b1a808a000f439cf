"""URLs: which may be used, and which are one address (RELIABILITY P23, P24, S16, X6, X16)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.urls import canonical_url, fragment_of, host_shown, http_url

SAME = [
    ("https://www.outlet.example/a/1.html", "http://outlet.example/a/1.html"),
    ("https://outlet.example/a/1.html", "https://m.outlet.example/a/1.html"),
    ("https://outlet.example/a/1.html", "https://amp.outlet.example/a/1.html/amp/"),
    ("https://outlet.example/a/1", "https://outlet.example/a/1/#comments"),
    ("https://outlet.example/a/1", "HTTPS://Outlet.Example:443/a/1?utm_source=rss&utm_medium=feed"),
    ("https://outlet.example/a/1", "http://outlet.example:80/a/1?spm=a2c4g.11186623.0.0"),
    ("https://outlet.example/a/1", "http://outlet.example/a/1?from=singlemessage&isappinstalled=0#top"),
    ("https://outlet.example/p/kimi", "https://outlet.example/p/kimi?ref=homepage"),
    ("https://outlet.example/p/kimi", "https://outlet.example/p/kimi?fbclid=IwAR0x&gclid=1&f=rss&source=rss"),
    ("https://outlet.example/?id=1&b=2", "https://outlet.example/?b=2&id=1"),
    ("https://outlet.example/%7euser/%e4%b8%ad", "https://outlet.example/~user/中"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://outlet.example/a/b", "https://outlet.example/x/../a/./b"),
    ("https://outlet.example/a.html", "https://outlet.example/a.amp.html"),
    ("https://en.wikipedia.org/wiki/Qwen", "https://en.m.wikipedia.org/wiki/Qwen"),
    ("https://outlet.example/2026/story", "https://www.google.com/amp/s/outlet.example/2026/story"),
    (
        "https://mp.weixin.qq.com/s?__biz=M&mid=1&idx=2&sn=3",
        "https://mp.weixin.qq.com/s?__biz=M&mid=1&idx=2&sn=3&chksm=4&scene=27",
    ),
]
DIFFERENT = [
    ("https://outlet.example/news?id=1", "https://outlet.example/news?id=2"),
    ("https://outlet.example/x?ref=v1.2", "https://outlet.example/x?ref=v1.3"),
    ("https://outlet.example/news?source=openai", "https://outlet.example/news?source=zhipu"),
    ("https://outlet.example/day?from=2026-01-01", "https://outlet.example/day?from=2026-01-02"),
    ("https://mp.weixin.qq.com/s?mid=1&idx=1", "https://mp.weixin.qq.com/s?mid=1&idx=2"),
    ("https://outlet.example/a", "https://outlet.example/A"),
    ("https://outlet.example/#/news/1", "https://outlet.example/#/news/2"),
    ("https://a.outlet.example/x", "https://b.outlet.example/x"),
    ("https://outlet.example:8080/x", "https://outlet.example/x"),
    ("https://outlet.example/a%2Fb", "https://outlet.example/a/b"),
    ("https://outlet.example/bootcamp", "https://outlet.example/bootc"),
    ("https://www.example/x", "https://example/x"),
]
REFUSED = [
    None,
    "",
    " ",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ftp://outlet.example/",
    "file:///etc/passwd",
    "mailto:a@outlet.example",
    "http://",
    "http:///path",
    "https://user@outlet.example/",
    "https://user:pw@outlet.example/",
    "https://good.example\\@evil.example/",
    "ht\ttp://outlet.example/",
    "http://out\nlet.example/",
    "http://[::1",
    "http://outlet.example:99999/",
    "http://outlet.example:x/",
    "http://-a.example/",
    "http://a..b/",
    "http://xn--/",
    "/relative",
    "https://outlet.example/" + "a" * 9000,
    "http://a b.example/",
    "\\\\outlet.example/x",
    "http://%6c.example/",
    "https:outlet.example",
]
TRACKING = [
    "utm_source=x",
    "utm_campaign=daily",
    "gclid=abc",
    "fbclid=abc",
    "spm=1.2.3",
    "f=rss",
    "from=timeline",
    "ref=homepage",
    "source=rss",
    "_hsenc=9",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_variants_of_one_address_are_equal(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_identifies_a_page_is_kept(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("url", REFUSED)
def test_p23_only_plain_http_urls_are_links(url: str | None) -> None:
    assert http_url(url) is None


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("/a?b#c", "https://outlet.example/feed/", "https://outlet.example/a?b#c"),
        ("../x", "https://outlet.example/a/b/", "https://outlet.example/a/x"),
        ("//cdn.example/x", "http://outlet.example/", "http://cdn.example/x"),
        ("www.outlet.example/x", "", "https://www.outlet.example/x"),
        (" https://Outlet.Example/a b ", "", "https://outlet.example/a%20b"),
        ("https://outlet.example/a\nb", "", "https://outlet.example/ab"),
        ("javascript:alert(1)", "https://outlet.example/", None),
        ("x", "javascript:alert(1)", None),
        ("https://[2001:db8::1]:8443/x", "", "https://[2001:db8::1]:8443/x"),
    ],
)
def test_p24_relative_links_are_resolved_and_only_http_survives(url: str, base: str, expected: str | None) -> None:
    assert http_url(url, base) == expected


def test_x16_a_look_alike_host_is_shown_as_punycode() -> None:
    assert host_shown("https://gіthub.com/login") == "xn--gthub-n2e.com"
    assert host_shown("https://WWW.GitHub.com/x") == "www.github.com"
    assert host_shown("javascript:alert(1)") == ""


def test_a_fragment_that_names_a_thing_is_told_from_one_that_names_a_place() -> None:
    assert fragment_of("https://a.example/changes#v1.2") == "v1.2"
    assert fragment_of("https://a.example/changes#2026-02-12") == "2026-02-12"
    assert fragment_of("https://a.example/x#comment-1234") == fragment_of("https://a.example/x#top") == ""


_hosts = st.sampled_from(
    ["outlet.example", "www.outlet.example", "m.www.outlet.example", "bücher.example", "amp.m.x.example", "127.0.0.1"]
)
_paths = st.lists(
    st.one_of(
        st.sampled_from(["amp", "a.amp", ".", "..", "%2e", "a%2Fb", "%zz", "中", "x.amp.html", "amp.html"]),
        st.text(max_size=6),
    ),
    max_size=5,
)
_queries = st.lists(
    st.one_of(st.sampled_from([*TRACKING, "id=1", "a=%20b", "ref=v1", "q", "=", "a=b=c"]), st.text(max_size=8)),
    max_size=5,
)


@given(_hosts, _paths, _queries, st.text(max_size=5))
def test_canonical_is_idempotent(host: str, path: list[str], query: list[str], fragment: str) -> None:
    url = f"http://{host}/{'/'.join(path)}?{'&'.join(query)}#{fragment}"
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(st.text(max_size=60))
def test_any_text_is_taken_and_canonical_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    good = http_url(url, "https://outlet.example/a/")
    assert good is None or (good.startswith(("https://", "http://")) and http_url(good) == good)


@given(
    st.sampled_from(["https://outlet.example/2026/02/story", "https://outlet.example/p?id=7"]),
    st.lists(st.sampled_from(TRACKING), max_size=4),
)
def test_s16_tracking_parameters_change_nothing(url: str, tracking: list[str]) -> None:
    assert canonical_url(url + ("&" if "?" in url else "?") + "&".join(tracking)) == canonical_url(url)
