"""The channels into folders and chats, and what every channel packs."""

from __future__ import annotations

import errno
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from aggregator.channels import Letter, channels
from aggregator.errors import DeliveryError
from aggregator.model import Delivery, Message, Subscriber

AT = datetime(2026, 2, 17, 6, 30, tzinfo=UTC)
READER = Subscriber(
    to=("one@example.org", "zwei@example.org"), sender="News <digest@example.org>", notify=("env:CHAT",), directory="d"
)
LETTER = Letter(
    READER, "2026-02-17", "", "1 new model", "• GLM-5\n", {"md": "# M", "html": "<p>H</p>", "text": "T"}, "en", AT
)


def packed(letter: Letter = LETTER) -> dict[str, list[Message]]:
    return {name: list(channel.pack(letter)) for name, channel in channels().items()}


def as_delivery(message: Message) -> Delivery:
    return Delivery(
        1, 1, "default", LETTER.slot, "", message.channel, message.recipient, message.part, message.message_id,
        message.subject, message.body, message.body_type, "sending", 1, AT, None, 1, None, None, None,
    )  # fmt: skip


def test_every_channel_packs_its_messages_the_same_each_time() -> None:
    assert {name: [m.recipient for m in messages] for name, messages in packed().items()} == {
        "email": ["one@example.org", "zwei@example.org"],
        "file": ["d/2026-02-17.md", "d/2026-02-17.html"],
        "notify": ["env:CHAT"],
    }
    assert packed() == packed()
    names = [m.message_id for messages in packed().values() for m in messages]
    assert len(set(names)) == 5
    assert all(name.startswith("2026-02-17.default.") and name.endswith("@example.org") for name in names)


def test_who_uses_no_channel_gets_nothing_and_alerts_are_not_filed() -> None:
    assert packed(replace(LETTER, subscriber=Subscriber())) == {"email": [], "file": [], "notify": []}
    assert packed(replace(LETTER, purpose="alert-1"))["file"] == []


def test_a_mail_says_which_list_it_is_of_and_how_to_leave_it() -> None:
    message = message_from_bytes(packed()["email"][0].body, policy=default)
    assert message["List-Id"] == "<default.digest.example.org>"
    assert message["List-Unsubscribe"] == "<mailto:digest@example.org?subject=unsubscribe%20default>"
    assert message["Subject"] == "1 new model"
    assert message["Message-ID"].strip("<>") == packed()["email"][0].message_id
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    assert (message["To"], message["From"]) == ("one@example.org", "News <digest@example.org>")


def test_an_address_that_no_header_can_carry_is_a_fault_and_spoils_no_other() -> None:
    reader = replace(READER, to=("ok@example.org", "bücher@example.org"))
    good, bad = packed(replace(LETTER, subscriber=reader))["email"]
    assert good.fault is None
    assert bad.fault is not None and bad.fault[0] == "bad_address"


def test_files_are_written_whole(tmp_path: Path) -> None:
    reader = replace(READER, directory=str(tmp_path / "new" / "folder"))
    for message in packed(replace(LETTER, subscriber=reader))["file"]:
        channels()["file"].deliver(as_delivery(message), lambda name: None)
    found = {path.name: path.read_text() for path in (tmp_path / "new" / "folder").iterdir()}
    assert found == {"2026-02-17.md": "# M", "2026-02-17.html": "<p>H</p>"}


def test_m18_the_file_of_all_models_is_written_where_the_page_only_counts_some(tmp_path: Path) -> None:
    reader = replace(READER, directory=str(tmp_path))
    letter = replace(LETTER, subscriber=reader, forms={**LETTER.forms, "json": "{}"})
    assert [Path(one.recipient).name for one in packed(letter)["file"]] == [
        "2026-02-17.md", "2026-02-17.html", "2026-02-17.json",
    ]  # fmt: skip
    for message in packed(letter)["file"]:
        channels()["file"].deliver(as_delivery(message), lambda name: None)
    assert (tmp_path / "2026-02-17.json").read_text() == "{}"


def test_m21_a_link_in_the_place_of_a_file_is_replaced_and_never_followed(tmp_path: Path) -> None:
    reader = replace(READER, directory=str(tmp_path / "digests"))
    message = packed(replace(LETTER, subscriber=reader))["file"][0]
    (tmp_path / "digests").mkdir()
    (tmp_path / "precious").write_text("mine")
    Path(message.recipient).symlink_to(tmp_path / "precious")
    channels()["file"].deliver(as_delivery(message), lambda name: None)
    assert (tmp_path / "precious").read_text() == "mine"
    assert not Path(message.recipient).is_symlink() and Path(message.recipient).read_text() == "# M"


def test_m21_a_full_disk_leaves_the_former_file_whole_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = replace(READER, directory=str(tmp_path))
    message = packed(replace(LETTER, subscriber=reader))["file"][0]
    Path(message.recipient).write_text("former")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DeliveryError, match="free some space") as caught:
        channels()["file"].deliver(as_delivery(message), lambda name: None)
    assert caught.value.code == "disk_full"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {Path(message.recipient).name: "former"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = packed(replace(LETTER, subscriber=replace(READER, directory=str(tmp_path / "file"))))["file"][0]
    with pytest.raises(DeliveryError, match="name a path that can be written"):
        channels()["file"].deliver(as_delivery(message), lambda name: None)


# ---------------------------------------------------------------- chats


@dataclass
class Chat:
    """A loopback server that takes what Apprise posts."""

    status: int = 200
    taken: list[Any] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def chat() -> Iterator[Chat]:
    box = Chat()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            plain = {"message": content, "title": self.headers.get("X-Title")}  # as ntfy takes it
            box.taken.append(json.loads(content) if "json" in self.headers.get("Content-Type", "") else plain)
            self.send_response(box.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    box.url = f"json://127.0.0.1:{server.server_address[1]}/s3cret-path"
    yield box
    server.shutdown()
    server.server_close()


def test_a_chat_gets_the_short_form(chat: Chat) -> None:
    message = packed()["notify"][0]
    channels()["notify"].deliver(as_delivery(message), {"env:CHAT": chat.url}.get)
    assert chat.taken[0]["title"] == "1 new model"
    assert chat.taken[0]["message"].strip() == "• GLM-5"


def long_letter(words: str) -> Letter:
    lines = (f"• Qwen{n} · {words}\n  https://huggingface.co/Qwen/Qwen{n}-a-name-that-is-long" for n in range(150))
    return replace(LETTER, short="\n".join(lines) + "\n")


@pytest.mark.parametrize(("service", "most"), [("ntfy", 7800), ("json", 2000)])  # Discord takes 2,000
def test_what_is_longer_than_a_chat_takes_goes_out_in_parts_that_tear_no_link(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, service: str, most: int
) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 2000)
    letter = long_letter("Alibaba: weights, open")
    message = packed(letter)["notify"][0]
    channels()["notify"].deliver(as_delivery(message), {"env:CHAT": chat.url.replace("json", service, 1)}.get)
    parts = [str(one["message"]) for one in chat.taken]
    assert len(parts) > 1 and max(map(len, parts)) <= most
    arrived = [line.strip() for part in parts for line in part.splitlines() if not line.startswith("1 new model")]
    assert arrived == [line.strip() for line in letter.short.splitlines()]


def test_a_service_that_counts_bytes_gets_parts_that_fit_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.wecombot import NotifyWeComBot

    parts: list[str] = []

    def send(self: Any, body: str, **_: Any) -> bool:
        parts.append(body)
        return True

    monkeypatch.setattr(NotifyWeComBot, "send", send)
    message = packed(long_letter("阿里巴巴：权重已开放，可以下载，可以商用"))["notify"][0]
    channels()["notify"].deliver(as_delivery(message), {"env:CHAT": "wecombot://abcdefgh-1234"}.get)
    assert len(parts) > 5 and max(len(part.encode()) for part in parts) <= 2048


def test_a_url_may_say_what_becomes_of_a_long_message(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 2000)
    message = packed(long_letter("Alibaba"))["notify"][0]
    channels()["notify"].deliver(as_delivery(message), {"env:CHAT": f"{chat.url}?overflow=truncate"}.get)
    assert [len(one["message"]) <= 2000 for one in chat.taken] == [True]


def test_no_error_of_a_chat_shows_its_url(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    message = as_delivery(packed()["notify"][0])
    chat.status = 500
    told = []
    for secrets in ({"env:CHAT": chat.url}, {"env:CHAT": "nonsense://s3cret"}, {}):
        with pytest.raises(DeliveryError) as caught:
            channels()["notify"].deliver(message, secrets.get)
        told.append((caught.value.code, str(caught.value)))
    assert [code for code, _ in told] == ["notify_failed", "notify_url", "secret_missing"]
    assert "s3cret" not in str(told) + caplog.text
