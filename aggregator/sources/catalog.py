"""Public catalogues of models that can be called: OpenRouter's list and models.dev's. Bytes to entries; no I/O.

They are the structured sign that a *closed* model is available, and of prices, retirements and withdrawals. Only models
of known labs become entries: the author of an id (`z-ai/glm-5`) must be a name or an organisation of a lab of
sources.toml (`options["authors"]`, see `authors_of`). Shapes: OpenRouter's reference of `GET /api/v1/models` (times are
epoch seconds, prices dollars a token as text) and models.dev's `api.json` (prices in dollars a million tokens).

An entry's guid is the model's id. What changed about a model that was listed before is an entry of its own:
`ID#price@IN/OUT`, `ID#expires@DAY`, `ID#withdrawn@DAY` (after two whole readings without it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from aggregator import dates
from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Lab, Reading, Source
from aggregator.sources.json_bytes import (
    complaint,
    load,
    mapping_in,
    number_in,
    object_of,
    strings_in,
    text_in,
    time_in,
)
from aggregator.sources.port import Endpoints

MAXIMUM_MODELS = 5000
MISSED = 2
"""Readings without a model after which it counts as withdrawn."""
SHRUNK = 0.6
"""A listing of fewer models than this share of the last one is taken for incomplete: nothing is withdrawn by it."""
_MILLION = Decimal(1_000_000)
_SEPARATORS = re.compile(r"[\s\-_./()]+")
_ENDINGS = ("org", "ai", "labs", "hf", "cn", "llama")


@dataclass(frozen=True, slots=True)
class _Model:
    """A row of either catalogue in one form. Prices are dollars a million tokens, as text; "" where unknown."""

    id: str
    lab: str
    name: str
    url: str
    created: datetime | None
    dated: str
    context: int | None
    takes: tuple[str, ...]
    makes: tuple[str, ...]
    price_in: str
    price_out: str
    repository: str | None
    expires: str
    indices: tuple[tuple[str, str], ...]

    @property
    def price(self) -> str:
        return f"{self.price_in}/{self.price_out}" if self.price_in and self.price_out else ""


def authors_of(labs: Mapping[str, Lab]) -> dict[str, str]:
    """How catalogues may write each lab's name -> lab id: its id, name, aliases and organisations, folded."""
    found: dict[str, str] = {}
    for lab in labs.values():
        for name in (lab.id, *lab.huggingface, *lab.modelscope, *lab.github, lab.name, *lab.aliases):
            found.setdefault(_folded(name.split("/")[0]), lab.id)
    return found


def _folded(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


def _lab_of(author: str, authors: Mapping[str, str]) -> str | None:
    """The lab of an author's slug; `meta-llama`, `moonshotai-cn` and `zai-org` are known by what stands before."""
    words = author.split("-")
    names = [_folded(author)]
    if len(words) > 1 and words[-1].casefold() in _ENDINGS:
        names.append(_folded("".join(words[:-1])))
    names += [name.removesuffix("ai") for name in tuple(names) if name.endswith("ai") and len(name) > 4]
    return next((authors[name] for name in names if name in authors), None)


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """One request, without a key."""
    return (Ask(source.url, headers={"Accept": "application/json"}),)


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return the models of known labs and what changed about those that were listed before.

    Notes: too_many_items, schema_changed (rows without an id). Raises ParseError: not_json, empty_body, api_error,
    schema_unexpected, empty_listing (it had models).
    """
    if answer.not_modified:
        return Reading()
    rows, broken = _rows(load(answer), answer)
    authors: Mapping[str, str] = source.options.get("authors") or {}
    models: dict[str, _Model] = {}
    for row in rows[:MAXIMUM_MODELS]:
        try:
            model = _of_openrouter(row, authors) if "provider" not in row else _of_models_dev(row, authors)
        except (TypeError, ValueError, AttributeError, KeyError, OverflowError):
            model, broken = None, broken + 1
        if model is not None:
            models.setdefault(model.id, model)
    known: Mapping[str, Any] = cursor.get("models") or {}
    if not rows and known:
        raise ParseError(f"{answer.url}: the catalogue is empty, and it had models", code="empty_listing")
    if rows and broken >= len(rows):
        raise ParseError(f"{answer.url}: no row of the catalogue has the known shape", code="schema_unexpected")
    entries = [_entry(model) for model in models.values()]
    entries += _changes(models, known, now)
    state = _state(models, known, source)
    notes = ["too_many_items"] if len(rows) > MAXIMUM_MODELS else []
    notes += [f"schema_changed: {broken}"] if broken else []
    # a model that is missing is looked for once more: what stayed the same since would not be read again otherwise
    sure = all(one.get("missing", 0) in (0, MISSED) for one in state.values())
    changed = {"models": state} if state != known else {}
    return Reading(tuple(entries), cursor=changed, last=sure, notes=tuple(notes))


# ----------------------------------------------------------------------------------------------------------- wire


def _rows(value: Any, answer: Answer) -> tuple[list[Mapping[str, Any]], int]:
    """The rows of either catalogue and how many were none. models.dev's carry their provider's id as `provider`."""
    document = object_of(value, answer)
    if isinstance(document.get("data"), list):
        kept = [row for row in document["data"] if isinstance(row, dict)]
        rows: list[Mapping[str, Any]] = [{k: v for k, v in row.items() if k != "provider"} for row in kept]
        return rows, len(document["data"]) - len(rows)
    providers = {
        key: one for key, one in document.items() if isinstance(one, dict) and isinstance(one.get("models"), dict)
    }
    if not providers:
        told = complaint(value)
        code = "api_error" if told else "schema_unexpected"
        raise ParseError(f"{answer.url}: no list of models" + (f" ({told})" if told else ""), code=code)
    found: list[Mapping[str, Any]] = [
        {**row, "provider": key, "id": row.get("id") or model}
        for key, one in providers.items()
        for model, row in one["models"].items()
        if isinstance(row, dict)
    ]
    return found, sum(len(one["models"]) for one in providers.values()) - len(found)


def _of_openrouter(row: Mapping[str, Any], authors: Mapping[str, str]) -> _Model | None:
    """A row of OpenRouter; None for an unknown author's and for variants of one model (`id:free`)."""
    model_id = text_in(row, "id")
    if not model_id or "/" not in model_id:
        raise ValueError("a row without an id")
    author, slug = model_id.lstrip("~").split("/", 1)
    lab = _lab_of(author, authors)
    if lab is None or ":" in slug or slug in ("auto", "latest") or model_id.startswith("~"):
        return None
    shape, prices = mapping_in(row, "architecture"), mapping_in(row, "pricing")
    name = (text_in(row, "name") or slug).rpartition(": ")[2]
    return _Model(
        id=model_id,
        lab=lab,
        name=name,
        url=f"https://openrouter.ai/{quote(model_id, safe='/')}",
        created=time_in(row, "created"),
        dated="second",
        context=number_in(row, "context_length"),
        takes=strings_in(shape, "input_modalities"),
        makes=strings_in(shape, "output_modalities"),
        price_in=_dollars(prices.get("prompt"), _MILLION),
        price_out=_dollars(prices.get("completion"), _MILLION),
        repository=text_in(row, "hugging_face_id"),
        expires=_day(row.get("expiration_date")),
        indices=tuple(_indices(mapping_in(row, "benchmarks"))),
    )


def _of_models_dev(row: Mapping[str, Any], authors: Mapping[str, str]) -> _Model | None:
    """A row of models.dev; None where the provider is not itself a known lab (resellers list everybody's models)."""
    provider, model_id = str(row["provider"]), str(row["id"])
    lab = _lab_of(provider, authors)
    if lab is None or "/" in model_id or ":" in model_id:
        return None
    shape, prices = mapping_in(row, "modalities"), mapping_in(row, "cost")
    created = dates.parse(text_in(row, "release_date") or "")
    return _Model(
        id=f"{provider}/{model_id}",
        lab=lab,
        name=text_in(row, "name") or model_id,
        url=f"https://models.dev/?search={quote(model_id, safe='')}",
        created=created,
        dated="day",
        context=number_in(mapping_in(row, "limit"), "context"),
        takes=strings_in(shape, "input"),
        makes=strings_in(shape, "output"),
        price_in=_dollars(prices.get("input")),
        price_out=_dollars(prices.get("output")),
        repository=None,
        expires="deprecated" if row.get("status") == "deprecated" else "",
        indices=(),
    )


def _dollars(raw: Any, times: Decimal = Decimal(1)) -> str:
    """A price in dollars a million tokens without needless digits; "" for none, for nonsense and for -1 (it varies)."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return ""
    try:
        price = Decimal(str(raw)) * times
    except InvalidOperation:
        return ""
    if not price.is_finite() or not 0 <= price < 100_000:
        return ""
    shown = f"{price:.4f}".rstrip("0").rstrip(".")
    return shown or "0"


def _day(raw: Any) -> str:
    """The day of an expiration; "" for none."""
    found = dates.parse(raw) if isinstance(raw, str) else time_in({"t": raw}, "t")
    return f"{found:%Y-%m-%d}" if found else ""


def _indices(benchmarks: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Third parties' indices: (name with who made it, value). Scores of single arenas are left out but for the best."""
    for key, word in (("intelligence_index", "Intelligence"), ("coding_index", "Coding"), ("agentic_index", "Agentic")):
        value = mapping_in(benchmarks, "artificial_analysis").get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1000:
            yield f"Artificial Analysis {word} Index", f"{value:g}"
    arenas = benchmarks.get("design_arena")
    elos = [row.get("elo") for row in arenas if isinstance(row, dict)] if isinstance(arenas, list) else []
    numbers = [elo for elo in elos if isinstance(elo, int | float) and not isinstance(elo, bool) and 0 < elo < 10_000]
    if numbers:
        yield "Design Arena Elo (best arena)", f"{max(numbers):g}"


# -------------------------------------------------------------------------------------------------------- entries


def _entry(model: _Model) -> Entry:
    facts = [f"{', '.join(model.takes)} to {', '.join(model.makes)}" if model.takes and model.makes else ""]
    facts.append(f"context {model.context:,} tokens" if model.context else "")
    facts.append(f"${model.price_in} in, ${model.price_out} out per million tokens" if model.price else "")
    facts.append(f"weights {model.repository}" if model.repository else "")
    facts += [f"{name} {value}" for name, value in model.indices]
    return Entry(
        guid=model.id,
        url=model.url,
        title=model.name,
        summary="; ".join(fact for fact in facts if fact),
        published=model.created,
        dated=model.dated,
        extra=_extra(model, "model"),
    )


def _extra(model: _Model, kind: str, **more: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "lab": model.lab,
        "model": model.name,
        "context": model.context,
        "takes": list(model.takes),
        "makes": list(model.makes),
        "price_in": model.price_in,
        "price_out": model.price_out,
        "repository": model.repository,
        "indices": [list(pair) for pair in model.indices],
        **more,
    }


def _changes(models: Mapping[str, _Model], known: Mapping[str, Any], now: datetime) -> list[Entry]:
    """Prices that changed, models that are to go, and models that are gone, of those that were listed before."""
    found: list[Entry] = []
    for model_id, before in known.items():
        model = models.get(model_id)
        if model is None:
            if before.get("missing", 0) + 1 == MISSED and not _is_cut(models, known):
                found.append(_withdrawn(model_id, before, now))
            continue
        if model.price and before.get("price") and model.price != before["price"]:
            title = f"{model.name}: price ${before['price']} becomes ${model.price} per million tokens"
            more = {"before": before["price"], "after": model.price}
            found.append(_change(model, "price", model.price, title, now, more))
        if model.expires and model.expires != before.get("expires"):
            until = "" if model.expires == "deprecated" else f" on {model.expires}"
            found.append(
                _change(
                    model, "expires", model.expires, f"{model.name} is retired{until}", now, {"after": model.expires}
                )
            )
    return found


def _change(model: _Model, kind: str, mark: str, title: str, now: datetime, more: Mapping[str, str]) -> Entry:
    return Entry(
        guid=f"{model.id}#{kind}@{mark}", url=model.url, title=title, published=now, extra=_extra(model, kind, **more)
    )


def _withdrawn(model_id: str, before: Mapping[str, Any], now: datetime) -> Entry:
    extra = {"kind": "withdrawn", "lab": before.get("lab", ""), "model": before.get("name", model_id)}
    title = f"{extra['model']} is no longer listed"
    return Entry(
        guid=f"{model_id}#withdrawn@{now:%Y-%m-%d}", url=before.get("url"), title=title, published=now, extra=extra
    )


def _is_cut(models: Mapping[str, _Model], known: Mapping[str, Any]) -> bool:
    return len(models) < SHRUNK * sum(1 for one in known.values() if not one.get("missing"))


def _state(models: Mapping[str, _Model], known: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """What the next reading must know: each model's name, price and end, and since how many readings it is missing."""
    state: dict[str, Any] = {}
    for model in models.values():
        told = {"name": model.name, "lab": model.lab, "url": model.url, "price": model.price, "expires": model.expires}
        state[model.id] = {key: value for key, value in told.items() if value}
    for model_id, before in known.items():
        missing = before.get("missing", 0)
        if model_id not in state and missing < MISSED:
            state[model_id] = dict(before) if _is_cut(models, known) else {**before, "missing": missing + 1}
    return state
