"""Doubles of hubs for the poll tests: what they hold can be changed between two polls, and between two pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "deliver"), str(Path(__file__).parents[1] / "storage")]

from house import Desk, House  # noqa: E402  (tests/ is no package)
from rigs import Rig  # noqa: E402

from aggregator.labelling import Labelling  # noqa: E402
from aggregator.model import Answer, Family, Lab, PollOutcome, Source, Validator  # noqa: E402

LABS = {
    "qwen": Lab("qwen", "Alibaba Qwen", "cn", (), (Family("Qwen"),), huggingface=("Qwen",)),
    "zhipu": Lab("zhipu", "Zhipu AI", "cn", (), (Family("GLM"),), github=("zai-org",)),
}
GLM5 = Source("github:zai-org/GLM-5", "github", "", lab="zhipu", options={"repository": "zai-org/GLM-5"})
ZAI = Source("github:zai-org", "github", "", lab="zhipu", options={"organisation": "zai-org"})
QWEN = Source("huggingface:Qwen", "huggingface", "", lab="qwen", options={"organisation": "Qwen"})
API = "https://gh.example"
LISTING = f"{API}/orgs/zai-org/repos?type=public&sort=pushed&direction=desc&per_page=100"


def repository(number: int, name: str, pushed: str = "2026-02-16T00:00:00Z") -> dict[str, Any]:
    return {
        "id": number, "name": name.split("/")[1], "full_name": name, "private": False, "fork": False, "archived": False,
        "html_url": f"https://web.example/{name}", "description": "Models.", "created_at": "2026-02-01T00:00:00Z",
        "pushed_at": pushed, "owner": {"login": "zai-org"},
    }  # fmt: skip


def release(number: int, tag: str, published: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "tag_name": tag, "name": f"GLM {tag}", "body": f"What is new in {tag}.", "draft": False,
        "prerelease": False, "html_url": f"https://web.example/zai-org/GLM-5/releases/tag/{tag}",
        "created_at": published, "published_at": published, "author": {"login": "bot"}, **more,
    }  # fmt: skip


def model(number: int, name: str, created: str, **more: Any) -> dict[str, Any]:
    return {
        "_id": f"{number:024}", "id": f"Qwen/{name}", "createdAt": created, "lastModified": created, "private": False,
        "gated": False, "pipeline_tag": "text-generation", "library_name": "transformers",
        "tags": ["license:apache-2.0", "text-generation"], "siblings": [{"rfilename": "model.safetensors"}], **more,
    }  # fmt: skip


@dataclass
class Hub:
    """Listings by address, served in pages of `size` as GitHub and Hugging Face do: with Link headers and ETags.

    `between` is called once, after the first page of the first listing was served.
    """

    rig: Rig
    size: int = 100
    rows: dict[str, Any] = field(default_factory=dict)
    between: Callable[[], None] | None = None

    def serve(self, url: str, rows: Any) -> None:
        """Serve this at `url`, a list in pages."""
        self.rows[url] = rows
        self.rig.replies[url] = lambda ask, validator: self._page(url, 0, validator)

    def _page(self, url: str, first: int, validator: Validator | None) -> Answer:
        rows, headers, address = self.rows[url], {}, f"{url}&after={first}" if first else url
        if isinstance(rows, list):
            following = first + self.size
            if following < len(rows):
                further = f"{url}&after={following}"
                headers["link"] = f'<{further}>; rel="next"'
                self.rig.replies[further] = lambda ask, validator: self._page(url, following, validator)
            rows = rows[first : first + self.size]
        body = json.dumps(rows).encode()
        headers["etag"] = f'"{hash(body)}"'
        if first == 0 and isinstance(self.rows[url], list) and self.between is not None:
            change, self.between = self.between, None
            change()
        return Answer(address, 200, headers, body)


class Reader:
    """A rig that understands, and a reader whose digests are planned of what it stores."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.hub = rig, Hub(rig)
        self.house = House(rig.store, Desk(), rig.now)
        self.house.means().register()

    def poll(self, source: Source, *, fails: bool = False) -> PollOutcome:
        endpoints = replace(self.rig.means().endpoints, github_token=True)
        (outcome,) = self.rig.poll(source, understanding=Labelling(LABS), labs=LABS, endpoints=endpoints)
        assert (outcome.error is not None) == fails, outcome
        return outcome

    def day(self) -> list[tuple[str, str]]:
        """Go to the next morning and return what the day's digest tells: (line, change)."""
        self.house.now = self.rig.now
        (told,) = self.house.day().values() or ([],)
        self.rig.now = self.house.now
        return told
