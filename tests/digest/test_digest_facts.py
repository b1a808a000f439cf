"""What an entry says beside its name: generations and expectations, people's words, home, prices, changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import digest_worlds as worlds
import pytest
from digest_worlds import LABS, SOURCES, World, at

from aggregator.digest import Digest, Entry, build, render
from aggregator.digest.details import voice_name
from aggregator.digest.entries import Dispute, Said
from aggregator.digest.layout import lay_out
from aggregator.digest.pages import plain
from aggregator.digest.phrases import Phrases
from aggregator.digest.sentences import at_home, claim, licence_name, said, summary
from aggregator.model import TRUST_HUB, TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR, Lab, LineChange, Material, Source
from aggregator.openness import licence

EN = Phrases("en")
GB = 10**9


def digest_of(world: World, language: str = "en", **more: Any) -> Digest:
    return of(world.material(), language, **more)


def of(material: Material, language: str = "en", **more: Any) -> Digest:
    return build(material, LABS, SOURCES, language=language, timezone=worlds.ZONE, **more)


def open_line(w: World, name: str = "GLM-9", day: int = 11) -> str:
    line = w.line("zhipu", name, "GLM", "9")
    w.item(f"{name}-hf", "huggingface:zai-org", at(day), f"zai-org/{name}", guid=f"zai-org/{name}")
    w.shows(line, f"{name}-hf", "open", TRUST_HUB, ("weights", "yes"))
    return line


# ---------------------------------------------------------------- generations and what was expected of them


def fulfilled() -> World:
    w = World()
    rumour = w.line("deepseek", "DeepSeek-V4", "DeepSeek", "V4", "DeepSeek-V4")
    w.item("r", "wire", at(9), "DeepSeek V4 within days, says The Courier", kind="rumour")
    told = {
        "about": "expected",
        "value": "within days",
        "voice": "press",
        "name": "The Courier",
        "via": None,
        "when": "days",
    }
    w.shows(rumour, "r", "rumoured", TRUST_RUMOUR, ("claim", json.dumps(told)))
    for tier in ("Pro", "Flash"):
        key = w.line("deepseek", f"DeepSeek-V4-{tier}", "DeepSeek", "V4", "DeepSeek-V4")
        w.item(f"o-{tier}", "dengxia", at(16, 9), f"DeepSeek 发布 V4 {tier}")
        w.shows(key, f"o-{tier}", "available", TRUST_PRESS, ("modality", "text"))
    return w


def test_the_first_lines_of_a_generation_fulfil_its_rumour_and_say_so_once() -> None:
    digest = digest_of(fulfilled())
    assert digest.rumours == ()
    told = [summary(entry, EN, worlds.ZONE) for entry in digest.releases]
    assert "DeepSeek-V4 is out as Flash and Pro; first rumoured on 9 February 2026, 7 days earlier" in told[0]
    assert "is out as" not in told[1]


def test_what_was_expected_is_told_with_who_said_so_and_what_became_of_it() -> None:
    first = digest_of(fulfilled()).releases[0]
    assert first.expected is not None and first.expected["outcome"] in ("kept", "late", "wrong")
    assert "(The Courier): " in summary(first, EN, worlds.ZONE)


def test_a_rumour_says_for_when_it_is_expected_in_its_voice_and_not_as_a_fact() -> None:
    w = fulfilled()
    for tier in ("pro", "flash"):
        del w.showings[f"deepseekv4{tier}"], w.names[f"deepseekv4{tier}"]
    w.since = at(9, 0)
    page = render(digest_of(w), "md")
    assert "Expected within days (according to The Courier)" in page
    assert "New**: none" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Out on 11 February 2026"), ("fr", "Paru le 11 février 2026"), ("zh", "2026年2月11日发布")],
)
def test_a_digest_of_a_longer_time_tells_the_day_on_which_a_model_came_out(language: str, words: str) -> None:
    w = World()
    w.since = at(9, 0)
    open_line(w, day=11)
    assert words in render(digest_of(w, language), "md")
    w.since, w.until = at(11, 0), at(12, 0)
    assert words not in render(digest_of(w, language), "md")


# ---------------------------------------------------------------- people's words


def word(about: str, value: str, voice: str = "lab", name: str = "Zhipu", via: str = "") -> Said:
    return Said(about, value, voice, name, None, via)


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (word("training hardware", "Huawei Ascend"), "trained on Huawei Ascend (according to Zhipu)"),
        (word("languages", "201", via="Harbour Wire"), "201 languages (according to Zhipu, via Harbour Wire)"),
        (word("comparison", "≈ Claude Opus 4.6"), "level with Claude Opus 4.6 (according to Zhipu)"),
        (word("comparison", "> Sora 2", "press", "Le Souffle"), "better than Sora 2 (according to Le Souffle)"),
        (word("comparison", "< GPT-9", "third-party-test", "Lab X"), "behind GPT-9 (according to a test by Lab X)"),
        (word("running cost", "-60%"), "running costs −60% (according to Zhipu)"),
        (
            word("training cost", "$5 million", "anonymous", ""),
            "training cost $5 million (according to unnamed sources)",
        ),
        (word("score", "AIME 2025 92.1", "oracle", ""), "score AIME 2025 92.1 (according to the press)"),
    ],
)
def test_every_claim_is_told_with_its_voice(one: Said, wanted: str) -> None:
    assert claim(one, EN) == wanted


def entry_with(*words: Said, disputes: tuple[Dispute, ...] = ()) -> Entry:
    return replace(digest_of(worlds.day()).releases[0], said=words, disputes=disputes)


def test_different_values_stand_side_by_side_and_dates_of_one_voice_are_one_sentence() -> None:
    entry = entry_with(word("languages", "201"), word("languages", "200", via="Wire"))
    assert [words for _, words in said(entry, EN)] == [
        "201 languages (according to Zhipu)", "200 languages (according to Zhipu, via Wire)",
    ]  # fmt: skip
    entry = entry_with(
        word("expected", "within days"), word("expected", "2026-02-24"), word("expected", "within weeks")
    )
    assert [words for _, words in said(entry, EN)] == [
        "expected within days, by 24 February 2026 or within weeks (according to Zhipu)"
    ]


def test_what_no_catalogue_has_words_for_is_not_told_in_a_foreign_language() -> None:
    assert said(entry_with(word("mood", "sunny")), Phrases("fr")) == []


def test_all_who_dispute_one_thing_are_named_together_each_with_a_link() -> None:
    w = worlds.day()
    links = [next(e for e in digest_of(w).releases if e.links).links[0]] * 2
    entry = entry_with(disputes=(Dispute(("Disney", "Netflix"), "copyright", tuple(links)),))
    page = lay_out(replace(digest_of(w), releases=(entry,), also=()))
    line = next(line for block in page.sections[0].blocks for line in block.below if "Disney" in plain(line))
    assert plain(line) == "Disputed by Disney and Netflix (copyright)."
    assert [run.words for run in line if run.url] == ["Disney", "Netflix"]


# ---------------------------------------------------------------- at home and at work


def test_the_smallest_download_and_the_formats_are_told_by_real_sizes() -> None:
    w = World()
    line = open_line(w, day=16)
    w.artifact(line, "zai-org/GLM-9", at(16), download=744 * GB, formats=("safetensors",))
    w.artifact(line, "zai-org/GLM-9-GGUF", at(16), kind="quantized", download=24_300_000_000, formats=("GGUF",))
    w.artifact(line, "someone/GLM-9-tiny", at(16), kind="quantized", download=GB, first_party=False)
    (entry,) = digest_of(w).releases
    assert at_home(entry, EN, worlds.ZONE) == "Smallest download 24.3 GB, as GGUF and safetensors."
    assert (
        at_home(entry, Phrases("fr"), worlds.ZONE) == "Plus petit téléchargement 24,3\u00a0Go, en GGUF et safetensors."
    )


def test_a_format_that_came_later_has_its_day_and_a_whole_size_is_an_upper_bound() -> None:
    w = World()
    line = open_line(w, day=11)
    w.artifact(line, "zai-org/GLM-9", at(11), bytes=744 * GB, formats=("safetensors",))
    w.artifact(line, "zai-org/GLM-9-MLX", at(16), kind="format", formats=("MLX",))
    w.item("mlx", "huggingface:zai-org", at(16), "zai-org/GLM-9-MLX", kind="update")
    w.shows(line, "mlx", "open", TRUST_HUB)
    (entry,) = digest_of(w).releases
    assert (
        at_home(entry, EN, worlds.ZONE) == "At most 744 GB to download, as safetensors, and since 16 February 2026 MLX."
    )


def test_formats_that_only_others_have_are_told_with_who_made_them_and_since_when() -> None:
    w = World()
    line = open_line(w, day=11)
    w.artifact(line, "zai-org/GLM-9", at(11), download=744 * GB, formats=("safetensors",))
    w.artifact(line, "unsloth/GLM-9-GGUF", at(11), kind="quantized", formats=("GGUF",), first_party=False)
    w.artifact(line, "later/GLM-9-GGUF", at(15), kind="quantized", formats=("GGUF",), first_party=False)
    w.artifact(line, "mlx-community/GLM-9-4bit", at(16), kind="format", formats=("MLX",), first_party=False)
    w.artifact(line, "copy/GLM-9", at(16), kind="format", formats=("safetensors",), first_party=False)
    w.item("mlx", "huggingface:zai-org", at(16), "zai-org/GLM-9", kind="update")
    w.shows(line, "mlx", "open", TRUST_HUB)
    (entry,) = digest_of(w).releases
    told = {language: at_home(entry, Phrases(language), worlds.ZONE) for language in ("en", "fr", "zh")}
    assert told["en"] == (
        "Smallest download 744 GB, as safetensors; "
        "from others GGUF (unsloth), MLX (mlx-community, since 16 February 2026)."
    )
    assert "chez des tiers, GGUF (unsloth), MLX (mlx-community, depuis le 16 février 2026)." in told["fr"]
    assert "第三方提供GGUF（unsloth），MLX（mlx-community，2026年2月16日起）。" in told["zh"]


def test_a_price_is_told_with_the_catalogue_that_gives_it() -> None:
    w = World()
    sources = {**SOURCES, "or": Source("or", "catalog", "https://openrouter.example", title="OpenRouter")}
    line = w.line("zhipu", "GLM-9", "GLM", "9")
    w.item("c", "or", at(16), "GLM 9")
    w.shows(line, "c", "available", TRUST_LAB, ("price_in", "0.95"), ("price_out", "3"))
    w.showings[line] = [replace(s, rule="catalogue-model") for s in w.showings[line]]
    (entry,) = build(w.material(), LABS, sources, timezone=worlds.ZONE).releases
    assert at_home(entry, EN, worlds.ZONE) == "$0.95 in and $3 out per million tokens (OpenRouter)."
    zh = at_home(entry, Phrases("zh"), worlds.ZONE)
    assert zh == "每百万词元输入0.95美元、输出3美元（OpenRouter）。"


# ---------------------------------------------------------------- changes without a new item


@pytest.mark.parametrize(
    ("what", "before", "after", "words"),
    [
        ("licence", "mit", "glm-license", "Its licence changed from MIT to glm-license."),
        ("renamed", "zai-org/GLM-9", "zai-org/GLM-9.0", "Renamed from zai-org/GLM-9 to zai-org/GLM-9.0."),
        ("withdrawn", None, None, "Its weights are no longer on the hub."),
        ("correction", "status open", "status available", "Correction of an earlier digest: available, not open."),
    ],
)
def test_what_changed_without_a_new_item_is_told_as_such(
    what: str, before: str | None, after: str | None, words: str
) -> None:
    w = World()
    line = open_line(w)
    w.artifact(line, "zai-org/GLM-9", at(11))
    change = LineChange(what, before, after, at(16, 9), f"{what}:{after}")
    digest = of(w.material(changed={line: (change,)}))
    (entry,) = digest.releases
    assert entry.change == what
    assert words in summary(entry, EN, worlds.ZONE)
    assert (
        "Licence, price or withdrawal".casefold()
        in json.dumps(json.loads(render(digest, "json"))["releases"]).casefold()
    )
    assert digest_of(w).empty


def test_a_repository_that_went_later_was_still_there_then() -> None:
    w = World()
    line = open_line(w, day=16)
    w.artifact(line, "zai-org/GLM-9", at(16), weights=False, missing_since=at(20))
    (entry,) = digest_of(w).releases
    assert entry.release.open["weights"] == "yes"
    assert "weights" in {link.kind for link in entry.links}


# ---------------------------------------------------------------- sections and styles


def test_business_and_policy_stand_apart_by_topic() -> None:
    page = lay_out(digest_of(worlds.day()))
    section = next(s for s in page.sections if s.key == "affairs")
    assert [plain(block.head) for block in section.blocks] == ["Chips", "Funding"]
    assert all(s.key != "news" for s in page.sections)


def test_a_panorama_goes_by_lab_and_then_by_theme() -> None:
    digest = digest_of(worlds.day(), style="panorama")
    page = lay_out(digest)
    assert [s.heading for s in page.sections][:5] == [
        "Alibaba Qwen", "Zhipu AI (Z.ai)", "ByteDance Seed", "Moonshot AI", "DeepSeek",
    ]  # fmt: skip
    assert [s.key for s in page.sections][5:] == ["affairs", "peers", "late"]
    for form in ("md", "text", "html"):
        assert "Qwen3.5" in render(digest, form)
    assert json.loads(render(digest, "json")) == json.loads(render(digest_of(worlds.day()), "json"))


def test_a_quiet_window_is_the_same_in_every_style() -> None:
    assert render(digest_of(worlds.quiet(), style="panorama"), "md") == render(digest_of(worlds.quiet()), "md")


def test_a_longer_window_names_its_days() -> None:
    w = worlds.day()
    w.since, w.until = at(9, 23), at(9, 23) + timedelta(days=7)
    assert lay_out(digest_of(w)).title.endswith("10–16 February 2026")


def test_chinese_calls_a_lab_by_its_chinese_name_and_sets_a_latin_one_apart() -> None:
    labs = {
        "zhipu": Lab("zhipu", "Zhipu AI (Z.ai)", "cn", ("智谱", "Zhipu")),
        "moonshot": Lab("moonshot", "Moonshot AI", "cn", ("Kimi", "月之暗面")),
    }
    assert voice_name("lab", "Zhipu", labs, "zh") == "智谱"
    assert voice_name("lab", "Zhipu", labs, "fr") == "Zhipu"
    assert voice_name("press", "Zhipu", labs, "zh") == "Zhipu", "an outlet of that name is no lab"
    assert voice_name("lab", "Moonshot", labs, "zh") == "Moonshot", "a first alias in Latin letters is kept"
    say = Phrases("zh")

    def told(voice: str, name: str, via: str = "") -> str:
        return claim(Said("training hardware", "Huawei Ascend", voice, name, None, via), say)

    assert told("lab", "智谱") == "在华为昇腾上训练（据智谱）"
    assert told("lab", "Zhipu", "Harbour Wire") == "在华为昇腾上训练（据 Zhipu，Harbour Wire 报道）"
    assert told("press", "灯下", "") == "在华为昇腾上训练（据灯下）"
    assert told("third-party-test", "Tensor Gazette") == "在华为昇腾上训练（据 Tensor Gazette 的测试）"
    assert told("anonymous", "The Information") == "在华为昇腾上训练（据 The Information 援引的匿名人士）"


@pytest.mark.parametrize("written", ["修改版MIT", "修改版 MIT", "MIT modifiée"])
def test_a_modified_mit_has_one_name_and_its_conditions_in_every_language(written: str) -> None:
    release = replace(
        build(worlds.day().material(), LABS, SOURCES, language="fr", timezone=worlds.ZONE).releases[0].release,
        licence=written,
    )
    assert licence_name(release) == "modified MIT"
    assert licence(written).commercial == "conditions"
