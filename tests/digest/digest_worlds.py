"""Invented worlds for the digest: material as the store would give it. Every sentence here was made up for these tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import (
    TRUST_HUB,
    TRUST_LAB,
    TRUST_PRESS,
    TRUST_RUMOUR,
    Artifact,
    Item,
    Lab,
    LineMaterial,
    LineName,
    Material,
    Showing,
    Source,
    Story,
)

SINCE = datetime(2026, 2, 16, 6, 30, tzinfo=UTC)
UNTIL = datetime(2026, 2, 17, 6, 30, tzinfo=UTC)
ZONE = "Europe/Paris"

LABS = {
    "qwen": Lab("qwen", "Alibaba Qwen", "cn"),
    "zhipu": Lab("zhipu", "Zhipu AI (Z.ai)", "cn"),
    "deepseek": Lab("deepseek", "DeepSeek", "cn"),
    "bytedance": Lab("bytedance", "ByteDance Seed", "cn"),
    "moonshot": Lab("moonshot", "Moonshot AI", "cn"),
    "minimax": Lab("minimax", "MiniMax", "cn"),
    "google": Lab("google", "Google DeepMind", "us"),
    "mistral": Lab("mistral", "Mistral AI", "eu"),
}

SOURCES = {
    source.id: source
    for source in (
        Source("huggingface:Qwen", "huggingface", "https://huggingface.example/Qwen", lab="qwen"),
        Source("huggingface:zai-org", "huggingface", "https://huggingface.example/zai-org", lab="zhipu"),
        Source("modelscope:Qwen", "modelscope", "https://modelscope.example/Qwen", lab="qwen"),
        Source("github:QwenLM", "github", "https://github.example/QwenLM", lab="qwen"),
        Source("qwen-blog", "page", "https://qwen.example/blog", "Qwen blog", "en", "qwen"),
        Source("zai-docs", "page", "https://docs.zai.example", "Z.ai docs", "en", "zhipu"),
        Source("gazette", "feed", "https://gazette.example/feed", "La Gazette des modèles", "fr"),
        Source("wire", "feed", "https://wire.example/feed", "Harbour Wire", "en"),
        Source("dengxia", "feed", "https://dengxia.example/feed", "灯下", "zh"),
        Source("sanshiliu", "feed", "https://sanshiliu.example/feed", "三十六度", "zh"),
    )
}


def at(day: int, hour: int = 8, minute: int = 0, month: int = 2) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


class World:
    """Collects items, evidence, artifacts and stories, and makes material of them."""

    def __init__(self, since: datetime = SINCE, until: datetime = UNTIL) -> None:
        self.since, self.until = since, until
        self.items: dict[str, Item] = {}
        self.names: dict[str, LineName] = {}
        self.showings: dict[str, list[Showing]] = {}
        self.artifacts: dict[str, list[Artifact]] = {}
        self.stories: list[Story] = []
        self.late: list[str] = []

    def line(self, lab: str, name: str, family: str, version: str = "", generation: str = "") -> str:
        key = name.casefold().replace(" ", "").replace("-", "")
        made = LineName(lab, name, key, family, version, "", f"{lab}:{generation or name}", generation or name)
        self.names[key] = made
        self.showings.setdefault(key, [])
        return key

    def item(self, id: str, source: str, when: datetime, title: str, **more: Any) -> str:
        known = SOURCES.get(source)
        values: dict[str, Any] = {
            "guid": id, "url": f"https://{source.partition(':')[0]}.example/{id}", "summary": "", "content": "",
            "author": None, "language": known.language if known else None, "published": when, "kind": "release",
            "topics": (), "labs": (),
            "lines": (), "mentions": (), "story": None, "copy_of": None, "baseline": False, "late": False, "revision": 0,
        }  # fmt: skip
        values |= more
        self.items[id] = Item(
            id=id, source=source, title=title, first_seen=when, appeared=when, seq=len(self.items), **values
        )
        return id

    def shows(self, key: str, item: str, status: str, trust: int, *facts: tuple[str, str]) -> None:
        it = self.items[item]
        self.showings[key].append(
            Showing(key, status, trust, it.appeared, item, it.url, it.source, it.kind, facts, seq=it.seq)
        )

    def artifact(self, key: str, id: str, created: datetime, **more: Any) -> None:
        values: dict[str, Any] = {
            "hub": "huggingface", "kind": "instruct", "size": None, "precision": None, "bytes": None,
            "licence": "apache-2.0", "url": f"https://huggingface.example/{id}",
        }  # fmt: skip
        self.artifacts.setdefault(key, []).append(Artifact(id=id, created=created, **(values | more)))

    def story(self, id: str, labs: tuple[str, ...], *items: str) -> None:
        members = [self.items[i] for i in items]
        times = [i.appeared for i in members]
        languages = tuple(sorted({i.language for i in members if i.language}))
        self.stories.append(
            Story(
                id,
                members[0].title,
                min(times),
                max(times),
                labs,
                (),
                items,
                len({i.source for i in members}),
                languages,
            )
        )

    def material(self, **more: Any) -> Material:
        lines = tuple(
            LineMaterial(name, tuple(self.showings[key]), tuple(self.artifacts.get(key, ())), 1)
            for key, name in self.names.items()
        )
        values: dict[str, Any] = {"polled": 41, "failed": ("wire",), "deferred": (), "late": tuple(self.late)}
        return Material(self.since, self.until, lines, self.items, tuple(self.stories), **(values | more))


def day() -> World:
    """One day with everything: a new open line rumoured before, a closed one, weights that opened, a rumour, a peer."""
    world = World()
    _qwen(world)
    _seedance(world)
    _glm(world)
    _kimi(world)
    _deepseek(world)
    _peers(world)
    _news(world)
    return world


def _qwen(w: World) -> None:
    line = w.line("qwen", "Qwen3.5", "Qwen", "3.5")
    w.item("q-rumour", "dengxia", at(5), "消息称千问新一代模型将在春节前发布", kind="rumour")
    w.shows(line, "q-rumour", "rumoured", TRUST_RUMOUR)
    w.item("q-hf", "huggingface:Qwen", at(16, 9), "Qwen/Qwen3.5-397B-A17B", guid="Qwen/Qwen3.5-397B-A17B")
    w.shows(
        line, "q-hf", "open", TRUST_HUB,
        ("modality", "text"), ("modality", "image"), ("context", "262144"), ("architecture", "moe"),
        ("architecture", "hybrid"), ("capability", "agent"), ("capability", "coding"),
    )  # fmt: skip
    w.artifact(line, "Qwen/Qwen3.5-397B-A17B", at(16, 9), size="397B-A17B")
    w.artifact(line, "Qwen/Qwen3.5-397B-A17B-FP8", at(16, 9), size="397B-A17B", kind="quantized", precision="fp8")
    w.artifact(
        line,
        "Qwen/Qwen3.5-397B-A17B",
        at(16, 10),
        hub="modelscope",
        size="397B-A17B",
        url="https://modelscope.example/q",
    )
    w.item("q-blog", "qwen-blog", at(16, 9, 5), "Qwen3.5: towards native multimodal agents")
    w.shows(line, "q-blog", "open", TRUST_LAB)
    w.item("q-gh", "github:QwenLM", at(16, 9, 30), "QwenLM/Qwen3.5", guid="QwenLM/Qwen3.5")
    w.shows(line, "q-gh", "open", TRUST_HUB)
    w.item("q-paper", "dengxia", at(16, 11), "Qwen3.5 技术报告", url="https://arxiv.org/abs/2602.00001")
    w.shows(line, "q-paper", "open", TRUST_PRESS)
    for source, title in (
        ("wire", "Alibaba opens Qwen3.5 on the eve of the holiday"),
        ("gazette", "Alibaba publie Qwen3.5 à la veille du Nouvel An lunaire"),
        ("dengxia", "除夕夜，阿里开源千问3.5"),
    ):
        w.item(f"q-{source}", source, at(16, 12), title)
        w.shows(line, f"q-{source}", "open", TRUST_PRESS)


def _seedance(w: World) -> None:
    line = w.line("bytedance", "Seedance 2.0", "Seedance", "2.0")
    w.item("s-dx", "dengxia", at(16, 10), "字节跳动发布视频模型 Seedance 2.0")
    w.shows(line, "s-dx", "available", TRUST_PRESS, ("modality", "video"), ("weights", "no"))
    w.item("s-wire", "wire", at(16, 13), "ByteDance shows Seedance 2.0, its new video model")
    w.shows(line, "s-wire", "available", TRUST_PRESS, ("modality", "video"))


def _glm(w: World) -> None:
    line = w.line("zhipu", "GLM-5", "GLM", "5")
    w.item("g-docs", "zai-docs", at(11), "GLM-5 overview")
    w.shows(line, "g-docs", "announced", TRUST_LAB, ("modality", "text"))
    w.item("g-hf", "huggingface:zai-org", at(16, 15), "zai-org/GLM-5", guid="zai-org/GLM-5")
    w.shows(line, "g-hf", "open", TRUST_HUB)
    w.artifact(line, "zai-org/GLM-5", at(16, 15), size="744B-A40B", licence="mit")


def _kimi(w: World) -> None:
    line = w.line("moonshot", "Kimi K2.5", "Kimi", "K2.5")
    w.item("k-old", "wire", at(27, month=1), "Moonshot opens Kimi K2.5")
    w.shows(line, "k-old", "open", TRUST_PRESS, ("modality", "text"))
    w.artifact(line, "moonshotai/Kimi-K2.5", at(27, month=1), licence="modified-mit")
    w.item("k-swarm", "dengxia", at(16, 16), "Kimi K2.5 上线智能体集群模式", kind="update")
    w.shows(line, "k-swarm", "available", TRUST_PRESS)


def _deepseek(w: World) -> None:
    line = w.line("deepseek", "DeepSeek-V4", "DeepSeek", "V4")
    w.item("d-first", "wire", at(9, month=1), "DeepSeek said to plan V4 for February", kind="rumour")
    w.item("d-wire", "wire", at(16, 17), "DeepSeek V4 expected within days, people close to it say", kind="rumour")
    w.item("d-gazette", "gazette", at(16, 18), "DeepSeek V4 attendu d’ici quelques jours", kind="rumour")
    for item in ("d-first", "d-wire", "d-gazette"):
        w.shows(line, item, "rumoured", TRUST_RUMOUR)


def _peers(w: World) -> None:
    line = w.line("google", "Gemini 9 Pro", "Gemini", "9")
    w.item("p-wire", "wire", at(16, 19), "Google presents Gemini 9 Pro")
    w.shows(line, "p-wire", "available", TRUST_PRESS, ("weights", "no"), ("modality", "text"))


def _news(w: World) -> None:
    w.item(
        "n-1",
        "sanshiliu",
        at(16, 8),
        "MiniMax 在香港上市首日大涨",
        kind="business",
        topics=("funding",),
        labs=("minimax",),
    )
    w.item(
        "n-2", "wire", at(16, 9), "MiniMax shares jump on first day in Hong Kong", kind="business", topics=("funding",)
    )
    w.story("story-1", ("minimax",), "n-1", "n-2")
    w.item("n-3", "dengxia", at(16, 8), "智谱宣布与华为扩大合作", kind="business", topics=("chips",), labs=("zhipu",))
    w.story("story-2", ("zhipu",), "n-3")
    w.item("n-4", "wire", at(16, 8), "Mistral raises money", kind="business", labs=("mistral",))
    w.story("story-3", ("mistral",), "n-4")
    w.item("n-late", "gazette", at(1), "Zhipu ouvre un bureau à Paris", kind="business", labs=("zhipu",), late=True)
    w.late.append("n-late")


def updates() -> World:
    """A day of changes only: repositories that came, and a generation whose rumour two lines fulfil."""
    world = World()
    line = world.line("zhipu", "GLM-5", "GLM", "5")
    world.item("g-hf", "huggingface:zai-org", at(11), "zai-org/GLM-5", guid="zai-org/GLM-5")
    world.shows(line, "g-hf", "open", TRUST_HUB)
    world.artifact(line, "zai-org/GLM-5", at(11), size="744B-A40B", licence="mit")
    for name in ("GLM-5-FP8", "GLM-5-Base"):
        world.item(name, "huggingface:zai-org", at(16, 9), f"zai-org/{name}", guid=f"zai-org/{name}", kind="update")
        world.shows(line, name, "open", TRUST_HUB)
        kind = "quantized" if name.endswith("FP8") else "base"
        world.artifact(line, f"zai-org/{name}", at(16, 9), kind=kind, size="744B-A40B", licence="mit")
    generation = world.line("deepseek", "DeepSeek-V4", "DeepSeek", "V4", "DeepSeek-V4")
    world.item("d-r", "wire", at(9), "DeepSeek said to plan V4", kind="rumour")
    world.item("d-r2", "wire", at(16, 7), "DeepSeek V4 is near", kind="rumour")
    for item in ("d-r", "d-r2"):
        world.shows(generation, item, "rumoured", TRUST_RUMOUR)
    for tier in ("Pro", "Flash"):
        key = world.line("deepseek", f"DeepSeek-V4-{tier}", "DeepSeek", "V4", "DeepSeek-V4")
        world.item(f"d-{tier}", "dengxia", at(16, 20), f"DeepSeek 发布 V4 {tier}")
        world.shows(key, f"d-{tier}", "available", TRUST_PRESS, ("modality", "text"))
    return world


def quiet() -> World:
    """A day without news."""
    return World()


def busy(releases: int = 30, stories: int = 40) -> World:
    """A day with many releases, peers, changes, rumours and stories, all with long headlines."""
    w = World()
    labs = [lab for lab in LABS.values() if lab.region == "cn"]
    for number in range(releases):
        lab = labs[number % len(labs)]
        line = w.line(lab.id, f"Model-{number}-Vision", "Model", str(number))
        for source in ("wire", "dengxia", "gazette")[: 1 + number % 3]:
            id = w.item(
                f"r{number}-{source}", source, at(16, 9, number % 60), f"{lab.name} releases Model-{number}-Vision"
            )
            w.shows(line, id, "open", TRUST_PRESS, ("modality", "text"), ("modality", "image"), ("context", "131072"))
        w.artifact(line, f"org/Model-{number}", at(16, 9), size=f"{number + 1}B")
    for number in range(12):
        line = w.line("mistral", f"Peer {number}", "Peer", str(number))
        w.item(f"p{number}", "wire", at(16, 10), f"Peer {number} is out")
        w.shows(line, f"p{number}", "available", TRUST_PRESS)
        line = w.line("zhipu", f"Old-{number}", "Old", str(number))
        w.item(f"o{number}", "wire", at(1), "Old one")
        w.item(
            f"u{number}",
            "wire",
            at(16, 11),
            f"Old-{number} has a new version of its application",
            kind="update",
        )
        w.shows(line, f"o{number}", "available", TRUST_PRESS)
        w.shows(line, f"u{number}", "available", TRUST_PRESS)
        line = w.line("deepseek", f"Hope-{number}", "Hope", str(number))
        w.item(f"h{number}", "wire", at(16, 12), f"Hope-{number} is said to come", kind="rumour")
        w.shows(line, f"h{number}", "rumoured", TRUST_RUMOUR)
    for number in range(stories):
        title = (
            f"Story {number}: a headline that goes on and on about funding, chips, people and the plans of a laboratory"
        )
        w.item(f"n{number}", "wire", at(16, 13) + timedelta(minutes=number), title, kind="business", labs=("zhipu",))
        w.story(f"s{number:03}", ("zhipu",), f"n{number}")
    return w


def claims() -> World:
    """A new line of which people say things, and a rumour with a date; `claimed` has what they say."""
    w = World()
    line = w.line("zhipu", "GLM-5", "GLM", "5")
    w.item("c-1", "wire", at(16, 9), "Zhipu says GLM-5 was trained on Ascend chips alone")
    w.item("c-2", "gazette", at(16, 10), "GLM-5, entraîné sans puces américaines")
    for item in ("c-1", "c-2"):
        w.shows(line, item, "open", TRUST_PRESS, ("modality", "text"), ("lab_says", "open-source"))
    w.artifact(line, "zai-org/GLM-5", at(16, 9), licence="glm-license")
    rumour = w.line("deepseek", "DeepSeek-V4", "DeepSeek", "V4")
    w.item("c-3", "wire", at(16, 11), "DeepSeek V4 expected between Wednesday and Friday", kind="rumour")
    w.shows(rumour, "c-3", "rumoured", TRUST_RUMOUR)
    return w


def claimed() -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...], dict[str, Any]]:
    """Claims, disputes and an expectation as a release holds them."""
    claims = tuple(
        {"about": about, "value": value, "voice": voice, "name": name, "via": None, "item": item, "at": at(16, 9)}
        for about, value, voice, name, item in (
            ("training hardware", "Huawei Ascend", "lab", "Zhipu", "c-1"),
            ("languages", "200", "lab", "", "c-1"),
            ("languages", "201", "lab", "", "c-2"),
            ("expected", "within days", "anonymous", "The Courier", "c-1"),
            ("mood", "sunny", "oracle", "", "nowhere"),
        )
    )
    disputes = ({"by": ["Disney", "Netflix"], "about": "copyright", "item": "c-2", "at": at(16, 9)},)
    expected = {"from": "2026-02-18", "to": "2026-02-20", "said_by": "The Courier", "outcome": "pending"}
    return claims, disputes, expected
