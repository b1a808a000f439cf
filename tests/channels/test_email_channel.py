"""The mail channel against a real SMTP server: TLS or nothing, every refusal with its code, no secret in any error."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from aggregator.channels import email
from aggregator.errors import AggregatorError, DeliveryError

AT = datetime(2026, 2, 17, 6, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@dataclass
class Mailbox:
    """A server's handler: keeps what it took; `refuse` answers a command with this line instead."""

    refuse: dict[str, str] = field(default_factory=dict)
    taken: list[Any] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if "RCPT" not in self.refuse:
            envelope.rcpt_tos.append(address)
        return self.refuse.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if "DATA" not in self.refuse:
            self.taken.append(envelope)
            self.secure.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.refuse.get("DATA", "250 taken")

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.password)
        return AuthResult(success=data.password == b"p@ss word", handled=False)


class Listening(Controller):
    """A controller that offers STARTTLS if it is given a context for that, or TLS from the first byte."""

    def __init__(self, box: Mailbox, starttls: ssl.SSLContext | None, implicit: ssl.SSLContext | None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._box, self._starttls = box, starttls
        super().__init__(box, hostname="127.0.0.1", port=port, ssl_context=implicit)

    def factory(self) -> SMTP:
        return SMTP(
            self.handler, hostname="mail.example", tls_context=self._starttls, authenticator=self._box.authenticate,
            auth_require_tls=self.ssl_context is None,
        )  # fmt: skip


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def theirs(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    running: list[Listening] = []

    def start(box: Mailbox, *, starttls: ssl.SSLContext | None = None, implicit: ssl.SSLContext | None = None) -> int:
        running.append(Listening(box, starttls, implicit))
        running[-1].start()
        return int(running[-1].port)

    yield start
    for each in running:
        each.stop()


def message(**changes: Any) -> EmailMessage:
    given: dict[str, Any] = {
        "subject": "AI releases – 17 February 2026", "text": "Qwen3.5 发布\n.\nFrom here\n", "html": "<p>Qwen3.5 发布</p>",
        "sender": "Digest <digest@example.org>", "to": "team@example.org", "at": AT, "message_id": "d.1@example.org",
    }  # fmt: skip
    return email.compose(**{**given, **changes})


def relay(port: int, scheme: str = "smtp", login: str = "user:p%40ss%20word@") -> email.Relay:
    return email.relay_of(f"{scheme}://{login}127.0.0.1:{port}")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(AggregatorError) as caught:
        call()
    assert "p@ss word" not in str(caught.value) and "p%40ss" not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_message_arrives_whole_over_tls(
    serve: Callable[..., int], authority: trustme.CA, trusted: ssl.SSLContext, scheme: str
) -> None:
    box = Mailbox()
    port = serve(box, **{"starttls" if scheme == "smtp" else "implicit": theirs(authority)})
    email.send(message(), relay(port, scheme), context=trusted)
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("digest@example.org", ["team@example.org"])
    assert box.secure == [True] and box.logins == [b"p@ss word"]
    read = message_from_bytes(envelope.content, policy=default)
    assert read["Subject"] == "AI releases – 17 February 2026" and read["Message-ID"] == "<d.1@example.org>"
    text, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert text.get_content().replace("\r\n", "\n") == "Qwen3.5 发布\n.\nFrom here\n"
    assert html.get_content().strip() == "<p>Qwen3.5 发布</p>"


def test_without_starttls_nothing_is_sent_and_no_password_is_given(
    serve: Callable[..., int], trusted: ssl.SSLContext
) -> None:
    box = Mailbox()
    port = serve(box)
    assert code_of(lambda: email.send(message(), relay(port), context=trusted)) == "tls_required"
    assert box.taken == [] and box.logins == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_of_another_authority_or_name_is_refused(
    serve: Callable[..., int], authority: trustme.CA, trusted: ssl.SSLContext, scheme: str
) -> None:
    for wrong in (theirs(trustme.CA()), theirs(authority, "other.example")):
        box = Mailbox()
        port = serve(box, **{"starttls" if scheme == "smtp" else "implicit": wrong})
        assert code_of(lambda port=port: email.send(message(), relay(port, scheme), context=trusted)) == "tls_invalid"
        assert box.taken == [] and box.logins == []


def test_an_authority_that_is_written_later_is_trusted_from_then_on(
    serve: Callable[..., int], authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen with the mail catcher of the compose file, which makes its authority while the worker already runs."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    port = serve(Mailbox(), starttls=theirs(authority))
    assert code_of(lambda: email.send(message(), relay(port))) == "tls_invalid"
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    email.send(message(), relay(port))


def test_a_wrong_password_is_smtp_auth(
    serve: Callable[..., int], authority: trustme.CA, trusted: ssl.SSLContext
) -> None:
    port = serve(Mailbox(), starttls=theirs(authority))
    assert code_of(lambda: email.send(message(), relay(port, login="user:wrong@"), context=trusted)) == "smtp_auth"


@pytest.mark.parametrize(
    ("refuse", "code"),
    [
        ({"RCPT": "550 p@ss word unknown"}, "smtp_refused"), ({"RCPT": "451 later"}, "smtp_later"),
        ({"DATA": "554 spam"}, "smtp_refused"), ({"DATA": "452 full"}, "smtp_later"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_whether_it_is_for_good(
    serve: Callable[..., int], authority: trustme.CA, trusted: ssl.SSLContext, refuse: dict[str, str], code: str
) -> None:
    port = serve(Mailbox(refuse), starttls=theirs(authority))
    assert code_of(lambda: email.send(message(), relay(port), context=trusted)) == code


def test_nobody_there_silence_and_another_protocol_have_codes_of_their_own(trusted: ssl.SSLContext) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert code_of(lambda: email.send(message(), relay(port), context=trusted)) == "smtp_unreachable"
        silent.listen()
        assert code_of(lambda: email.send(message(), relay(port), context=trusted, timeout=0.3)) == "smtp_timeout"


@pytest.mark.parametrize(
    "url",
    ["", "http://a.example", "smtp://", "smtp://user@a.example", "smtp://a.example:x", "smtp://a.example:99999",
     "nonsense p@ss"],
)  # fmt: skip
def test_a_wrong_url_is_a_bad_secret_and_never_shown(url: str) -> None:
    with pytest.raises(AggregatorError) as caught:
        email.relay_of(url)
    assert caught.value.code == "bad_secret" and "p@ss" not in str(caught.value)


def test_a_relay_knows_its_ports_and_hides_its_password() -> None:
    assert email.relay_of("smtp://u:p@a.example").port == 587 and email.relay_of("smtps://u:p@a.example").port == 465
    found = email.relay_of("smtp://u%40b:geheim@a.example:25")
    assert (found.user, found.port) == ("u@b", 25) and "geheim" not in repr(found)


def test_no_subject_and_no_address_can_add_a_header() -> None:
    made = message(subject="a\r\nBcc: x@evil.example\x00\u2028b")
    assert made["Bcc"] is None and b"\nBcc:" not in bytes(made) and made["Subject"] == "a Bcc: x@evil.example b"
    for address in ("a@b.example\r\nBcc: c@d.example", "no address", "", "@", "a@b@c\n"):
        with pytest.raises(DeliveryError) as caught:
            message(to=address)
        assert caught.value.code == "bad_address"


ENCODED_WORDS = (
    "=?utf-8?q?a=0D=0ABcc=3A_e=40x.example?=",
    "=?UTF-8?Q?a=0ABcc=3A_e=40x.example?= b",
    "=?utf-8?b?YQ0KQmNjOiBlQHguZXhhbXBsZQ==?=",
    "a =?iso-8859-1?q?=0D=0A=0D=0Abody?=",
    "=?utf-8?q?a?=\u200b=?utf-8?q?=0D=0ABcc=3Ae=40x.example?=",
    "=\x00?utf-8?q?=0D=0ABcc=3Ae=40x.example?=",
    "==??utf-8?q?=0D=0ABcc=3Ae=40x.example?=",
    "x" * 180 + "=?utf-8?q?=0D=0ABcc=3Ae=40x.example?=",
)


@pytest.mark.parametrize("title", ENCODED_WORDS)
def test_M12_an_encoded_word_in_a_title_adds_no_header_whatever_the_python(title: str) -> None:
    raw = message(subject=title).as_bytes(policy=SMTP_POLICY)
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(names) == sorted(message(subject="plain").keys())
    assert message_from_bytes(raw, policy=default)["Bcc"] is None
    assert b"=?utf-8?q?a" not in head and b"=?UTF-8?Q?a" not in head


def test_M13_a_subject_has_no_nul_is_short_and_breaks_no_line_length() -> None:
    for title in ("a\x00b\x00", "x" * 100_000, "漢" * 100_000, "👩‍👩‍👧‍👦" * 1000, "\ud800\udfff"):
        raw = message(subject=title).as_bytes(policy=SMTP_POLICY)
        assert b"\x00" not in raw
        assert max(len(line) for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")) <= 78
        assert len(str(message_from_bytes(raw, policy=default)["Subject"])) <= 210


def test_equal_messages_have_equal_bytes() -> None:
    assert bytes(message()) == bytes(message())


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    (folder / "sources.toml").write_text(
        '[digest]\nto = ["team@example.org"]\nsender = "digest@example.org"\n', "utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
    command = [sys.executable, "-m", "aggregator", "--database", f"sqlite:///{folder}/a.db", "send", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, env=environment)


def test_send_test_mails_the_digest_to_one_address_only(
    serve: Callable[..., int], authority: trustme.CA, tmp_path: Path
) -> None:
    box = Mailbox()
    port = serve(box, starttls=theirs(authority))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    url = f"smtp://user:p%40ss%20word@127.0.0.1:{port}"
    done = run(tmp_path, "--test", "me@example.org", SMTP_URL=url, SSL_CERT_FILE=str(tmp_path / "ca.pem"))
    assert done.returncode == 0, done.stderr
    assert [envelope.rcpt_tos for envelope in box.taken] == [["me@example.org"]]
    read = message_from_bytes(box.taken[0].content, policy=default)
    assert {part.get_content_type() for part in read.walk()} == {"multipart/alternative", "text/plain", "text/html"}

    done = run(tmp_path, "--test", "me@example.org", SMTP_URL=url)  # our authority is not trusted without being named
    assert done.returncode == 1 and "[code=tls_invalid]" in done.stderr and "p%40ss" not in done.stderr
    assert len(box.taken) == 1


def test_send_is_told_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, SMTP_URL="")
    assert done.returncode == 1 and "SMTP_URL" in done.stdout  # planned all the same, and tried again later
    done = run(tmp_path, "--test", "me@example.org", SMTP_URL="")
    assert done.returncode == 2 and "SMTP_URL" in done.stderr
    done = run(tmp_path, "--test", "nobody", SMTP_URL="")
    assert done.returncode == 2 and "e-mail address" in done.stderr


def test_a_dry_run_says_who_would_get_what_and_needs_no_relay(tmp_path: Path) -> None:
    done = run(tmp_path, "--dry-run", SMTP_URL="")
    assert done.returncode == 0 and "would send" in done.stdout and "team@example.org" in done.stdout
