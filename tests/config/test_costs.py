"""A configuration that needs more calls than a quota has is refused at load, with what would fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aggregator.config import costs, load, parse
from aggregator.demo.server import DemoServer
from aggregator.errors import ConfigurationError

TOKENS = {"GITHUB_TOKEN": "x", "HF_TOKEN": "x"}


def lab(hub: str, names: list[str], region: str = "cn", every: str = "") -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'[labs.x{region}]\nname = "X{region}"\nregion = "{region}"\n{hub} = [{listed}]\n' + (
        f'every = "{every}"\n' if every else ""
    )


def repositories(count: int, region: str = "cn", every: str = "") -> str:
    return lab("github", [f"{region}/r{number}" for number in range(count)], region, every)


def refused(text: str, environ: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, environ=environ)
    assert caught.value.code == "quota_too_small"
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_TOKEN_FILE"])
def test_A12_six_thousand_calls_an_hour_are_more_than_a_token_has(name: str) -> None:
    told = refused(repositories(2000), {name: "x"})
    assert told.startswith("sources.toml: labs.*.github: needs 6,000 calls an hour, the quota is 5,000: take some away")


@pytest.mark.parametrize(
    ("text", "suggested", "whose"),
    [
        (repositories(600, every="10m"), "30m", "these labs"),
        (repositories(1000, every="10m"), "1h", "these labs"),
        (repositories(600, every="10m") + repositories(1200, "us", "10m"), "2h", "the labs that are not followed"),
        (repositories(1600) + repositories(1500, "us", "1h"), "24h", "the labs that are not followed"),
    ],
)
def test_A12_the_interval_that_is_suggested_fits_and_a_shorter_one_would_not(
    text: str, suggested: str, whose: str
) -> None:
    assert refused(text, TOKENS).endswith(f': set `every = "{suggested}"` for {whose}')
    shorter = costs._INTERVALS[costs._INTERVALS.index(suggested) - 1]
    for every, fits in ((suggested, True), (shorter, False)):
        changed = re.sub(r'every = "\w+"', f'every = "{every}"', text)
        if fits:
            parse(changed, environ=TOKENS)
        else:
            refused(changed, TOKENS)


def test_A12_without_a_token_the_api_is_not_called_so_nothing_is_refused() -> None:
    assert len(parse(repositories(2000), environ={}).sources) == 2000


def test_A12_what_is_off_costs_nothing_and_a_longer_interval_less() -> None:
    configuration = parse(repositories(2000, "us", "2h"), environ=TOKENS)
    assert costs.calls_an_hour(configuration.sources.values(), "github", configuration.settings) == 3000
    assert costs.calls_an_hour([], "github", configuration.settings) == 0


def test_A12_hugging_face_has_a_quota_with_and_without_a_token() -> None:
    text = lab("huggingface", [f"o{number}" for number in range(7000)])
    told = refused(text, {})
    assert "needs 7,000 calls an hour, the quota is 6,000" in told and "or set HF_TOKEN" in told
    assert len(parse(text, environ={"HF_TOKEN": "x"}).sources) == 7000


@pytest.mark.parametrize("environ", [{}, TOKENS], ids=["without tokens", "with tokens"])
def test_A12_our_own_file_and_the_demo_fit_with_room(environ: dict[str, str], demo_server: DemoServer) -> None:
    ours = load(Path(__file__).parents[2] / "sources.toml", environ)
    for configuration in (ours, parse(demo_server.sources_toml(), environ=environ)):
        for (hub, _), quota in costs.QUOTAS.items():
            assert costs.calls_an_hour(configuration.sources.values(), hub, configuration.settings) < quota / 4
