"""The environment: defaults, endpoints, and secrets that never show."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import environment, secret_url
from aggregator.errors import ConfigurationError

SECRET = "geheim-0123456789"


def test_an_empty_environment_means_the_public_sites() -> None:
    found = environment({})
    assert (found.config, found.database) == ("sources.toml", "sqlite:///storage/aggregator.db")
    assert found.github_api == "https://api.github.com" and found.github_web == "https://github.com"
    assert found.github_raw == "https://raw.githubusercontent.com" and found.huggingface == "https://huggingface.co"
    assert found.modelscope == "https://modelscope.cn"
    assert (found.github_token, found.huggingface_token, found.smtp_url) == (None, None, None)


def test_endpoints_lose_their_last_slash_and_blanks_count_as_unset() -> None:
    found = environment({"GITHUB_API_URL": " http://127.0.0.1:1/gh/ ", "HF_ENDPOINT": "", "AGGREGATOR_CONFIG": ""})
    assert found.github_api == "http://127.0.0.1:1/gh" and found.huggingface == "https://huggingface.co"
    assert found.config == "sources.toml"


@pytest.mark.parametrize(
    "name", ["GITHUB_API_URL", "GITHUB_SERVER_URL", "GITHUB_RAW_URL", "HF_ENDPOINT", "MODELSCOPE_ENDPOINT"]
)
def test_an_endpoint_that_is_no_url_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"environment: {name}: expected an absolute URL"):
        environment({name: "hf-mirror.com"})


@pytest.mark.parametrize(
    "name, field", [("GITHUB_TOKEN", "github_token"), ("HF_TOKEN", "huggingface_token"), ("SMTP_URL", "smtp_url")]
)
def test_a_secret_comes_from_its_variable_or_its_file_trimmed(name: str, field: str, tmp_path: Path) -> None:
    secret = f"smtp://u:{SECRET}@mail.example:587" if name == "SMTP_URL" else SECRET
    (tmp_path / "secret").write_text(f"\ufeff{secret}\r\n", "utf-8")
    assert getattr(environment({name: f" {secret}\n"}), field) == secret
    assert getattr(environment({f"{name}_FILE": str(tmp_path / "secret")}), field) == secret
    assert getattr(environment({name: secret, f"{name}_FILE": "/nowhere"}), field) == secret
    assert getattr(environment({name: "  "}), field) is None
    assert SECRET not in repr(
        environment({name: secret, "AGGREGATOR_DATABASE_URL": f"postgresql+psycopg://u:{SECRET}@db/x"})
    )


@pytest.mark.parametrize(
    "bad", [f"{SECRET}\nX-Evil: 1", f"{SECRET}\r{SECRET}", f"{SECRET} x", f"{SECRET}\x00", f"{SECRET}ä"]
)
@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "HF_TOKEN", "SMTP_URL"])
def test_a_secret_with_something_inside_is_refused_and_not_printed(name: str, bad: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(bad, "utf-8", newline="")
    for environ in ({name: bad}, {f"{name}_FILE": str(tmp_path / "secret")}):
        with pytest.raises(ConfigurationError) as caught:
            environment(environ)
        assert caught.value.code == "bad_secret"
        assert name in str(caught.value) and SECRET not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_missing_a_binary_and_a_huge_secret_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00abc")
    (tmp_path / "huge").write_bytes(b"a" * 70_000)
    for path in ("/nowhere/token", tmp_path, tmp_path / "binary", tmp_path / "huge"):
        with pytest.raises(ConfigurationError) as caught:
            environment({"HF_TOKEN_FILE": str(path)})
        assert caught.value.code == "bad_secret" and "HF_TOKEN_FILE" in str(caught.value)


def test_an_smtp_url_of_another_scheme_is_refused_and_not_printed() -> None:
    with pytest.raises(ConfigurationError) as caught:
        environment({"SMTP_URL": f"http://u:{SECRET}@mail"})
    assert caught.value.code == "bad_secret" and SECRET not in str(caught.value)


def test_a_named_secret_url_is_looked_up_and_never_shown() -> None:
    assert secret_url("env:PING", {"PING": f" https://x/{SECRET} "}) == f"https://x/{SECRET}"
    assert secret_url("env:PING", {}) is None
    with pytest.raises(ConfigurationError) as caught:
        secret_url("env:PING", {"PING": f"{SECRET}\n{SECRET}"})
    assert SECRET not in str(caught.value) and caught.value.code == "bad_secret"
