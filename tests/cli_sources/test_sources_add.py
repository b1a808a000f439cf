"""`sources add` finds the feed behind an address, writes one stanza and touches nothing else."""

from __future__ import annotations

from desks import Desk, rss

from aggregator.config import load

PAGE = b"""<html><head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
<link rel="alternate" type="application/rss+xml" title="Old" href="/old.xml">
<link rel="alternate" type="application/atom+xml" href="/feed.xml"></head><body>Blog</body></html>"""


def test_a_feed_becomes_a_stanza_and_every_byte_before_it_stays(desk: Desk) -> None:
    old = desk.write()
    desk.serve("/f.xml", rss("Lab &amp; News"))
    done = desk.run("sources", "add", f"{desk.base}/f.xml", "--lab", "qwen")
    assert done.returncode == 0, done.stderr
    text = desk.file.read_text("utf-8")
    assert text.startswith(old) and "# my own words" in text
    (source,) = load(desk.file, {}).sources.values()
    assert (source.kind, source.title, source.language, source.lab) == ("feed", "Lab & News", "en", "qwen")
    assert source.checked is not None and source.checked.startswith("20")
    assert done.stdout.decode() == text[len(old) :].lstrip("\n")


def test_behind_a_page_the_best_of_its_feeds_is_taken_and_the_others_are_told(desk: Desk) -> None:
    desk.write()
    desk.serve("/", PAGE, "text/html")
    desk.serve("/comments/feed", rss("Comments", days=0))
    desk.serve("/old.xml", rss("Old", days=300))
    desk.serve("/feed.xml", rss("New"))
    found = desk.json("sources", "add", desk.base + "/", "--id", "lab", "--title", "My lab", "--language", "fr")
    assert (found["id"], found["url"], found["found"]) == ("lab", f"{desk.base}/feed.xml", "announced")
    assert (found["title"], found["language"], found["written"]) == ("My lab", "fr", True)
    assert {each["url"].removeprefix(desk.base) for each in found["tried"]} == {
        "/feed.xml",
        "/old.xml",
        "/comments/feed",
    }
    assert load(desk.file, {}).sources["lab"].title == "My lab"


def test_usual_places_are_guessed_when_a_page_names_no_feed(desk: Desk) -> None:
    desk.write()
    desk.serve("/blog", b"<html><body>Blog</body></html>", "text/html")
    for path in ("/feed", "/atom.xml", "/feed.xml", "/index.xml", "/rss", "/feed.json"):
        desk.serve(path, b"", "text/plain", 404)
    desk.serve("/rss.xml", rss())
    found = desk.json("sources", "add", f"{desk.base}/blog")
    assert (found["found"], found["page"]) == ("guessed", f"{desk.base}/blog")


def test_a_page_without_any_feed_is_told_what_else_can_be_done(desk: Desk) -> None:
    old = desk.write()
    for path in ("/blog", "/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss", "/feed.json"):
        desk.serve(path, b"<html><body>Blog</body></html>", "text/html")
    done = desk.run("sources", "add", f"{desk.base}/blog")
    assert done.returncode == 1 and b"[code=no_feed]" in done.stderr and b'kind = "page"' in done.stderr
    assert desk.file.read_text("utf-8") == old


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    old = desk.write()
    desk.serve("/f.xml", rss())
    done = desk.run("sources", "add", f"{desk.base}/f.xml", "--dry-run")
    assert done.returncode == 0 and b"[sources." in done.stdout and b"nothing was written" in done.stderr
    assert desk.file.read_text("utf-8") == old


def test_an_address_that_is_followed_is_refused_with_the_id_of_its_source(desk: Desk) -> None:
    old = desk.write('[sources.mine]\nkind = "feed"\nurl = "{base}/f.xml"\n')
    for same in (f"{desk.base}/f.xml", f"{desk.base}/f.xml?utm_source=x#top"):
        done = desk.run("sources", "add", same)
        assert done.returncode == 2 and b"already followed as sources.mine" in done.stderr
    assert desk.server.paths() == []
    desk.serve("/", b'<link rel="alternate" type="application/rss+xml" href="/f.xml">', "text/html")
    desk.serve("/f.xml", rss())
    done = desk.run("sources", "add", desk.base + "/")
    assert done.returncode == 2 and b"sources.mine" in done.stderr and desk.file.read_text("utf-8") == old


def test_a_feed_that_moved_is_added_at_its_new_address(desk: Desk) -> None:
    desk.write()
    desk.serve("/old.xml", b"", "text/plain", 301, Location="/new.xml")
    desk.serve("/new.xml", rss())
    assert desk.json("sources", "add", f"{desk.base}/old.xml")["url"] == f"{desk.base}/new.xml"


def test_private_addresses_and_junk_and_hubs_are_refused(desk: Desk) -> None:
    old = desk.write(head='[settings]\ntimezone = "UTC"\n')
    done = desk.run("sources", "add", f"{desk.base}/f.xml")
    assert done.returncode == 1 and b"[code=blocked_address]" in done.stderr
    for junk in ("javascript:alert(1)", "file:///etc/passwd", "no address", "https://me:secret@lab.example/feed"):
        done = desk.run("sources", "add", junk)
        assert done.returncode == 2 and b"secret@" not in done.stderr, done.stderr
    done = desk.run("sources", "add", "https://huggingface.co/deepseek-ai")
    assert done.returncode == 2 and b'huggingface = ["deepseek-ai"]' in done.stderr
    assert desk.server.paths() == [] and desk.file.read_text("utf-8") == old


def test_an_unknown_lab_or_a_taken_id_writes_nothing(desk: Desk) -> None:
    old = desk.write('[sources.mine]\nkind = "feed"\nurl = "{base}/mine"\n')
    desk.serve("/f.xml", rss())
    for option, words in (("--lab", b"did you mean"), ("--id", b"taken by sources.mine")):
        done = desk.run("sources", "add", f"{desk.base}/f.xml", option, "qwenn" if option == "--lab" else "mine")
        assert done.returncode == 2 and words in done.stderr
    assert desk.file.read_text("utf-8") == old


def test_a_hostile_title_becomes_one_harmless_line(desk: Desk) -> None:
    desk.write()
    desk.serve("/f.xml", rss('&lt;b&gt;x&lt;/b&gt;" \n[settings]\npoll_every = "1s"'))
    assert desk.json("sources", "add", f"{desk.base}/f.xml", "--id", "x")["written"]
    assert "\n" not in load(desk.file, {}).sources["x"].title
