"""sources.toml: what is read, and the one error that each mistake gets."""

# ruff: noqa: E501  (a row of the table of mistakes is one line)
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import load, parse
from aggregator.errors import ConfigurationError
from aggregator.model import Configuration, Family

GOOD = """
[settings]
timezone = "Europe/Paris"
poll_every = "45m"
keep_items = "1w"
allow_private_hosts = ["127.0.0.1", "10.0.0.0/8", "[::1]", "feeds.lan"]

[digest]
at = "06:15"
language = "fr"
to = ["a@example.org"]
sender = "News <digest@example.org>"
notify = ["env:FEISHU_URL"]

[[digest.subscribers]]
name = "research"
labs = ["qwen"]
period = "week"
openness = ["open-weights"]

[labs.qwen]
name = "Alibaba Qwen"
region = "cn"
aliases = ["阿里"]
families = ["Qwen = 千问 = 通义千问", "QwQ"]
github = ["QwenLM", "other/Tool.x"]
huggingface = ["Qwen"]
modelscope = ["Qwen"]

[labs.peer]
name = "Peer"
region = "us"
every = "2h"
huggingface = ["peer"]

[sources.news]
kind = "feed"
url = "https://news.example/feed"
title = "News"
language = "zh"
every = "15m"
checked = 2026-10-02
timezone = "Asia/Shanghai"

[sources.blog]
kind = "feed"
url = "https://qwen.example/rss"
lab = "qwen"

[sources.page]
kind = "page"
name = "A page"
url = "https://lab.example/news"
item = "article"
title = "h2 a"
link = "h2 a@href"
date = "time@datetime"

[sources.list]
kind = "json"
url = "https://lab.example/api/{year}?a=1"
items = "data.list[]"
title = "title.rendered"
where = { ArticleMeta.Status = 2, kind = ["a", "b"] }
method = "POST"
body = { pageNum = 1 }
enabled = false
"""


def at(text: str, environ: dict[str, str] | None = None) -> Configuration:
    return parse(text, "sources.toml", environ)


def error_of(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        at(text)
    return str(caught.value)


def test_everything_that_a_file_may_say_is_read() -> None:
    configuration = at(GOOD)
    assert configuration.settings.poll_every == timedelta(minutes=45)
    assert configuration.settings.keep_items == timedelta(days=7)
    assert configuration.settings.allow_private_hosts == ("127.0.0.1", "10.0.0.0/8", "::1", "feeds.lan")
    assert configuration.labs["qwen"].families == (Family("Qwen", ("千问", "通义千问")), Family("QwQ"))
    assert configuration.digest.at == "06:15" and configuration.digest.name == "default"
    assert list(configuration.sources) == [
        "github:QwenLM", "github:other/Tool.x", "huggingface:Qwen", "modelscope:Qwen", "huggingface:peer",
        "news", "blog", "page", "list",
    ]  # fmt: skip
    assert configuration.sources["news"].checked == "2026-10-02"
    assert configuration.sources["page"].title == "A page"
    assert dict(configuration.sources["page"].options) == {
        "item": "article", "title": "h2 a", "link": "h2 a@href", "date": "time@datetime",
    }  # fmt: skip
    assert configuration.sources["list"].options["where"] == {"ArticleMeta.Status": 2, "kind": ["a", "b"]}
    assert configuration.sources["list"].options["body"] == '{"pageNum":1}'
    assert configuration.sources["list"].enabled is False


def test_an_empty_file_is_a_configuration_with_the_defaults() -> None:
    configuration = at("")
    assert configuration.settings.timezone == "UTC" and configuration.sources == {} and configuration.notes == ()


def test_organisations_become_sources_with_their_web_page_and_what_is_listed() -> None:
    sources = at(GOOD).sources
    assert sources["github:QwenLM"].url == "https://github.com/QwenLM"
    assert sources["github:QwenLM"].options == {
        "organisation": "QwenLM",
        "families": ["Qwen", "千问", "通义千问", "QwQ"],
        "rank": 0,
    }
    assert sources["github:other/Tool.x"].options["repository"] == "other/Tool.x"
    assert sources["github:other/Tool.x"].url == "https://github.com/other/Tool.x"
    assert sources["huggingface:Qwen"].url == "https://huggingface.co/Qwen"
    assert {source.lab for source in sources.values() if ":" in source.id} == {"qwen", "peer"}


def test_sources_of_followed_labs_are_asked_every_hour_at_least() -> None:
    sources = at(GOOD.replace('"45m"', '"6h"')).sources
    assert sources["github:QwenLM"].every == timedelta(hours=1)
    assert sources["blog"].every == timedelta(hours=1)
    assert sources["huggingface:peer"].every == timedelta(hours=2)
    assert sources["news"].every == timedelta(minutes=15)
    slow = at(GOOD.replace('lab = "qwen"\n', 'lab = "qwen"\nevery = "3h"\n'))
    assert slow.sources["blog"].every == timedelta(hours=1)
    assert any("sources.blog.every" in note for note in slow.notes)


def test_a_subscriber_takes_what_it_does_not_say_from_the_digest() -> None:
    (subscriber,) = at(GOOD).subscribers
    assert subscriber.name == "research" and subscriber.period == "week" and subscriber.labs == ("qwen",)
    assert subscriber.language == "fr" and subscriber.at == "06:15" and subscriber.sender.endswith("example.org>")
    assert subscriber.directory == ""


def test_known_keys_without_a_feature_and_unset_variables_are_noted() -> None:
    notes = at(GOOD + '\n[health]\nping = "env:PING_URL"\n', {"FEISHU_URL": "x"}).notes
    assert "health.ping: the variable PING_URL is not set" in notes
    assert not any("FEISHU_URL" in note for note in notes)


def test_a_bridge_turns_its_sources_on() -> None:
    stanza = '[sources.x]\nkind = "feed"\nurl = "bridge:/deepseek/news"\n'
    off = at(stanza).sources["x"]
    on = at(f'[settings]\nbridge = "https://rsshub.example/"\n{stanza}').sources["x"]
    assert (off.enabled, on.enabled, on.url) == (False, True, "https://rsshub.example/deepseek/news")


LAB = '[labs.a]\nname = "A"\nregion = "cn"\n'
FEED = '[sources.s]\nkind = "feed"\nurl = "https://a.example/feed"\n'
PAGE = '[sources.s]\nkind = "page"\nurl = "https://a.example/news"\nitem = "li"\ntitle = "a"\n'
JSON = '[sources.s]\nkind = "json"\nurl = "https://a.example/api"\nitems = "list[]"\ntitle = "title"\n'

MISTAKES = {
    # syntax, tables and keys
    "syntax": ('[settings]\ntimezone = "UTC\n', "sources.toml:2: expected TOML"),
    "cut off": ("[settings]\nx = [1,\n", "sources.toml:"),
    "a lab twice": (LAB + LAB, "sources.toml:4: expected TOML"),
    "a key twice": (FEED + 'kind = "feed"\n', "sources.toml:4: expected TOML"),
    "unknown table": ("[setings]\n", 'sources.toml: setings: expected no such table; did you mean "settings"?'),
    "quite unknown table": ("[xyz]\n", "known tables: settings"),
    "unknown setting": ('[settings]\ntimezon = "UTC"\n', 'settings.timezon: expected no such key; did you mean "timezone"?'),
    "unknown key of a lab": (LAB + 'githb = ["a"]\n', 'labs.a.githb: expected no such key; did you mean "github"?'),
    "unknown key of a source": (FEED + 'ttle = "x"\n', 'sources.s.ttle: expected no such key; did you mean "title"?'),
    "key of another kind": (FEED + 'items = "a"\n', 'sources.s.items: expected no such key (kind "feed" takes kind, url'),
    "unknown key of digest": ('[digest]\nat_ = "07:30"\n', 'digest.at_: expected no such key; did you mean "at"?'),
    "unknown key of alerts": ("[alerts]\nwhenn = []\n", 'alerts.whenn: expected no such key; did you mean "when"?'),
    "unknown key of health": ('[health]\npng = ""\n', 'health.png: expected no such key; did you mean "ping"?'),
    "labs is no table": ("labs = 3\n", "labs: expected tables [labs.ID], found 3"),
    "a lab is no table": ("[labs]\na = 1\n", "labs.a: expected a table [labs.a], found 1"),
    "a source is no table": ('[sources]\na = "x"\n', "sources.a: expected a table [sources.a]"),
    "settings is no table": ("settings = []\n", "settings: expected a table [settings], found a list"),
    # missing
    "lab without name": ('[labs.a]\nregion = "cn"\n', "labs.a.name: expected this key, but it is missing"),
    "lab without region": ('[labs.a]\nname = "A"\n', "labs.a.region: expected this key, but it is missing"),
    "source without kind": ('[sources.s]\nurl = "https://a.example"\n', "sources.s.kind: expected this key"),
    "source without url": ('[sources.s]\nkind = "feed"\n', "sources.s.url: expected this key, but it is missing"),
    "page without item": (PAGE.replace('item = "li"\n', ""), "sources.s.item: expected this key, but it is missing"),
    "json without items": (JSON.replace('items = "list[]"\n', ""), "sources.s.items: expected this key"),
    "json without title": (JSON.replace('title = "title"\n', ""), "sources.s.title: expected this key"),
    "subscriber without name": ("[[digest.subscribers]]\n", "digest.subscribers[1].name: expected this key"),
    # wrong types
    "number for a text": ("[settings]\ntimezone = 1\n", "settings.timezone: expected a text in quotes, found 1"),
    "text for a list": ('[digest]\nto = "a@b.example"\n', "digest.to: expected a list of e-mail addresses in [ ]"),
    "text for a truth": (FEED + 'enabled = "no"\n', 'sources.s.enabled: expected true or false, found "no"'),
    "number for a kind": ('[sources.s]\nkind = 1\nurl = "https://a.example"\n', "sources.s.kind: expected one of feed"),
    "table for a text": (FEED + "title = {}\n", "sources.s.title: expected a text in quotes, found a table"),
    "control character": (FEED + 'title = "a\\u001bb"\n', "sources.s.title: expected one line of text"),
    "empty name": (LAB.replace('"A"', '" "'), "labs.a.name: expected a text, found an empty one"),
    "element twice": (LAB + 'aliases = ["x", "x"]\n', 'labs.a.aliases: expected each element once, found "x" twice'),
    "number among texts": (LAB + "aliases = [1]\n", "labs.a.aliases: expected a text in quotes, found 1"),
    "subscribers no list": ("[digest]\nsubscribers = 1\n", "digest.subscribers: expected [[digest.subscribers]]"),
    # ids
    "id with a slash": ('[sources."a/b"]\nkind = "feed"\n', "sources.a/b: expected an id of at most 64 letters"),
    "id that is a path": ('[labs."../x"]\nname = "A"\n', "labs.../x: expected an id"),
    "ids that differ by case": (FEED + FEED.replace("sources.s", "sources.S"), "sources.S: expected another id"),
    "subscriber twice": (
        '[[digest.subscribers]]\nname = "x"\n[[digest.subscribers]]\nname = "x"\n',
        "digest.subscribers[2].name: expected a name of its own",
    ),
    "subscriber named default": ('[[digest.subscribers]]\nname = "default"\n', 'but "default" is taken'),
    # references
    "unknown lab": (LAB.replace("labs.a", "labs.qwen") + FEED + 'lab = "qwem"\n', 'sources.s.lab: expected the id of a lab of this file, found "qwem"; did you mean "qwen"?'),
    "unknown lab of a subscriber": ('[[digest.subscribers]]\nname = "x"\nlabs = ["zz"]\n', "digest.subscribers[1].labs: expected the id of a lab"),
    # values
    "unknown kind": ('[sources.s]\nkind = "fed"\nurl = "https://a.example"\n', 'sources.s.kind: expected one of feed, page, json, catalog, found "fed"; did you mean "feed"?'),
    "hub as a kind": ('[sources.s]\nkind = "github"\nurl = "https://a.example"\n', "github organisations are listed in a lab"),
    "url without scheme": (FEED.replace("https://a", "a"), 'did you mean "https://a.example/feed"?'),
    "url of another scheme": (FEED.replace("https", "file"), "sources.s.url: expected an absolute URL"),
    "url without host": (FEED.replace("a.example", ""), "sources.s.url: expected an absolute URL"),
    "url with a blank": (FEED.replace("/feed", "/a b"), "sources.s.url: expected an absolute URL"),
    "url with a bad port": (FEED.replace("example", "example:x"), "sources.s.url: expected an absolute URL"),
    "url with a bad host": (FEED.replace("a.example", "-a..$"), "sources.s.url: expected an absolute URL"),
    "url with a password": (FEED.replace("a.example", "u:geheim@a.example"), "this file holds no secrets"),
    "bridge without path": (FEED.replace("https://a.example/feed", "bridge://x"), "sources.s.url: expected a path"),
    "duration": ('[settings]\npoll_every = "5 minutes"\n', 'settings.poll_every: expected a duration like "30m"'),
    "duration as a number": (FEED + "every = 30\n", "sources.s.every: expected a duration"),
    "interval too short": (FEED + 'every = "9m"\n', 'sources.s.every: expected an interval from "10m" to "24h", found "9m"'),
    "interval too long": (FEED + 'every = "25h"\n', "sources.s.every: expected an interval"),
    "interval of a lab": (LAB + 'every = "1m"\n', "labs.a.every: expected an interval"),
    "keeping too short": ('[settings]\nkeep_items = "3h"\n', 'settings.keep_items: expected at least "1d"'),
    "time zone": ('[settings]\ntimezone = "Europe/Pariss"\n', 'did you mean "Europe/Paris"?'),
    "time zone as a path": (FEED + 'timezone = "../../etc/passwd"\n', "sources.s.timezone: expected an IANA time zone"),
    "empty time zone": ('[settings]\ntimezone = ""\n', "settings.timezone: expected an IANA time zone"),
    "time of day": ('[digest]\nat = "25:00"\n', 'digest.at: expected a time of day like "07:30"'),
    "time of day as a time": ("[digest]\nat = 07:30:00\n", "digest.at: expected a time of day"),
    "quiet hours": ('[digest]\nquiet = "22-7"\n', 'digest.quiet: expected hours like "22:00-07:00"'),
    "language of a source": (FEED + 'language = "Chinese"\n', 'sources.s.language: expected a language tag like "zh", "en" or "fr", found "Chinese"; did you mean "zh"?'),
    "language of the digest": ('[digest]\nlanguage = "de"\n', 'digest.language: expected one of "en", "fr", "zh", found "de"'),
    "region": (LAB.replace('"cn"', '"China"'), 'labs.a.region: expected "cn" (followed)'),
    "mail address": ('[digest]\nto = ["a b"]\n', "digest.to: expected an e-mail address"),
    "sender": ('[digest]\nsender = "nobody"\n', "digest.sender: expected an e-mail address"),
    "empty days": ('[digest]\nempty_days = "lines"\n', 'did you mean "line"?'),
    "period": ('[[digest.subscribers]]\nname = "x"\nperiod = "weekly"\n', 'did you mean "week"?'),
    "openness": ('[[digest.subscribers]]\nname = "x"\nopenness = ["open"]\n', "digest.subscribers[1].openness: expected one of"),
    "alert": ('[alerts]\nwhen = ["rumor"]\n', 'alerts.when: expected one of "new", "open", "rumour", "withdrawn", found "rumor"; did you mean "rumour"?'),
    "notify with the URL itself": ('[digest]\nnotify = ["tgram://geheim"]\n', 'digest.notify: expected "env:NAME"'),
    "ping with the URL itself": ('[health]\nping = "https://hc.example/geheim"\n', 'health.ping: expected "env:NAME"'),
    "proxy": ('[settings]\nproxy = "socks"\n', "settings.proxy: expected an absolute URL"),
    "bridge": ('[settings]\nbridge = "x"\n', "settings.bridge: expected an absolute URL"),
    "private host with a scheme": ('[settings]\nallow_private_hosts = ["http://a"]\n', "settings.allow_private_hosts: expected a host"),
    "private host no address": ('[settings]\nallow_private_hosts = ["1.2.3"]\n', "settings.allow_private_hosts: expected an address"),
    "checked": (FEED + 'checked = "yesterday"\n', 'sources.s.checked: expected a date like "2026-10-02" or "unchecked"'),
    "checked on no day": (FEED + 'checked = "2026-02-30"\n', "sources.s.checked: expected a date"),
    # labs
    "family empty": (LAB + 'families = ["Qwen = "]\n', 'labs.a.families: expected a family like "Qwen"'),
    "family without a letter": (LAB + 'families = ["3.5"]\n', "labs.a.families: expected a family"),
    "family no text": (LAB + "families = [3]\n", "labs.a.families: expected a family"),
    "spelling twice": (LAB + 'families = ["Qwen = 千问 = qwen"]\n', "labs.a.families: expected each spelling once"),
    "spelling in two families": (LAB + 'families = ["Qwen = 千问", "千问"]\n', 'found "千问" in two families'),
    "spelling in two labs": (
        LAB + 'families = ["X"]\n' + LAB.replace("labs.a", "labs.b") + 'families = ["x"]\n',
        'labs.b.families: expected a spelling of this lab alone, but "x" is one of labs.a too',
    ),
    "organisation": (LAB + 'github = ["a b"]\n', "labs.a.github: expected an organisation or owner/repo as github"),
    "organisation as a URL": (LAB + 'github = ["https://github.com/QwenLM/"]\n', 'did you mean "QwenLM"?'),
    "repository of a hub": (LAB + 'huggingface = ["a/b"]\n', "labs.a.huggingface: expected the name of an organisation"),
    "repository with dots only": (LAB + 'github = ["a/.."]\n', "labs.a.github: expected an organisation"),
    "organisation no text": (LAB + "modelscope = [1]\n", "labs.a.modelscope: expected the name"),
    "organisation of two labs": (
        LAB + 'github = ["X"]\n' + LAB.replace("labs.a", "labs.b") + 'github = ["x"]\n',
        'labs.b.github: expected an organisation once, but "x" stands in labs.a.github too',
    ),
    "organisation twice in a lab": (LAB + 'github = ["X", "x"]\n', "labs.a.github: expected an organisation once"),
    # selectors and paths
    "selector unbalanced": (PAGE + 'link = "a[href"\n', "sources.s.link: expected a CSS selector"),
    "selector wrongly closed": (PAGE + 'link = "a:not(b]"\n', "sources.s.link: expected a CSS selector"),
    "selector empty": (PAGE + 'link = ""\n', "sources.s.link: expected a text, found an empty one"),
    "selector without attribute": (PAGE + 'link = "a@"\n', "sources.s.link: expected a CSS selector"),
    "selector too long": (PAGE + f'link = "{"a" * 501}"\n', "at most 500 characters"),
    "selector with braces": (PAGE + 'link = "a { }"\n', "sources.s.link: expected a CSS selector"),
    "page format": (PAGE + 'format = "mark"\n', "sources.s.format: expected one of"),
    "path": (JSON + 'link = "a..b"\n', 'sources.s.link: expected a dotted path like "data.list[]"'),
    "path with a bracket": (JSON + 'date = "a[b]"\n', "sources.s.date: expected a dotted path"),
    "path with half a brace": (JSON + 'link = "/t/{slug"\n', "sources.s.link: expected braces in pairs"),
    "template with a bad path": (JSON + 'link_prefix = "https://a.example/{a..b}"\n', "sources.s.link_prefix: expected a dotted path"),
    "date unit": (JSON + 'date = "d"\ndate_unit = "seconds"\n', "sources.s.date_unit: expected one of"),
    "date unit without date": (JSON + 'date_unit = "s"\n', "sources.s.date_unit: expected `date` too"),
    "link prefix alone": (JSON + 'link_prefix = "https://a.example/"\n', "sources.s.link_prefix: expected `link` too"),
    "method": (JSON + 'method = "PUT"\n', 'sources.s.method: expected one of "GET", "POST"'),
    "body of a GET": (JSON + 'method = "GET"\nbody = "x"\n', 'sources.s.body: expected no body with method = "GET"'),
    "body no text": (JSON + 'method = "POST"\nbody = 1\n', "sources.s.body: expected a text or a table"),
    "body with a date": (JSON + 'method = "POST"\nbody = { a = 2026-01-01 }\n', "sources.s.body: expected a table of texts"),
    "headers no table": (JSON + 'headers = "x"\n', "sources.s.headers: expected a table of texts"),
    "header with a line break": (JSON + 'headers = { X-A = "a\\r\\nb" }\n', "sources.s.headers.X-A: expected a header's name"),
    "header with a credential": (JSON + 'headers = { Authorization = "x" }\n', "credentials and framing headers"),
    "where no table": (JSON + "where = 1\n", "sources.s.where: expected a table"),
    "where with a list of tables": (JSON + "where = { a = [{}] }\n", "sources.s.where.a: expected a text"),
    "category": (FEED + 'category = ""\n', "sources.s.category: expected a text"),
    # between stanzas
    "the same address twice": (
        FEED + '[sources.t]\nkind = "feed"\nurl = "http://www.a.example/feed/?utm_source=x"\n',
        "sources.t.url: expected an address of its own, but sources.s has the same",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gets_one_line_with_file_and_key(text: str, expected: str) -> None:
    message = error_of(text)
    assert expected in message
    assert message.startswith("sources.toml:") and "\n" not in message and "geheim" not in message


def test_two_lists_that_differ_by_their_body_may_have_one_address() -> None:
    post = JSON + 'method = "POST"\nbody = { page = 1 }\n'
    assert len(at(post + post.replace("sources.s", "sources.t").replace("= 1", "= 2")).sources) == 2


def test_a_bad_time_zone_has_a_code_of_its_own() -> None:
    with pytest.raises(ConfigurationError) as caught:
        at('[settings]\ntimezone = "Mars/Base"\n')
    assert caught.value.code == "bad_timezone"
    assert caught.value.where == "sources.toml: settings.timezone"


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="aggregator init"):
        load(tmp_path / "none.toml", {})


def test_a_folder_a_file_in_another_encoding_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {})
    (tmp_path / "a.toml").write_bytes("# ok\ntitle = '量'".encode("gbk"))
    with pytest.raises(ConfigurationError, match=r"a\.toml:2: expected text in UTF-8"):
        load(tmp_path / "a.toml", {})
    (tmp_path / "b.toml").write_bytes(b"#" * (8 * 2**20 + 1))
    with pytest.raises(ConfigurationError, match="at most 8 MiB"):
        load(tmp_path / "b.toml", {})


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    assert "expected TOML" in error_of("a = " + "[" * 50_000)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbf" + FEED.encode())
    assert "s" in load(tmp_path / "a.toml", {}).sources
