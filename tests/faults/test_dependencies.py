"""No dependency is older than the floor that pyproject.toml gives it, and the floors leave out versions with known faults."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RUN = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRA = [Requirement(line) for lines in PROJECT["optional-dependencies"].values() for line in lines]

SAFE = {
    "certifi": ("2024.7.4", "CVE-2024-39689: a root that is no longer trusted"),
    "fastapi": ("0.109.1", "CVE-2024-24762: a form's content type takes all processor time"),
    "feedparser": ("5.1.2", "CVE-2012-2921: an entity takes all memory"),
    "h11": ("0.16.0", "CVE-2025-43859: malformed chunks are taken, requests can be smuggled"),
    "httpx": ("0.23.0", "CVE-2021-41945: a URL's parts are taken for others"),
    "idna": ("3.7", "CVE-2024-3651: a host name takes all processor time"),
    "jinja2": ("3.1.6", "CVE-2025-27516: a template gets out of its sandbox"),
    "lxml": ("6.1.0", "CVE-2026-41066: entities read local files"),
    "nh3": ("0.3.1", "RUSTSEC-2025-0071: what was cleaned becomes a script"),
    "requests": ("2.32.4", "CVE-2024-47081: the password of one host is told to another"),
    "starlette": ("1.3.1", "CVE-2025-62727, CVE-2026-48710: ranges take all processor time, a Host changes the path"),
    "urllib3": ("2.7.0", "CVE-2026-21441, PYSEC-2026-141: redirects unpack without limit and carry headers on"),
}
"""The first version without the faults that are known, and the worst of them: what stands between us and the network."""


def floor(requirement: Requirement) -> Version:
    floors = [Version(one.version) for one in requirement.specifier if one.operator in (">=", "==", "~=")]
    assert floors, f"{requirement}: no floor"
    return max(floors)


def locked(name: str) -> dict[str, list[Version]]:
    """The versions that a lock file pins, by package (several where Python's version decides)."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines():
        if pin := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", line):
            found.setdefault(canonicalize_name(pin[1]), []).append(Version(pin[2]))
    return found


@pytest.mark.parametrize("requirement", RUN + EXTRA, ids=str)
def test_X18_every_dependency_has_a_floor_and_what_is_installed_is_not_below_it(requirement: Requirement) -> None:
    assert floor(requirement)
    try:
        installed = Version(version(requirement.name))
    except PackageNotFoundError:
        assert requirement not in RUN  # extras may be left away
        return
    assert installed in requirement.specifier, f"{requirement.name} {installed} is not {requirement.specifier}"


@pytest.mark.parametrize(
    ("file", "requirements"),
    [
        ("run.txt", RUN),
        ("postgres.txt", RUN + [Requirement(line) for line in PROJECT["optional-dependencies"]["postgres"]]),
        ("dev.txt", RUN + EXTRA),
    ],
)
def test_X18_every_lock_holds_to_the_floors(file: str, requirements: list[Requirement]) -> None:
    pins = locked(file)
    for requirement in requirements:
        found = pins.get(canonicalize_name(requirement.name), [])
        assert found, f"{file} does not pin {requirement.name}"
        assert all(one in requirement.specifier for one in found), f"{file}: {requirement.name} {found}"


@pytest.mark.parametrize("name", SAFE)
def test_X18_what_stands_before_the_network_has_a_floor_without_known_faults(name: str) -> None:
    first, fault = Version(SAFE[name][0]), SAFE[name][1]
    given = [requirement for requirement in RUN if canonicalize_name(requirement.name) == name]
    assert given, f"pyproject.toml gives {name} no floor ({fault})"
    assert floor(given[0]) >= first, f"{given[0]}: {fault}; the floor must be {first}"
    for file in ("run.txt", "postgres.txt", "dev.txt"):
        assert min(locked(file)[name]) >= first, f"{file}: {fault}"
    assert Version(version(name)) >= first, f"installed: {fault}"


def test_X18_a_version_below_its_floor_would_be_seen() -> None:
    assert Version("3.1.5") not in Requirement("jinja2>=3.1.6").specifier
    with pytest.raises(AssertionError, match="no floor"):
        floor(Requirement("jinja2<4"))
