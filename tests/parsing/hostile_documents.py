# ruff: noqa: E501 (one line for each document)
"""Documents that make parsers slow, deep or large (cases P14 to P31). `documents(scale)`: name → kind, bytes."""

from __future__ import annotations

import json

HEAD = "<rss version='2.0'><channel><title>x</title>"
TAIL = "</channel></rss>"
Document = tuple[str, bytes]


def feed(inside: str) -> bytes:
    return (HEAD + inside + TAIL).encode()


def item(inside: str) -> bytes:
    return feed(f"<item><title>t</title><guid>1</guid>{inside}</item>")


def documents(scale: float = 1.0) -> dict[str, Document]:
    """At scale 1 the sizes of the catalogue; every document is at most 16 MiB."""

    def n(count: int) -> int:
        return max(1, int(count * scale))

    laughs = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 10))
    page = "<html><body>%s</body></html>"
    return {
        "P14 billion laughs": ("feed", f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{laughs}]>{HEAD}<item><title>&l9;</title></item>{TAIL}".encode()),
        "P14 quadratic blow-up": ("feed", f"<!DOCTYPE rss [<!ENTITY a '{'a' * n(50_000)}'>]>{HEAD}<item><title>{'&a;' * n(50_000)}</title></item>{TAIL}".encode()),
        "P14 doctype without end": ("feed", b"<!DOCTYPE rss [" + b"<!ELEMENT a (b)>" * n(500_000)),
        "P16 attributes": ("feed", item(f"<a {' '.join(f'a{i}=x' for i in range(n(200_000)))}/>")),
        "P16 quoted attributes": ("feed", item("<a " + " ".join(f"a{i}='x'" for i in range(n(200_000))) + "/>")),
        "P16 namespaces": ("feed", feed("".join(f"<x xmlns:n{i}='http://n{i}.example/'/>" for i in range(n(50_000))))),
        "P16 namespaces of one element": ("feed", item("<x " + " ".join(f"xmlns:n{i}='http://n/{i}'" for i in range(n(50_000))) + "/>")),
        "P16 author": ("feed", item(f"<author>{'a@' * n(16_000)}</author>")),
        "P16 author of words": ("feed", item(f"<author>{'a ' * n(16_000)}(</author>")),
        "P17 nested elements": ("feed", item("<a>" * n(200_000))),
        "P17 nested items": ("feed", feed("<item>" * n(200_000))),
        "P17 nested divs": ("page", (page % ("<div>" * n(100_000))).encode()),
        "P17 nested divs in a summary": ("feed", item(f"<description>{'&lt;div&gt;' * n(100_000)}</description>")),
        "P19 content": ("feed", item(f"<description>{'好 ' * n(2_500_000)}</description>")),
        "P19 title": ("feed", feed(f"<item><title>{'t' * n(1_000_000)}</title></item>")),
        "P20 items": ("feed", feed("".join(f"<item><guid>{i}</guid><title>t{i}</title></item>" for i in range(n(50_000))))),
        "P26 open bold": ("page", (page % ("<p><b>" * n(20_000))).encode()),
        "P26 open attributes": ("page", (page % ("<a x" * n(200_000))).encode()),
        "P26 formatting": ("page", (page % ("<a><b><i><font>" * n(50_000))).encode()),
        "P26 tables": ("page", (page % ("<table><tr><td>" * n(50_000))).encode()),
        "P26 articles": ("page", (page % ("<article><h2>t</h2><a href='/x'>x</a></article>" * n(100_000))).encode()),
        "P26 nested articles": ("page", (page % ("<article><h2>t</h2><a href='/x'>" * n(10_000))).encode()),
        "P26 comments": ("page", (page % ("<!--" * n(500_000))).encode()),
        "P30 depth": ("json", b"[" * n(100_000)),
        "P30 depth of objects": ("json", b'{"a":' * n(100_000)),
        "P30 number": ("json", b'[{"title":' + b"9" * n(4_000_000) + b"}]"),
        "P30 keys": ("json", ("{" + ",".join(f'"k{i}":1' for i in range(n(500_000))) + "}").encode()),
        "P30 rows": ("json", json.dumps([{"title": f"t{i}", "link": "/x"} for i in range(n(200_000))]).encode()),
        "P31 declarations": ("feed", b"<?xml version='1.0'?>" * n(200_000)),
        "P31 half doctypes": ("feed", b"<!h<!h<!h<" * n(200_000)),
        "P31 comments": ("feed", HEAD.encode() + b"<!--" * n(500_000)),
        "P31 cdata": ("feed", item("<title>" + "<![CDATA[" * n(300_000))),
        "P31 references": ("feed", item(f"<title>{'&#x41;' * n(500_000)}</title>")),
        "P31 ampersands": ("feed", item(f"<title>{'&' * n(2_000_000)}</title>")),
        "P31 less than": ("feed", item(f"<title>{'<' * n(1_000_000)}</title>")),
        "P31 quotes": ("feed", item("<a b='" * n(200_000))),
        "P31 dates": ("feed", item(f"<pubDate>{'1 ' * n(500_000)}</pubDate>")),
        "P31 base": ("feed", feed("".join(f"<item xml:base='{'a/' * 500}'><link>b</link><guid>{i}</guid></item>" for i in range(n(4_000))))),
        "markdown headings": ("markdown", b"## 2026-02-12\n" * n(200_000)),
        "markdown links": ("markdown", b"[" * n(300_000)),
        "markdown brackets": ("markdown", b"# 2026-02-12\n" + b"![a](" * n(300_000)),
        "markdown stars": ("markdown", b"# 2026-02-12\n" + b"**" * n(300_000)),
        "markdown tags": ("markdown", b"# 2026-02-12\n" + b"<Card title=" * n(100_000)),
        "markdown cards": ("markdown", b"<Update label='2026-02-12'>" * n(50_000)),
    }  # fmt: skip


def options(kind: str) -> tuple[str, dict[str, object]]:
    """The kind of source that reads a document, and its options."""
    if kind == "markdown":
        return "page", {"format": "markdown"}
    return kind, {"page": {"item": "article", "title": "h2"}, "json": {"title": "title", "link": "link"}}.get(kind, {})
