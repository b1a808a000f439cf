"""What is fuzzed: each target takes bytes and raises nothing but its documented errors (those are caught here)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rendering import RENDERING, RENDERING_SEEDS

from aggregator import dates, text
from aggregator.errors import AggregatorError
from aggregator.model import Answer, Ask, Family, Lab, Source
from aggregator.names import read_name
from aggregator.parsing import wire
from aggregator.sources import KINDS, Endpoints
from aggregator.understanding import Understanding

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://example.org/x"
LAB = Lab("qwen", "Alibaba", "cn", ("Alibaba", "阿里"), (Family("Qwen", ("千问", "通义千问")),))
UNDERSTANDING = Understanding({"qwen": LAB})
CASES = Path(__file__).resolve().parents[2] / "tests" / "cases"


def _read(kind: str, options: dict[str, object]) -> Callable[[bytes], None]:
    """Bytes to entries by a source kind: entries that cross to the parent, or an error of the source."""

    def one(data: bytes) -> None:
        source = Source("x", kind, URL, options=options)
        answer = Answer(URL, 200, {"content-type": "text/xml"}, data)
        try:
            reading = KINDS[kind].read(Ask(URL), answer, source, {}, Endpoints(), NOW)
        except AggregatorError:
            return
        assert wire.reading_of(list(wire.answer_frames(reading))) == reading
        for entry in reading.entries[:20]:
            title, body = text.title(entry.title), text.clean(entry.summary)
            UNDERSTANDING.labels(entry, source, title=title, summary=body, content="")

    return one


def html_to_text(data: bytes) -> None:
    """What is left of markup is harmless plain text."""
    found = text.clean(data.decode("utf-8", "surrogateescape"))
    assert not any(char in found for char in "\x00\x1b\u202e\ufeff") and "\r" not in found
    found.encode("utf-8")


def title_alone(data: bytes) -> None:
    """A title is one line of at most 500 characters."""
    title = text.title(data.decode("utf-8", "surrogateescape"))
    assert "\n" not in title and len(title) <= text.TITLE_LIMIT


def names(data: bytes) -> None:
    read_name(data.decode("utf-8", "replace")[:500], LAB)


def days(data: bytes) -> None:
    found = dates.parse(data.decode("utf-8", "replace"))
    assert found is None or (found.tzinfo is UTC and dates.FIRST_YEAR <= found.year <= dates.LAST_YEAR)


def frames(data: bytes) -> None:
    """What a worker that was taken over may say."""
    try:
        wire.reading_of(data.split(b"\n"))
    except (AggregatorError, ValueError):
        return


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    **RENDERING,
    "feed": _read("feed", {}),
    "page": _read("page", {"item": "article", "title": "h2"}),
    "markdown": _read("page", {"format": "markdown"}),
    "json": _read("json", {"title": "title", "link": "link", "items": "items|[]"}),
    "huggingface": _read("huggingface", {"organisation": "Qwen"}),
    "html": html_to_text,
    "title": title_alone,
    "names": names,
    "dates": days,
    "frames": frames,
}

_SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "markdown": (
        b"# 2026-02-12\n- [Qwen3.5](https://x.example/) is out\n",
        b"<Update label='2026-02-12' description='GLM-5'>x</Update>",
    ),
    "html": (b"<p>a<b>b</b></p><script>x</script>&lt;img&gt;", "“千问”<br>&#xD83D;&#xDE00;".encode()),
    "title": (b"Qwen3.5: &lt;b&gt; =?utf-8?q?x?=", "智谱发布 GLM‑5".encode()),
    "names": (b"Qwen3.5-397B-A17B-Instruct-FP8", "通义千问3.5 Max".encode(), b"Qwen3-Coder-Next-80B-A3B-GGUF"),
    "dates": (
        b"2026-02-12T09:30:05+08:00", b"Thu, 12 Feb 2026 09:30:05 GMT", b"1700000000",
        "2024年5月1日 下午3点05分".encode(),
    ),
    "frames": (wire.pack({"error": "ParseError", "detail": "x", "code": "y", "stage": "parse", "retry_at": None}),),
}  # fmt: skip


def seeds_of(name: str) -> list[bytes]:
    """The bytes that a search begins with: those above and the stored cases of that kind."""
    found = [
        *({**_SEEDS, **RENDERING_SEEDS}).get(
            name, (b"<rss version='2.0'><channel><item><title>a</title></item></channel></rss>",)
        )
    ]
    folder = CASES / name
    if folder.is_dir():
        found += [path.read_bytes()[:65536] for path in sorted(folder.rglob("*")) if path.is_file()][:200]
    return found
