"""docker-compose.yml as it is read, without an engine."""

from __future__ import annotations

from pathlib import Path

import yaml

SERVICES = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text("utf-8"))["services"]


def test_x19_no_port_of_a_database_is_published_and_no_password_has_a_default() -> None:
    assert all("ports" not in service for service in SERVICES.values())
    assert SERVICES["database"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:-}"
    assert all(service.get("network_mode") is None for service in SERVICES.values())


def test_every_service_of_ours_is_read_only_and_has_no_privileges() -> None:
    ours = [service for name, service in SERVICES.items() if name != "database"]
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours)
    assert all("no-new-privileges:true" in service["security_opt"] for service in ours)
    assert not any(service.get("init") for service in ours)  # podman has none where only what is needed is installed
