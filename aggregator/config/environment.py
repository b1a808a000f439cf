"""The environment variables that count, read once: paths, endpoints, secrets. No secret shows in a repr or an error.

Nothing else of the package reads `os.environ` for these; the values are passed on as arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.config import values as v
from aggregator.config.pointers import web_address

_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says. Endpoints have no slash at their end; a secret that is not set is None.

    `database` may hold a password, so it is left out of the repr like the secrets.
    """

    config: str = "sources.toml"
    database: str = field(default="sqlite:///storage/aggregator.db", repr=False)
    github_api: str = "https://api.github.com"
    github_web: str = "https://github.com"
    github_raw: str = "https://raw.githubusercontent.com"
    huggingface: str = "https://huggingface.co"
    modelscope: str = "https://modelscope.cn"
    github_token: str | None = field(default=None, repr=False)
    huggingface_token: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)


def environment(environ: Mapping[str, str]) -> Environment:
    """Read the variables; empty ones count as not set.

    Raises ConfigurationError with code `bad_secret` for a secret with a line break or another control character inside,
    for a secret's file that cannot be read, and without a code of its own for an endpoint that is no URL.
    """
    smtp = _secret(environ, "SMTP_URL")
    if smtp is not None and not re.match(r"smtps?://[^/\s]+", smtp):
        v.refuse("environment: SMTP_URL", 'expected "smtp://user:password@host:587" or "smtps://…"', "bad_secret")
    return Environment(
        config=environ.get("AGGREGATOR_CONFIG") or "sources.toml",
        database=environ.get("AGGREGATOR_DATABASE_URL") or "sqlite:///storage/aggregator.db",
        github_api=_endpoint(environ, "GITHUB_API_URL", "https://api.github.com"),
        github_web=_endpoint(environ, "GITHUB_SERVER_URL", "https://github.com"),
        github_raw=_endpoint(environ, "GITHUB_RAW_URL", "https://raw.githubusercontent.com"),
        huggingface=_endpoint(environ, "HF_ENDPOINT", "https://huggingface.co"),
        modelscope=_endpoint(environ, "MODELSCOPE_ENDPOINT", "https://modelscope.cn"),
        github_token=_secret(environ, "GITHUB_TOKEN"),
        huggingface_token=_secret(environ, "HF_TOKEN"),
        smtp_url=smtp,
    )


def secret_url(reference: str, environ: Mapping[str, str]) -> str | None:
    """The URL that `env:NAME` stands for, or None if the variable is not set; `bad_secret` as in `environment`."""
    return _clean(environ.get(reference.removeprefix("env:"), ""), reference.removeprefix("env:"))


def _endpoint(environ: Mapping[str, str], name: str, default: str) -> str:
    value = (environ.get(name) or "").strip()
    return web_address(f"environment: {name}", value).rstrip("/") if value else default


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    """The secret of NAME, else of the file named by NAME_FILE."""
    direct = _clean(environ.get(name, ""), name)
    path = (environ.get(f"{name}_FILE") or "").strip()
    if direct is not None or not path:
        return direct
    where = f"environment: {name}_FILE"
    try:
        with open(path, "rb") as stream:
            raw = stream.read(_FILE_BYTES + 1)
    except OSError as error:
        v.refuse(where, f"cannot be read: {error.strerror or 'no such file'} ({path})", "bad_secret")
    if len(raw) > _FILE_BYTES:
        v.refuse(where, "expected a file that holds one secret, found more than 64 KiB", "bad_secret")
    return _clean(raw.decode("utf-8-sig", "replace"), f"{name}_FILE")


def _clean(value: str, name: str) -> str | None:
    secret = value.strip()
    if any(ord(sign) < 0x21 or ord(sign) > 0x7E for sign in secret):
        v.refuse(
            f"environment: {name}",
            "expected a secret of printable ASCII on one line, found a blank, line break or other character inside it",
            "bad_secret",
        )
    return secret or None
