"""From the outbox to a channel: every recipient for itself, retries, dead letters, claims, alerts, the dead man's switch."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from house import House
from storage_world import GLM, QWEN

from aggregator import deliver, schedule
from aggregator.channels import Refused, channels
from aggregator.deliver import sending
from aggregator.errors import DeliveryError, FetchError
from aggregator.model import Delivery

DOWN = DeliveryError("the relay cannot be reached", code="smtp_unreachable")


def ready(house: House) -> House:
    house.digest = replace(house.digest, to=("a@example.org", "b@example.org"))
    house.baseline()
    house.news("n", QWEN)
    house.plan()
    return house


def test_each_recipient_has_a_message_of_its_own_and_one_that_fails_is_tried_again_alone(house: House) -> None:
    ready(house)
    house.desk.fails = [DOWN]
    assert house.send() == ["later", "sent"]
    assert house.send() == []  # not before its time
    house.later(minutes=1)
    assert house.send() == ["sent"]
    assert sorted(one.recipient for one in house.desk.taken) == ["a@example.org", "b@example.org"]
    assert house.store.digests()[0].state == "delivered"


def test_a_repeat_has_the_same_name_and_the_same_bytes(house: House) -> None:
    ready(house)
    first = house.store.claim_delivery("killed", house.now, sending.CLAIM)
    assert first is not None
    house.later(minutes=7)
    house.send()
    again = next(one for one in house.desk.taken if one.id == first.id)
    assert (again.message_id, again.body, again.attempts) == (first.message_id, first.body, 2)


def test_what_nobody_takes_for_three_days_is_a_dead_letter(house: House) -> None:
    ready(house)
    began = house.now
    tries = 0
    for _ in range(200):
        house.desk.fails = [DOWN, DOWN]
        tries += len(house.send())
        house.later(minutes=30)
    assert house.store.digests()[0].state == "failed"
    dead = house.store.deliveries(states=("dead",))
    assert [one.error_code for one in dead] == ["smtp_unreachable"] * 2
    assert 2 * 12 <= tries <= 2 * 25
    assert house.store.deliveries(states=("pending", "sending")) == []
    assert house.now - began > timedelta(days=3)
    house.news("later", GLM)
    assert [plan.slot for plan in (house.day() and house.store.digests())][0] > began.date().isoformat()


def test_a_recipient_that_is_refused_for_good_is_dead_at_once_and_the_other_gets_its_mail(house: House) -> None:
    ready(house)
    house.desk.fails = [Refused("no such user", code="smtp_refused")]
    assert house.send() == ["dead", "sent"]
    assert house.store.digests()[0].state == "failed"


def test_a_defect_of_a_channel_is_told_and_tried_again(house: House) -> None:
    ready(house)
    house.desk.fails = [ValueError("a defect")]
    assert house.send() == ["later", "sent"]
    assert house.store.deliveries(states=("pending",))[0].error_code == "internal"


def test_two_senders_never_have_the_same_message(house: House) -> None:
    ready(house)
    mine = house.store.claim_delivery("one", house.now, sending.CLAIM)
    yours = house.store.claim_delivery("two", house.now, sending.CLAIM)
    assert mine is not None and yours is not None and mine.id != yours.id
    assert house.store.claim_delivery("three", house.now, sending.CLAIM) is None


def test_who_lost_a_claim_cannot_say_how_the_message_fared(house: House) -> None:
    ready(house)
    slow = house.store.claim_delivery("slow", house.now, sending.CLAIM)
    house.later(minutes=10)
    other = house.store.claim_delivery("other", house.now, sending.CLAIM)
    assert slow is not None and other is not None and slow.id == other.id
    assert not house.store.conclude_delivery(slow, sent_at=house.now)
    assert house.store.conclude_delivery(other, sent_at=house.now)


def test_what_a_dead_process_had_begun_to_send_is_free_at_once(house: House) -> None:
    ready(house)
    for owner in ("dead", "dead"):
        assert house.store.claim_delivery(owner, house.now, sending.CLAIM)
    assert house.send() == []
    assert house.store.free_leases(lambda owner: owner == "dead") == {}
    assert house.send() == ["sent", "sent"]


def test_a_wait_that_a_clock_ahead_has_written_is_no_wait(house: House) -> None:
    ready(house)
    house.now += timedelta(days=365)
    house.desk.fails = [DOWN, DOWN]
    assert house.send() == ["later", "later"]
    house.now -= timedelta(days=365)
    assert house.send() == ["sent", "sent"]


def test_a_hand_over_that_hangs_does_not_hold_up_the_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(house)
    stop, hang = threading.Event(), threading.Event()

    def deliver(delivery: Delivery, secrets: object) -> None:
        stop.set()
        hang.wait(10)

    monkeypatch.setattr(house.desk, "deliver", deliver)
    monkeypatch.setattr(sending, "PATIENCE", 0.05)
    assert house.send(stop=stop) == []
    hang.set()
    assert [one.state for one in house.store.deliveries()] == ["sending", "pending"]


def test_readers_edited_after_the_plan_count_from_the_next_digest_on(house: House) -> None:
    ready(house)
    house.digest = replace(house.digest, to=("c@example.org",))
    house.send()
    house.news("m", GLM)
    house.day()
    assert [one.recipient[0] for one in house.desk.taken] == ["a", "b", "c"]


def test_waits_grow_and_a_refused_login_is_not_tried_more_than_four_times_an_hour(house: House) -> None:
    waits = [schedule.next_try_at(house.now, n, house.now) for n in range(1, 9)]
    minutes = [(wait - house.now).total_seconds() / 60 for wait in waits if wait is not None]
    assert minutes == [1, 5, 15, 60, 120, 240, 360, 360]
    careful = schedule.next_try_at(house.now, 1, house.now, careful=True)
    assert careful is not None and careful - house.now >= timedelta(minutes=15)


# ---------------------------------------------------------------- what was given up, and what was lost later


def footer(house: House, subscriber: str = "default", language: str = "en") -> str:
    body = house.store.digest_body(house.store.digests(subscriber)[0].id, "md")
    assert body is not None
    found = [line for line in body.decode().splitlines() if "polled" in line or "已查询" in line]
    return found[0] if found else ""


def test_what_was_given_up_stands_in_the_footer_of_the_next_digest_and_only_there(house: House) -> None:
    house.reader("research", language="zh")
    house.reader("other")
    ready(house)
    house.desk.fails = [Refused("no such user", code="smtp_refused")] * 3
    house.send()
    assert sorted(one.subscriber for one in house.store.deliveries(states=("dead",))) == [
        "default",
        "default",
        "research",
    ]
    house.day()
    assert "3 messages of former digests could not be delivered: desk" in footer(house)
    assert "此前简报有1条消息未能送达" in footer(house, "research")
    assert "delivered" not in footer(house, "other")
    house.day()
    assert "delivered" not in footer(house) and "未能送达" not in footer(house, "research")


def test_a_silent_day_does_not_use_up_what_must_be_told(house: House) -> None:
    house.digest = replace(house.digest, empty_days="silent")
    ready(house)
    house.desk.fails = [Refused("no such user", code="smtp_refused")]
    house.send()
    house.day()
    house.news("later", GLM)
    house.day()
    assert "1 message of former digests could not be delivered" in footer(house)


def files(house: House, folder: Path) -> deliver.Means:
    house.digest = replace(house.digest, to=(), directory=str(folder))
    return replace(house.means(), channels={"file": channels()["file"]})


def test_a_file_that_is_gone_is_made_again_with_the_same_bytes(house: House, tmp_path: Path) -> None:
    means = files(house, tmp_path / "digests")
    house.baseline()
    house.news("n", QWEN)
    deliver.plan_due(means)
    deliver.send_due(means)
    page, text = sorted((tmp_path / "digests").iterdir())
    before = page.read_bytes()
    page.unlink()
    text.write_text("a reader's own notes", "utf-8")
    assert deliver.mend(means) == 1
    assert page.read_bytes() == before
    assert text.read_text("utf-8") == "a reader's own notes"  # what is there is the reader's
    assert deliver.mend(means) == 0
    text.unlink()
    moved = files(house, tmp_path / "elsewhere")
    assert deliver.mend(moved) == 0  # nobody looks there any more
    house.store.forget_deliveries(house.now + timedelta(days=1))
    assert deliver.mend(means) == 0  # the bytes of old messages are let go
    assert not text.exists()


def test_what_a_kill_in_the_middle_of_a_file_has_left_is_gone_after_the_next_try(house: House, tmp_path: Path) -> None:
    means = files(house, tmp_path / "digests")
    house.baseline()
    (plan, *_) = deliver.plan_due(means)
    (tmp_path / "digests").mkdir()
    for message in plan.messages:
        path = Path(message.recipient)
        path.with_name(f".{path.name}.k1ll3d").write_text("<p>hal")
    (tmp_path / "digests" / ".notes").write_text("somebody's own")
    deliver.send_due(means)
    assert sorted(path.name for path in (tmp_path / "digests").iterdir()) == [
        ".notes",
        f"{plan.slot}.html",
        f"{plan.slot}.md",
    ]


# ---------------------------------------------------------------- alerts


def alerts(house: House) -> list[str]:
    plans = deliver.plan_alerts(house.means())
    house.send()
    return [f"{line} {what}" for plan in plans for line, what in plan.entries]


def test_an_alert_is_sent_once_and_the_digest_tells_it_all_the_same(house: House) -> None:
    house.alerts = ("new", "open", "rumour", "withdrawn")
    house.baseline()
    house.day()
    house.later(hours=3)
    house.news("n", QWEN)
    assert alerts(house) == [f"{QWEN.key} alert:new"]
    assert house.desk.taken[-1].subject.startswith("Alert: Qwen3.5")
    house.later(minutes=30)
    house.news("m", QWEN)
    assert alerts(house) == []
    house.news("o", QWEN, "open")
    assert alerts(house) == []  # the line was alerted as new already, and its weights are part of that news
    assert house.day() == {"default": [(QWEN.key, "new")]}
    house.later(hours=2)
    house.news("r", GLM, "rumoured", "rumour")
    assert alerts(house) == [f"{GLM.key} alert:rumour"]


def test_a_line_of_yesterday_that_opens_is_alerted(house: House) -> None:
    house.alerts = ("open",)
    house.baseline()
    house.news("n", QWEN, "announced")
    house.day()
    house.later(hours=1)
    house.news("o", QWEN, "open")
    assert alerts(house) == [f"{QWEN.key} alert:open"]


def test_no_alert_in_the_quiet_hours_but_after_them(house: House) -> None:
    house.alerts = ("new",)
    house.digest = replace(house.digest, quiet="22:00-07:00", at="12:00")
    house.baseline()
    house.now = house.now.replace(hour=23)  # midnight in Paris
    house.news("n", QWEN)
    assert alerts(house) == []
    house.later(hours=8)
    assert alerts(house) == [f"{QWEN.key} alert:new"]


def test_a_baseline_is_not_alerted(house: House) -> None:
    house.alerts = ("new",)
    house.news("n", QWEN)
    assert alerts(house) == []
    assert house.day() == {"default": [(QWEN.key, "new")]}


# ---------------------------------------------------------------- the dead man's switch


def test_the_switch_is_asked_once_for_each_digest_that_arrived(house: House) -> None:
    asked: list[str] = []
    house.ping = asked.append
    ready(house)
    house.desk.fails = [DOWN]
    house.send()
    assert asked == []
    house.later(minutes=2)
    house.send()
    house.send()
    assert asked == ["secret of env:PING"]
    house.day()
    assert len(asked) == 2


def test_a_switch_that_fails_is_asked_again_later(house: House) -> None:
    asked: list[str] = []

    def ping(url: str) -> None:
        asked.append(url)
        if len(asked) == 1:
            raise FetchError("500", code="server_error", status=500)

    house.ping = ping
    ready(house)
    house.send()
    house.later(minutes=5)
    house.send()
    assert len(asked) == 1
    house.later(minutes=10)
    house.send()
    house.send()
    assert len(asked) == 2
