"""Sixty days in the life of the worker; see sixty_days.py for the world and its troubles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from databases import Postgres
from sixty_days import account, run


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sixty_days_tell_everything_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    caplog.set_level("CRITICAL")
    life = run(tmp_path, step=timedelta(hours=6))
    assert account(life) == []
    assert life.refused > 10  # the second worker never became one
    names = {(to, name) for to, name, _ in life.box.taken}
    assert len(life.box.taken) > len(names)  # the relay that hung up got some of them again, with the same bytes
    record_property("mails", f"{len(life.box.taken)} of {len(names)} messages; {dict(life.paper.requests)} requests")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_days_on_postgresql_tell_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with postgres.database() as url:
        life = run(tmp_path, days=20, step=timedelta(hours=4), seed=3, database=url)
        assert account(life) == []
    assert not (tmp_path / "life.db").exists()
    assert life.refused > 10


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("seed", "minutes"), [(2, 30), (105, 120)]
)  # 105: a jump of the clock hid news until it was seen, twice
def test_sixty_days_with_shorter_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, minutes: int
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    life = run(tmp_path, step=timedelta(minutes=minutes), seed=seed)
    assert account(life) == []
