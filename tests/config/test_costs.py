"""A configuration that needs more calls than a quota has is refused at load, with what would fit."""

from __future__ import annotations

import pytest

from aggregator.config import costs, parse
from aggregator.errors import ConfigurationError


def lab(hub: str, names: list[str], region: str = "cn") -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'[labs.x]\nname = "X"\nregion = "{region}"\n{hub} = [{listed}]\n'


REPOSITORIES = lab("github", [f"o/r{number}" for number in range(2000)])


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_TOKEN_FILE"])
def test_six_thousand_calls_an_hour_are_more_than_a_token_has(name: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"labs\.\*\.github: .*5,000 calls an hour.*need 6,000.*every"
    ) as caught:
        parse(REPOSITORIES, environ={name: "x"})
    assert caught.value.code == "quota_too_small"


def test_without_a_token_the_api_is_not_called_so_nothing_is_refused() -> None:
    assert len(parse(REPOSITORIES, environ={}).sources) == 2000


def test_a_longer_interval_fits() -> None:
    text = lab("github", [f"o/r{number}" for number in range(2000)], "us").replace("github", 'every = "2h"\ngithub', 1)
    configuration = parse(text, environ={"GITHUB_TOKEN": "x"})
    assert costs.calls_an_hour(configuration.sources.values(), "github", configuration.settings) == 3000


def test_hugging_face_has_a_quota_with_and_without_a_token() -> None:
    text = lab("huggingface", [f"o{number}" for number in range(7000)])
    with pytest.raises(ConfigurationError, match="6,000 calls"):
        parse(text, environ={})
    assert len(parse(text, environ={"HF_TOKEN": "x"}).sources) == 7000
