"""Keys, aliases and preparation (RELIABILITY S2-S6, P12, P19, P22, P23; CONTRACT promise 1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aggregator.identity import aliases_of, item_key, item_keys, prepare, url_key
from aggregator.model import Entry, Labels, Repository, Source

NOW = datetime(2026, 2, 12, 9, tzinfo=UTC)
SOURCE = Source(id="outlet", kind="feed", url="https://outlet.example/feed", language="zh")


class Nothing:
    """An understanding that labels nothing."""

    def labels(self, entry: Entry, source: Source, *, title: str, summary: str, content: str) -> Labels:
        return Labels(kind="other")


def entry(
    guid: str = "1",
    url: str | None = "https://outlet.example/a/1",
    title: str = "Zhipu opens GLM-5 to all",
    **more: object,
) -> Entry:
    return Entry(guid=guid, url=url, title=title, **more)  # type: ignore[arg-type]


def test_a_key_is_64_hex_digits_and_belongs_to_its_source() -> None:
    key = item_key("outlet", entry())
    assert len(key) == 64 and int(key, 16) >= 0
    assert key != item_key("other", entry())


def test_s6_an_edit_keeps_the_key() -> None:
    assert item_key("outlet", entry(title="Old", summary="x")) == item_key("outlet", entry(title="New", summary="y"))


def test_p12_a_key_uses_the_cleaned_guid() -> None:
    assert item_key("outlet", entry(guid=" abc\u202e\u200b\x00 ")) == item_key("outlet", entry(guid="abc"))


def test_s5_an_empty_guid_gives_the_link_then_title_and_date() -> None:
    by_link = item_key("outlet", entry(guid=""))
    assert by_link == item_key(
        "outlet", entry(guid="", url="http://www.outlet.example/a/1/?utm_source=x", title="Edited")
    )
    by_text = item_key("outlet", entry(guid="", url=None))
    assert by_text not in (by_link, item_key("outlet", entry(guid="", url=None, title="Another")))


def test_s2_a_changed_guid_is_found_by_link_and_by_title_with_day() -> None:
    old = entry(guid="http://outlet.example/?p=1", published=NOW)
    https = entry(guid="https://outlet.example/?p=1", published=NOW)
    moved = entry(guid="9", url="https://outlet.example/new/1", published=NOW + timedelta(hours=2))
    assert set(aliases_of("outlet", old)) & set(aliases_of("outlet", https))
    assert set(aliases_of("outlet", old)) & set(aliases_of("outlet", moved))


def test_s3_a_random_guid_leaves_the_aliases_alone() -> None:
    first, second = (set(aliases_of("outlet", entry(guid=guid))) for guid in ("a", "b"))
    assert first & second


def test_s4_different_things_under_one_guid_have_keys_of_their_own_that_last() -> None:
    one, two = (
        entry(guid="0"),
        entry(guid="0", url="https://outlet.example/a/2", title="Moonshot opens Kimi K2.5 to all"),
    )
    keys = item_keys("outlet", [one, two])
    assert len(set(keys)) == 2
    assert keys[1] in aliases_of("outlet", two) and keys[0] in aliases_of("outlet", one)


def test_s4_one_thing_listed_twice_is_one_thing() -> None:
    keys = item_keys("outlet", [entry(), entry(title="Edited"), entry(guid="2")])
    assert keys[0] == keys[1] != keys[2]


def test_s21_a_lasting_id_decides_and_names_are_aliases() -> None:
    before = entry(guid="old/name", lasting_id="65f0")
    after = entry(guid="new/name", lasting_id="65f0", aliases=("old/name",))
    assert item_key("huggingface:new", before) == item_key("huggingface:new", after)
    assert item_key("huggingface:new", entry(guid="old/name")) in aliases_of("huggingface:new", after)


def test_a_repository_its_release_and_its_readme_are_three_things() -> None:
    guids = ("org/repo", "org/repo@v1", "org/repo#readme@abc")
    assert len({item_key("github:org", entry(guid=guid, lasting_id="7")) for guid in guids}) == 3


def test_a_fragment_with_a_version_makes_another_address_and_a_place_does_not() -> None:
    assert url_key("https://a.example/log#v1.2") != url_key("https://a.example/log#v1.3")
    assert url_key("https://a.example/log#comments") == url_key("https://a.example/log")


def test_prepare_cleans_cuts_and_keys() -> None:
    raw = entry(
        title="<b>GLM-5</b>\u202e &amp; more",
        summary="<p>one</p><p>two</p>",
        content="智" * 300_000,
        author="A\nB",
        published=NOW,
    )
    ready = prepare(raw, SOURCE, Nothing(), NOW)
    assert ready.title == "GLM-5 & more" and ready.summary == "one\ntwo" and ready.author == "A B"
    assert len(ready.content.encode()) <= 256 * 1024
    assert ready.key == item_key("outlet", raw) and ready.url_key == "https://outlet.example/a/1"
    assert ready.bands and all(-(2**63) <= band < 2**63 for band in ready.bands)


def test_p22_without_a_title_the_text_or_the_link_gives_one() -> None:
    assert (
        prepare(entry(title="", summary="<p>First line.</p><p>Second</p>"), SOURCE, Nothing(), NOW).title
        == "First line."
    )
    assert prepare(entry(title=""), SOURCE, Nothing(), NOW).title == "https://outlet.example/a/1"


def test_p23_a_link_that_is_no_link_is_left_out() -> None:
    ready = prepare(entry(url="javascript:alert(1)"), SOURCE, Nothing(), NOW)
    assert ready.url is None and ready.url_key is None


def test_s12_absurd_dates_are_dropped() -> None:
    for published in (NOW + timedelta(days=3), datetime(1969, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)):
        assert prepare(entry(published=published), SOURCE, Nothing(), NOW).published is None
    assert prepare(entry(published=NOW + timedelta(hours=8)), SOURCE, Nothing(), NOW).published is not None


def test_the_text_tells_the_language_before_the_source_does() -> None:
    assert prepare(entry(title="Zhipu opens the weights of GLM-5 to all"), SOURCE, Nothing(), NOW).language == "en"
    assert prepare(entry(title="GLM-5"), SOURCE, Nothing(), NOW).language == "zh"


def test_things_of_hubs_are_never_copies_by_text() -> None:
    hub = Source(id="huggingface:zai-org", kind="huggingface", url="https://huggingface.co")
    ready = prepare(
        entry(artifact=Repository(hub="huggingface", id="zai-org/GLM-5"), summary="word " * 50), hub, Nothing(), NOW
    )
    assert ready.text_key is None and ready.bands == () and ready.signature == b""


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_entry_can_be_prepared(guid: str, url: str, title: str) -> None:
    ready = prepare(entry(guid=guid, url=url, title=title, summary=title, content=url), SOURCE, Nothing(), NOW)
    assert len(ready.key) == 64 and ready.key not in aliases_of("outlet", ready.entry)
    assert ready == prepare(ready.entry, SOURCE, Nothing(), NOW)


@given(
    st.lists(st.sampled_from(["utm_source=rss", "fbclid=1", "spm=1.2", "from=timeline", "ref=homepage"]), max_size=4)
)
def test_keys_by_link_survive_tracking_parameters(tracking: list[str]) -> None:
    plain = entry(guid="")
    tracked = entry(guid="", url="https://outlet.example/a/1?" + "&".join(tracking))
    assert item_key("outlet", plain) == item_key("outlet", tracked)
