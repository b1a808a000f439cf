"""Hugging Face and ModelScope as the demo world has them.

Pure: a request and the world's repositories go in, an answer comes out, in the shapes of huggingface_hub's client and
of ModelScope's OpenAPI v1. Never counts a quota (the server does) and never serves weights: only their names and sizes.
"""

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aggregator.demo.wire import Asked, Json, Reply, fingerprint, json_reply, text_reply, with_query

Model = dict[str, Any]

_ALWAYS = ("_id", "id", "likes", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId")
_FULL = ("author", "sha", "lastModified", "gated", "disabled", "siblings", "trendingScore")
_EXPANDABLE = {
    "author", "cardData", "config", "createdAt", "disabled", "downloads", "gated", "lastModified", "library_name",
    "likes", "pipeline_tag", "private", "safetensors", "sha", "siblings", "spaces", "tags", "trendingScore",
    "usedStorage", "downloadsAllTime", "gguf", "model-index", "inference", "transformersInfo", "baseModels",
}  # fmt: skip


def _siblings(model: Model, blobs: bool) -> list[Json]:
    weights = model["weights"]
    count = int(weights["shards"])
    names = (
        [f"model.{weights['suffix']}"]
        if count == 1
        else [f"model-{n:05d}-of-{count:05d}.{weights['suffix']}" for n in range(1, count + 1)]
    )
    files = [(".gitattributes", 1519), ("README.md", len(model["readme"].encode())), ("config.json", 3120)]
    files += [(name, int(weights["bytes"]) // count) for name in names]
    if not blobs:
        return [{"rfilename": name} for name, _ in files]
    rows: list[Json] = []
    for name, size in files:
        row: Json = {"rfilename": name, "size": size, "blobId": fingerprint(f"{model['name']}/{name}", 40)}
        if name.startswith("model"):
            row["lfs"] = {"sha256": fingerprint(f"lfs {model['name']}/{name}", 64), "size": size, "pointerSize": 135}
        rows.append(row)
    return rows


def _whole(author: str, model: Model, blobs: bool) -> Json:
    """Everything that the hub knows of one repository."""
    name = f"{author}/{model['name']}"
    seconds = int(datetime.fromisoformat(str(model["created"])).timestamp())
    row: Json = {
        "_id": f"{seconds:08x}{fingerprint(model.get('born', name), 16)}",  # a renamed one keeps its id: `born` is its first
        "id": name,
        "modelId": name,
        "author": author,
        "sha": fingerprint(f"{name} {model['modified']}", 40),
        "createdAt": model["created"],
        "lastModified": model["modified"],
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": model["downloads"],
        "likes": model["likes"],
        "trendingScore": model["likes"],
        "tags": model["tags"],
        "cardData": {key: value for key, value in model["card"].items() if value is not None},
        "siblings": _siblings(model, blobs),
        "spaces": [],
        "usedStorage": model["weights"]["bytes"],
    }
    for key in ("pipeline_tag", "library_name", "config", "safetensors"):
        if model.get(key) is not None:
            row[key] = model[key]
    return row


def _only(row: Json, keys: Iterable[str]) -> Json:
    return {key: row[key] for key in keys if key in row}


class HuggingFace:
    """The world's organisations behind the hub's addresses."""

    def __init__(self, authors: dict[str, list[Model]], page_cap: int) -> None:
        self._authors = authors
        self._page_cap = page_cap

    def answer(self, asked: Asked, parts: list[str]) -> Reply:
        """Answer one request; `parts` are the segments after the prefix."""
        if parts == ["api", "models"]:
            return self._listing(asked)
        if len(parts) == 4 and parts[:2] == ["api", "models"]:
            found = self._find(parts[2], parts[3])
            return self._single(asked, *found) if found else self._unknown()
        if len(parts) == 4 and parts[:2] == ["api", "organizations"] and parts[3] == "overview":
            return self._overview(parts[2])
        if parts == ["api", "daily_papers"]:
            return json_reply([])
        if len(parts) == 5 and parts[2] in ("resolve", "raw") and parts[3:] == ["main", "README.md"]:
            found = self._find(parts[0], parts[1])
            return text_reply(found[1]["readme"], "text/plain; charset=utf-8") if found else self._unknown()
        return json_reply({"error": "Sorry, we can't find the page you are looking for."}, status=404)

    def _find(self, author: str, name: str) -> tuple[str, Model] | None:
        for model in self._authors.get(author, []):
            if model["name"] == name:
                return author, model
        return None

    def _unknown(self) -> Reply:
        """Missing and private look the same to somebody without a token."""
        text = "Invalid username or password."
        headers = [("X-Error-Code", "RepoNotFound"), ("X-Error-Message", text)]
        return json_reply({"error": text}, status=401, headers=headers)

    def _listing(self, asked: Asked) -> Reply:
        wrong = [key for key in asked.query.get("expand", []) if key not in _EXPANDABLE]
        if wrong:
            return json_reply({"error": f"Invalid expand value: {wrong[0]}"}, status=400)
        authors = [asked.word("author")] if asked.word("author") else list(self._authors)
        rows = [_whole(author, model, blobs=False) for author in authors for model in self._authors.get(author, [])]
        rows = [row for row in rows if asked.word("search").lower() in str(row["id"]).lower()]
        key = asked.word("sort", "trendingScore")
        key = {"created_at": "createdAt", "last_modified": "lastModified"}.get(key, key)
        rows.sort(key=lambda row: _rank(row.get(key)), reverse=True)
        start = _position(asked.word("cursor"))
        size = min(asked.number("limit", 1000), self._page_cap)
        shown = [_only(row, _wanted(asked)) for row in rows[start : start + size]]
        headers: list[tuple[str, str]] = []
        if start + size < len(rows):
            cursor = base64.b64encode(json.dumps({"$or": [{"skip": start + size}]}).encode()).decode()
            headers = [("Link", f'<{with_query(asked, "/hf/api/models", cursor=cursor)}>; rel="next"')]
        return json_reply(shown, headers=headers)

    def _single(self, asked: Asked, author: str, model: Model) -> Reply:
        row = _whole(author, model, blobs=asked.word("blobs").lower() in ("true", "1"))
        expand = asked.query.get("expand")
        return json_reply(_only(row, ["_id", "id", *expand]) if expand else row)

    def _overview(self, author: str) -> Reply:
        if author not in self._authors:
            return json_reply({"error": "Organization not found"}, status=404)
        return json_reply({
            "avatarUrl": "https://cdn-avatars.huggingface.co/invented.png", "name": author, "fullname": author,
            "isVerified": True, "numUsers": 3, "numModels": len(self._authors[author]), "numDatasets": 0,
            "numSpaces": 0, "numFollowers": 100,
        })  # fmt: skip


def _wanted(asked: Asked) -> list[str]:
    """The fields that a listing was asked for; `full`, `cardData` and `config` do not mix with `expand`."""
    if asked.query.get("expand"):
        return ["_id", "id", *asked.query["expand"]]
    asked_for = list(_ALWAYS)
    if asked.word("full").lower() in ("true", "1"):
        asked_for += _FULL
    for name in ("cardData", "config"):
        if asked.word(name).lower() in ("true", "1"):
            asked_for.append(name)
    return asked_for


def _rank(value: object) -> tuple[float, str]:
    """Where a number or a date stands in a sorted listing."""
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value or ""))


def _position(cursor: str) -> int:
    try:
        return int(json.loads(base64.b64decode(cursor))["$or"][0]["skip"]) if cursor else 0
    except (ValueError, KeyError, IndexError, TypeError):
        return 0


class ModelScope:
    """The world's owners behind ModelScope's OpenAPI v1."""

    def __init__(self, owners: dict[str, list[Model]]) -> None:
        self._owners = owners

    def answer(self, asked: Asked, parts: list[str]) -> Reply:
        """Answer one request; `parts` are the segments after the prefix."""
        if parts[:3] == ["openapi", "v1", "models"] and len(parts) == 3:
            return self._listing(asked)
        if parts[:3] == ["openapi", "v1", "models"] and len(parts) == 5:
            for model in self._owners.get(parts[3], []):
                if model["id"] == f"{parts[3]}/{parts[4]}":
                    return self._done(asked, {**model, "readme": f"# {parts[4]}\n"})
        return self._refused(asked, 404, "ResourceNotFound", "Resource not found")

    def _listing(self, asked: Asked) -> Reply:
        size = asked.number("page_size", 10)
        page = asked.number("page_number", 1)
        if size > 50 or size * page > 3000:
            return self._refused(asked, 400, "InputParameterError", "page_size must be between 1 and 50")
        owners = [asked.word("owner")] if asked.word("owner") else list(self._owners)
        rows = [model for owner in owners for model in self._owners.get(owner, [])]
        rows = [model for model in rows if asked.word("search").lower() in model["id"].lower()]
        key = {"downloads": "downloads", "likes": "likes"}.get(asked.word("sort"), "last_modified")
        rows.sort(key=lambda model: model[key], reverse=True)
        shown = rows[(page - 1) * size : page * size]
        listed = {"models": shown, "total_count": len(rows), "page_number": page, "page_size": size}
        return self._done(asked, listed)

    def _request_id(self, asked: Asked) -> str:
        digest = fingerprint(asked.target, 32)
        return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"

    def _done(self, asked: Asked, found: object) -> Reply:
        return json_reply({"success": True, "request_id": self._request_id(asked), "data": found})

    def _refused(self, asked: Asked, status: int, code: str, message: str) -> Reply:
        told = {"success": False, "code": code, "message": message, "request_id": self._request_id(asked)}
        return json_reply(told, status=status)
