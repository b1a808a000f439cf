"""The outbox and the mail channel against a server that says what a script tells it: one case of the catalogue a test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from house import House
from storage_world import QWEN, about, prepared

from aggregator import deliver
from aggregator.channels import channels
from aggregator.deliver import sending
from aggregator.names import make_line

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))

from wires import HANG_UP, Wire  # noqa: E402  (tests/ is no package)


@pytest.fixture
def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    with Wire() as running:
        running.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        yield running


Send = Callable[[], list[str]]


@pytest.fixture
def send(house: House, wire: Wire) -> Send:
    """A digest to three people is planned; each call is a round of the sender."""
    house.digest = replace(house.digest, to=("a@example.org", "b@example.org", "c@example.org"))
    house.baseline()
    house.news("n", QWEN)

    def means() -> deliver.Means:
        return replace(house.means(), channels={"email": channels()["email"]}, secrets=wire.secrets)

    deliver.plan_due(means())
    return lambda: [outcome.word for outcome in deliver.send_due(means())]


def read(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def names(wire: Wire) -> list[str]:
    return [read(content)["Message-ID"] for _, content in wire.mails]


def test_m2_of_three_recipients_only_the_one_that_was_put_off_is_tried_again(
    house: House, wire: Wire, send: Send
) -> None:
    wire.script = [{}, {"RCPT": "451 later"}, {}]
    assert send() == ["sent", "later", "sent"]
    house.later(minutes=2)
    assert send() == ["sent"]
    assert [to for to, _ in wire.mails] == ["a@example.org", "c@example.org", "b@example.org"]


def test_m3_of_three_recipients_one_is_refused_for_good_and_named(house: House, wire: Wire, send: Send) -> None:
    wire.script = [{}, {"RCPT": "550 5.1.1 no such user"}, {}]
    assert send() == ["sent", "dead", "sent"]
    (dead,) = house.store.deliveries(states=("dead",))
    assert (dead.recipient, dead.error_code) == ("b@example.org", "smtp_refused")
    assert "no such user" in (dead.error or "")


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
def test_m4_a_421_in_the_middle_costs_one_try_of_one_recipient(
    house: House, wire: Wire, send: Send, command: str
) -> None:
    wire.script = [{}, {command: "421 closing"}, {}]
    assert send() == ["sent", "later", "sent"]
    house.later(minutes=2)
    assert send() == ["sent"]
    assert sorted(to for to, _ in wire.mails) == ["a@example.org", "b@example.org", "c@example.org"]
    assert len(set(names(wire))) == 3


def test_m5_no_answer_after_the_final_dot_gives_the_same_name_and_bytes_again(
    house: House, wire: Wire, send: Send
) -> None:
    wire.script = [{"END": HANG_UP}, {}]
    assert send() == ["later", "sent", "sent"]
    house.later(minutes=2)
    assert send() == ["sent"]
    first, *_, again = wire.mails
    assert first == again


@pytest.mark.parametrize("farewell", ["500 what?", "421 no", HANG_UP])
def test_m7_a_farewell_that_fails_after_the_yes_changes_nothing(
    house: House, wire: Wire, send: Send, farewell: str
) -> None:
    wire.script = [{"QUIT": farewell}]
    assert send() == ["sent", "sent", "sent"]
    house.later(hours=1)
    assert send() == []
    assert len(wire.mails) == 3


def whole_and_parts(house: House) -> tuple[int, list[str]]:
    rows = house.store.deliveries()
    whole = house.store.delivery(rows[0].id)
    assert whole is not None
    return len(whole.body), [str(read(whole.body).get_body(("plain",)).get_content())]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "limited",
    [lambda size: {"EHLO": f"250-wire\n250 SIZE {size}"}, lambda size: {"MAIL": "552 5.3.4 message too big"},
     lambda size: {"END": "552 too much mail data"}],
    ids=["size", "mail", "data"],
)  # fmt: skip
def test_m8_a_mail_that_is_too_large_arrives_as_its_text(
    house: House, wire: Wire, send: Send, limited: Callable[[int], dict[str, str]]
) -> None:
    size, (text,) = whole_and_parts(house)
    wire.script = [limited(size - 1), {}]  # the second try finds no limit
    words = send()
    assert words == ["split", "sent", "sent", "sent"]
    (mail,) = [read(content) for to, content in wire.mails if to == "a@example.org"]
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert house.store.digests()[0].state == "delivered"


def test_m8_parts_together_say_the_whole_and_keep_their_names_and_bytes(house: House, wire: Wire) -> None:
    house.digest = replace(house.digest, to=("a@example.org",), language="zh")
    house.baseline()
    lines = [make_line("qwen", "Qwen", f"{number}") for number in range(10, 40)]
    for one in lines:  # a poll each: many new things in one would be held as a flood
        house.poll(prepared(one.name, f"{one.name} is out", labels=about(one, status="open"), now=house.now,
                            published=house.now))  # fmt: skip
    means = replace(house.means(), channels={"email": channels()["email"]}, secrets=wire.secrets)
    (plan,) = deliver.plan_due(means)
    (message,) = plan.messages
    whole = str(read(message.body).get_body(("plain",)).get_content())  # type: ignore[union-attr]
    most = {"EHLO": "250-wire\n250 SIZE 2600"}
    wire.script = [most, {**most, "END": HANG_UP}, most]  # the first part is taken, and we do not learn it
    words = [one.word for one in deliver.send_due(means)]
    count = len(words) - 1
    assert count > 2 and words == ["split", "later", *["sent"] * (count - 1)]
    house.later(minutes=2)
    assert [one.word for one in deliver.send_due(means)] == ["sent"]
    assert all(len(content) <= 2600 for _, content in wire.mails)
    by_name: dict[str, set[bytes]] = {}
    for _, content in wire.mails:
        by_name.setdefault(read(content)["Message-ID"], set()).add(content)
    local, _, domain = message.message_id.partition("@")
    assert set(by_name) == {f"<{local}.{number}@{domain}>" for number in range(1, count + 1)}
    assert all(len(contents) == 1 for contents in by_name.values())  # the part that came twice has the same bytes
    parts = [read(next(iter(by_name[f"<{local}.{n}@{domain}>"]))) for n in range(1, count + 1)]
    assert [str(part["Subject"]) for part in parts] == [f"{message.subject} ({n}/{count})" for n in range(1, count + 1)]
    assert all(part["List-Id"] == read(message.body)["List-Id"] for part in parts)
    told = [line for part in parts for line in str(part.get_content()).splitlines() if line]
    assert told == [line for line in whole.splitlines() if line]


def test_m8_what_no_limit_lets_through_is_given_up_and_a_full_mailbox_waits(
    house: House, wire: Wire, send: Send
) -> None:
    wire.script = [{"EHLO": "250-wire\n250 SIZE 300"}, {"RCPT": "552 5.2.2 mailbox full"}, {"MAIL": "552 5.2.2 full"}]
    assert send() == ["dead", "later", "later"]
    assert [one.error_code for one in house.store.deliveries()] == ["smtp_too_large", "mailbox_full", "mailbox_full"]


def test_m9_a_refused_login_waits_a_quarter_of_an_hour(house: House, wire: Wire, send: Send) -> None:
    wire.url = wire.url.replace("://", "://user:geheim@")
    wire.script = [{"EHLO": "250-wire\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"}]
    tries = 0
    for _ in range(12):
        tries += len(send())
        house.later(minutes=5)
    assert tries <= 4 * 3
    assert {one.error_code for one in house.store.deliveries()} == {"smtp_auth"}
    assert wire.mails == [] and "geheim" not in str([one.error for one in house.store.deliveries()])


def test_m15_lone_dots_and_bare_line_ends_are_right_on_the_wire(house: House, wire: Wire, send: Send) -> None:
    send()
    from aggregator.channels.email import compose, relay_of
    from aggregator.channels.email import send as hand_over

    text = "first\n.\n..two\nbare\rcarriage\r\nlast."
    made = compose(subject="s", text=text, html="<p>\n.\n</p>", sender="d@example.org", to="a@example.org",
                   at=house.now, message_id="x@example.org")  # fmt: skip
    wire.mails.clear()
    hand_over(made, relay_of(wire.url))
    ((_, content),) = wire.mails
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    lines = content.split(b"\r\n")
    assert b"." not in lines and b".." in lines and b"...two" in lines  # each leading dot is doubled
    assert max(map(len, lines)) <= 998


def test_a_kill_between_the_yes_and_the_note_repeats_one_mail_with_the_same_bytes(
    house: House, wire: Wire, send: Send
) -> None:
    """M6 in small; the kill itself is in the simulation, at the point `send.taken`."""
    first = house.store.claim_delivery("killed", house.now, sending.CLAIM)
    assert first is not None
    channels()["email"].deliver(first, wire.secrets)
    assert send() == ["sent", "sent"]  # the claim keeps the others from repeating it
    house.later(minutes=7)
    assert send() == ["sent"]
    assert len(wire.mails) == 4 and len(set(names(wire))) == 3
    assert wire.mails[0] == wire.mails[-1]
