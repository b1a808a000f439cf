"""The demo world's feeds, pages and lists in the formats that real outlets use (RSS, Atom, RDF, JSON Feed, ...).

Pure: a feed of world.json goes in, bytes and a content type come out. Never decides what an entry means.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

Feed = dict[str, Any]
Rendered = tuple[bytes, str]

_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _moment(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(entry["published"]))


def _rss(feed: Feed) -> Rendered:
    """RSS 2.0 as WordPress writes it, in the feed's own encoding (GB18030 for one of them)."""
    encoding = str(feed.get("encoding", "UTF-8"))
    out = [
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0" {_NAMESPACES}>\n<channel>',
        f"<title>{escape(feed['title'])}</title><link>{feed['site']}</link><description/>",
        f"<language>{feed['lang']}</language><sy:updatePeriod>hourly</sy:updatePeriod>",
    ]
    for entry in feed["entries"]:
        out.append(
            f"<item><title>{escape(entry['title'])}</title><link>{escape(entry['url'])}</link>"
            f'<guid isPermaLink="false">{escape(entry["guid"])}</guid>'
            f"<pubDate>{format_datetime(_moment(entry))}</pubDate>"
            f"<description>{_cdata(entry['summary'])}</description>"
        )
        if entry.get("author"):
            out.append(f"<dc:creator>{_cdata(entry['author'])}</dc:creator>")
        if entry.get("content_html"):
            out.append(f"<content:encoded>{_cdata(entry['content_html'])}</content:encoded>")
        out.append("</item>")
    charset = encoding.lower()
    return "\n".join([*out, "</channel></rss>\n"]).encode(charset), f"application/rss+xml; charset={charset}"


def _rss_36(feed: Feed) -> Rendered:
    """RSS 2.0 without guid and author, with dates such as `2026-02-12 09:30:05  +0800` (two blanks, no weekday)."""
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>',
        f"<title>{escape(feed['title'])}</title><link>{feed['site']}</link><language>zh-cn</language>",
    ]
    for entry in feed["entries"]:
        out.append(
            f"<item><title>{escape(entry['title'])}</title><link>{_cdata(entry['url'])}</link>"
            f"<description>{_cdata('<p>' + escape(entry['summary']) + '</p>')}</description>"
            f"<pubDate>{_moment(entry).strftime('%Y-%m-%d %H:%M:%S  %z')}</pubDate></item>"
        )
    return "\n".join([*out, "</channel></rss>\n"]).encode(), "application/xml; charset=utf-8"


def _rss_hugo(feed: Feed) -> Rendered:
    """RSS 2.0 as Hugo writes a lab's blog: plain descriptions, permanent links as guids."""
    out = [
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<rss version="2.0"><channel>',
        f"<title>{escape(feed['title'])}</title><link>{feed['site']}</link><generator>Hugo</generator>",
        f"<language>{feed['lang']}</language>",
    ]
    for entry in feed["entries"]:
        out.append(
            f"<item><title>{escape(entry['title'])}</title><link>{entry['url']}</link>"
            f"<pubDate>{format_datetime(_moment(entry))}</pubDate><guid>{entry['guid']}</guid>"
            f"<description>{escape(entry['summary'])}</description></item>"
        )
    return "\n".join([*out, "</channel></rss>\n"]).encode(), "application/xml"


def _atom(feed: Feed) -> Rendered:
    """Atom 1.0 as The Verge writes it: HTML titles in CDATA, local offsets."""
    newest = max(_moment(entry) for entry in feed["entries"])
    out = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed["lang"]}">',
        f'<title type="text">{escape(feed["title"])}</title><updated>{newest.isoformat()}</updated>',
        f'<link rel="alternate" type="text/html" href="{feed["site"]}"/><id>{feed["site"]}/atom.xml</id>',
    ]
    for entry in feed["entries"]:
        out.append(
            f"<entry><author><name>{escape(entry['author'])}</name></author>"
            f'<title type="html">{_cdata(escape(entry["title"], quote=False))}</title>'
            f'<link rel="alternate" type="text/html" href="{escape(entry["url"])}"/><id>{entry["guid"]}</id>'
            f"<updated>{entry['published']}</updated><published>{entry['published']}</published>"
            f'<summary type="html">{_cdata(escape(entry["summary"], quote=False))}</summary>'
        )
        if entry.get("content_html"):
            out.append(f'<content type="html">{_cdata(entry["content_html"])}</content>')
        out.append("</entry>")
    return "\n".join([*out, "</feed>\n"]).encode(), "application/atom+xml; charset=utf-8"


def _rdf(feed: Feed) -> Rendered:
    """RSS 1.0: the items are siblings of the channel, the date is in dc:date."""
    listed = "".join(f'<rdf:li rdf:resource="{escape(entry["guid"])}"/>' for entry in feed["entries"])
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    out = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF {spaces}>',
        f'<channel rdf:about="{feed["site"]}"><title>{escape(feed["title"])}</title><link>{feed["site"]}</link>',
        f"<description/><dc:language>{feed['lang']}</dc:language>",
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>",
    ]
    for entry in feed["entries"]:
        out.append(
            f'<item rdf:about="{escape(entry["guid"])}"><title>{escape(entry["title"])}</title>'
            f"<link>{escape(entry['url'])}</link><description>{escape(entry['summary'])}</description>"
            f"<dc:creator>{escape(entry['author'])}</dc:creator><dc:date>{entry['published']}</dc:date>"
        )
        if entry.get("content_html"):
            out.append(f"<content:encoded>{_cdata(entry['content_html'])}</content:encoded>")
        out.append("</item>")
    return "\n".join([*out, "</rdf:RDF>\n"]).encode(), "application/rdf+xml; charset=utf-8"


def _json_feed(feed: Feed) -> Rendered:
    """JSON Feed 1.1."""
    items = [
        {
            "id": entry["guid"],
            "url": entry["url"],
            "title": entry["title"],
            "content_html": f"<p>{escape(entry['summary'], quote=False)}</p>",
            "date_published": entry["published"],
        }
        for entry in feed["entries"]
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        "home_page_url": feed["site"],
        "language": feed["lang"],
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False).encode(), "application/feed+json; charset=utf-8"


def _mintlify(page: Feed) -> Rendered:
    """Release notes in Markdown as Mintlify serves them: one `<Update>` a date, its title in `description`."""
    out = [f"# {page['title']}\n"]
    for entry in page["entries"]:
        out.append(
            f'<Update label="{entry["published"]}" description="{escape(entry["title"])}">\n\n'
            f"{entry['text']}\n\n"
            f'<Card title="{escape(entry["title"])}" href="{entry["url"]}">Read the guide</Card>\n\n</Update>\n'
        )
    return "\n".join(out).encode(), "text/markdown; charset=utf-8"


def _cards(page: Feed) -> Rendered:
    """An HTML index of cards, with title, link, date and a line of text, and no feed anywhere."""
    cards = [
        f'<li class="card"><a class="card-link" href="{entry["url"]}">'
        f'<h3 class="card-title">{escape(entry["title"])}</h3></a>'
        f'<time class="card-date" datetime="{entry["published"]}">{_moment(entry).strftime("%Y/%m/%d")}</time>'
        f'<p class="card-text">{escape(entry["text"])}</p></li>'
        for entry in page["entries"]
    ]
    listed = "\n".join(cards)
    document = (
        f'<!doctype html>\n<html lang="{page["lang"]}"><head><meta charset="utf-8"><title>{escape(page["title"])}'
        f'</title></head>\n<body><nav><a href="/">Home</a> <a href="/careers">Careers</a></nav>\n'
        f'<main><h1>{escape(page["title"])}</h1><ul class="cards">\n{listed}\n</ul></main>'
        "<footer>Invented page of the demo world.</footer></body></html>\n"
    )
    return document.encode(), "text/html; charset=utf-8"


def _seed_row(entry: Feed) -> dict[str, object]:
    number, name, name_zh = entry["area"]
    return {
        "ArticleMeta": {
            "ID": int(entry["guid"]) % 10_000,
            "ArticleID": int(entry["guid"]),
            "ArticleType": 2,
            "Status": entry["status"],
            "PublishDate": entry["published_ms"],
            "UpdateTime": entry["published_ms"],
            "IsPinned": entry["pinned"],
            "ResearchArea": [{"ResearchAreaID": number, "ResearchAreaName": name, "ResearchAreaNameZh": name_zh}],
            "ExternalLinks": [],
        },
        "ArticleSubContentEn": {"Title": entry["title"], "TitleKey": entry["key"], "Abstract": entry["text"]},
        "ArticleSubContentZh": {"Title": entry["title_zh"], "TitleKey": entry["key_zh"], "Abstract": entry["text_zh"]},
    }


def seed_list(page: Feed, locale: str) -> dict[str, object]:
    """The undocumented list behind a lab's blog, pinned rows first; without the locale header it holds no list."""
    base = {"StatusCode": 0, "StatusMessage": "success"}
    if not locale:
        return {"has_more": False, "next_page_token": "", "total": 0, "BaseResp": base}
    rows = [_seed_row(entry) for entry in page["entries"]]
    return {
        "sub_article_list": rows,
        "has_more": False,
        "next_page_token": str(len(rows)),
        "total": len(rows),
        "BaseResp": base,
    }


RENDERERS: dict[str, Callable[[Feed], Rendered]] = {
    "rss": _rss,
    "rss-36": _rss_36,
    "rss-hugo": _rss_hugo,
    "atom": _atom,
    "rdf": _rdf,
    "json": _json_feed,
    "mintlify": _mintlify,
    "cards": _cards,
}


def render(feed: Feed) -> Rendered:
    """Give the bytes and the content type of one feed or page of the world."""
    return RENDERERS[str(feed["format"])](feed)


def newest(feed: Feed) -> datetime:
    """The date of the newest entry, for Last-Modified."""
    return max(_moment(entry).astimezone() for entry in feed["entries"])
