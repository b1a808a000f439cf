"""RELIABILITY.md, section 2, HTTP: lying, broken, huge and unhelpful answers."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

import pytest
from conftest import QUICK, USER_AGENT, World
from faultd import FEED, reply
from test_fetch_network import measured_growth

from aggregator.fetch import validator_of
from aggregator.fetch.decoding import Inflater
from aggregator.model import Answer, Ask, Validator

URL = "http://news.example/feed"
ETAG = Validator(etag='W/"abc"', last_modified="Tue, 17 Feb 2026 07:00:00 GMT")
MIB = 1024 * 1024


def packed(data: bytes) -> list[tuple[str, str]]:
    return [("Content-Encoding", "gzip")]


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(data) + compressor.flush()


def test_a_plain_answer_has_its_body_headers_and_url(world: World) -> None:
    world.server.answer("/feed", reply(body=FEED, headers=[("ETag", '"1"'), ("X-A", "1"), ("x-a", "2")]))
    answer = world.get("HTTP://News.Example:80/a/../feed#part")
    expected = Answer(URL, 200, {"etag": '"1"', "x-a": "1, 2"}, FEED)
    assert expected == answer


def test_a_request_says_who_asks_and_what_it_reads(world: World) -> None:
    world.get("http://news.example/ok", Ask("http://news.example/ok", headers={"Accept": "application/json"}))
    request = world.server.requests[1]
    expected = {
        "host": "news.example", "user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": "gzip, deflate",
    }  # fmt: skip
    assert expected == request.headers


def test_a_post_carries_its_body(world: World) -> None:
    world.server.answer("/list", reply(body=b"[]"))
    ask = Ask("http://news.example/list", method="POST", headers={"Content-Type": "application/json"}, body=b'{"p":1}')
    assert world.get(ask).body == b"[]"
    assert (world.server.requests[0].method, world.server.requests[0].body) == ("POST", b'{"p":1}')


def test_H1_a_body_shorter_than_stated_is_body_truncated(world: World) -> None:
    assert world.fail("http://news.example/short_body").code == "body_truncated"
    assert world.fail("http://news.example/short_chunks").code == "body_truncated"


def test_H2_a_close_delimited_body_is_taken_as_it_is(world: World) -> None:
    world.server.answer("/feed", b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n" + FEED[:40])
    from faultd import BEHAVIOURS, Talk

    async def old_server(talk: Talk) -> None:
        await talk.send(b"HTTP/1.0 200 OK\r\n\r\n" + FEED[:40])
        talk.writer.close()

    BEHAVIOURS["old_server"] = old_server
    assert FEED[:40] == world.get("http://news.example/old_server").body


@pytest.mark.parametrize("cut", [1, 8, 20, 40])
def test_H3_truncated_gzip_is_decode_truncated(world: World, cut: int) -> None:
    body = gzip.compress(FEED, mtime=0)[:-cut]
    world.server.answer("/feed", reply(body=body, headers=packed(body)))
    error = world.fail(URL)
    assert (error.code, error.stage) == ("decode_truncated", "decode")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_H4_a_body_that_is_not_compressed_as_stated_is_decode_error(world: World, coding: str) -> None:
    world.server.answer("/feed", reply(body=b"<rss>plain text</rss>", headers=[("Content-Encoding", coding)]))
    assert world.fail(URL).code == "decode_error"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED, mtime=0)),
        ("GZIP", gzip.compress(FEED, mtime=0) + bytes(512)),
        ("gzip", gzip.compress(FEED[:50], mtime=0) + gzip.compress(FEED[50:], mtime=0)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", raw_deflate(FEED)),
        ("identity", FEED),
        ("", FEED),
    ],
)
def test_encodings_that_were_asked_for_are_taken_off(world: World, coding: str, body: bytes) -> None:
    world.server.answer("/feed", reply(body=body, headers=[("Content-Encoding", coding)]))
    answer = world.get(URL)
    assert (answer.body, dict(answer.headers)) == (FEED, {})


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_is_decoded_the_same_however_it_is_cut(step: int, coding: str) -> None:
    text = bytes(range(256)) * 3000 + bytes(3 * MIB)
    body = gzip.compress(text[:MIB]) + gzip.compress(text[MIB:]) if coding == "gzip" else raw_deflate(text)
    inflater = Inflater(coding, 4 * MIB)
    for at in range(0, len(body), step):
        for _ in inflater.feed(body[at : at + step]):
            pass
    assert text == inflater.finish()


def test_H5_a_bomb_is_too_large_and_stays_small_in_memory(world: World) -> None:
    body = gzip.compress(bytes(200 * MIB), 1)
    world.server.answer("/feed", reply(body=body, headers=packed(body)))
    error = world.fail(URL)
    assert (error.code, error.stage) == ("too_large", "decode")
    growth = measured_growth(lambda: world.fail(URL))
    print(f"resident memory grew by {growth / MIB:.1f} MiB")
    assert growth <= 48 * MIB


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "gzip, br", "compress", "deflate, identity, gzip"])
def test_H6_encodings_not_asked_for_are_refused_before_the_body(world: World, coding: str) -> None:
    world.server.answer("/feed", reply(headers=[("Content-Encoding", coding)], length=5000))
    assert world.fail(URL).code == "encoding_refused"


def test_H7_a_declared_excess_is_too_large_before_the_body(world: World) -> None:
    world.server.answer("/feed", reply(length=100 * MIB))
    assert world.fail(URL).code == "too_large"


def test_H7_the_wire_cap_holds_without_a_declared_length(world: World) -> None:
    error = world.fail("http://news.example/endless", limits=replace(QUICK, total=10, wire=MIB))
    assert (error.code, error.stage) == ("too_large", "http")
    assert "1048576 bytes on the wire" in error.detail


def test_H7_a_source_may_raise_its_cap_to_the_highest(world: World) -> None:
    limits = replace(QUICK, total=20, wire=MIB, decoded=MIB, most=4 * MIB)
    url = f"http://news.example/many_bytes?size={3 * MIB}"
    assert world.fail(url, limits=limits).code == "too_large"
    assert len(world.get(Ask(url, limit=3 * MIB), limits=limits).body) == 3 * MIB
    beyond = Ask(f"http://news.example/many_bytes?size={5 * MIB}", limit=99 * MIB)
    assert world.fail(beyond, limits=limits).code == "too_large"


def test_H8_an_empty_body_is_no_success(world: World) -> None:
    world.server.answer("/feed", reply())
    assert world.fail(URL).code == "empty_body"
    world.server.answer("/feed", reply(headers=[("Content-Encoding", "gzip")]))
    assert world.fail(URL).code == "empty_body"


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, [("cf-mitigated", "challenge")], b"<html>"),
        (202, [("x-amzn-waf-action", "challenge")], b""),
        (403, [("cf-mitigated", "challenge")], b"<html>"),
        (403, [], b"<html><title>Just a moment...</title>"),
        (503, [], b'<script src="/cdn-cgi/challenge-platform/h/b">'),
        (429, [("x-vercel-mitigated", "challenge")], b""),
    ],
)
def test_H10_a_bot_challenge_is_named_and_backs_off_an_hour(
    world: World, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    world.server.answer("/feed", reply(status, body, headers))
    error = world.fail(URL)
    assert ("challenge", status) == (error.code, error.status)
    assert error.retry_at is not None
    assert (error.retry_at - world.now).total_seconds() >= 3600
    assert len(world.server.requests) == 1


def test_H11_a_304_to_an_unconditional_get_is_protocol_error(world: World) -> None:
    world.server.answer("/feed", reply(304, length=None))
    assert world.fail(URL).code == "protocol_error"
    assert world.fail(URL, validator=Validator()).code == "protocol_error"


def test_H13_a_conditional_get_sends_both_validators_and_takes_304_and_its_new_etag(world: World) -> None:
    world.server.answer("/feed", reply(304, headers=[("ETag", '"B"')], length=None))
    answer = world.get(URL, validator=ETAG)
    assert Answer(URL, 304, {"etag": '"B"'}, b"", None, not_modified=True) == answer
    sent = world.server.requests[0].headers
    assert ('W/"abc"', ETAG.last_modified) == (sent["if-none-match"], sent["if-modified-since"])
    assert Validator('"B"', ETAG.last_modified) == validator_of(answer, ETAG)


@pytest.mark.parametrize(
    ("etag", "is_kept"),
    [('"a"', True), ('W/"a b"', True), ("unquoted", True), ('"' + "x" * 1022 + '"', True), ('"' + "x" * 1023 + '"', False),
     ('"é"', False), ('"a\x01b"', False), ("", False)],
)  # fmt: skip
def test_H14_an_etag_is_kept_byte_for_byte_if_it_is_printable_and_short(world: World, etag: str, is_kept: bool) -> None:
    world.server.answer("/feed", reply(body=FEED, headers=[("ETag", etag)]), reply(304, length=None))
    validator = validator_of(world.get(URL))
    assert (etag if is_kept else None) == validator.etag
    if is_kept:
        assert world.get(URL, validator=validator).not_modified
        assert etag == world.server.requests[1].headers["if-none-match"]


@pytest.mark.parametrize("status", [301, 308])
def test_H15_permanent_redirects_are_followed_and_told(world: World, status: int) -> None:
    world.server.answer("/old", reply(status, headers=[("Location", "http://other.example/mid")]))
    world.server.answer("/mid", reply(301, b"moved", headers=[("Location", "/ok")]))
    answer = world.get("http://news.example/old")
    assert "http://other.example/ok" == answer.url == answer.permanent_url


@pytest.mark.parametrize("status", [302, 303, 307])
def test_H16_one_temporary_redirect_in_the_chain_leaves_the_url_as_it_is(world: World, status: int) -> None:
    world.server.answer("/old", reply(301, headers=[("Location", "/mid")]))
    world.server.answer("/mid", reply(status, headers=[("Location", "/ok")]))
    answer = world.get("http://news.example/old")
    assert (answer.url, answer.permanent_url) == ("http://news.example/ok", None)


def test_H16_a_post_becomes_a_get_except_at_307_and_308_of_its_own_host(world: World) -> None:
    ask = Ask("http://news.example/a", method="POST", body=b"x")
    for status, method in ((301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")):
        world.server.clear()
        world.server.answer("/a", reply(status, headers=[("Location", "/ok")]))
        world.get(ask)
        assert method == world.server.requests[1].method
    world.server.answer("/a", reply(307, headers=[("Location", "http://other.example/ok")]))
    assert world.fail(ask).code == "bad_redirect"


def test_H17_a_loop_and_a_long_chain_are_redirect_loop(world: World) -> None:
    assert world.fail("http://news.example/loop").code == "redirect_loop"
    assert len(world.server.requests) == 1
    assert world.fail("http://news.example/maze").code == "redirect_loop"
    assert len(world.server.requests) - 1 == 6


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://a/", "gopher://a/", "data:text/html,x", "javascript:1", " FILE:/etc/passwd"],
)
def test_H18_a_redirect_to_another_scheme_is_blocked(world: World, location: str) -> None:
    world.server.answer("/feed", reply(302, headers=[("Location", location)]))
    assert world.fail(URL).code == "blocked_scheme"


@pytest.mark.parametrize(
    "headers",
    [
        [], [("Location", "")], [("Location", "http://xn--/")], [("Location", "http://[::1")], [("Location", "http://:80/")],
        [("Location", "http:ok")], [("Location", "http://?")],

        [("Location", "http://a b/")], [("Location", "http://other.example:99999/")], [("Location", "//\\evil")],
        [("Location", b"http://\x80/")], [("Location", "/a"), ("Location", "/b")], [("Location", "http://a..b/")],
        [("Location", "http://" + "a" * 300 + ".example/")], [("Location", "http://-a.example/")],
    ],
)  # fmt: skip
def test_H19_a_redirect_to_nowhere_is_bad_redirect(world: World, headers: list[tuple[str, str]]) -> None:
    world.server.answer("/feed", reply(302, headers=headers))
    assert world.fail(URL).code == "bad_redirect"


def test_H20_a_downgrade_is_followed_without_and_refused_with_credentials(world: World) -> None:
    world.server.answer("/old", reply(301, headers=[("Location", "http://news.example/ok")]))
    assert world.get("https://news.example/old").url == "http://news.example/ok"
    tokens = {"news.example": "Bearer canary-1"}
    assert world.fail("https://news.example/old", tokens=tokens).code == "insecure_redirect"
    assert len(world.server.requests) == 3


@pytest.mark.parametrize("status", [401, 403])
def test_H21_auth_failed_backs_off_an_hour(world: World, status: int) -> None:
    world.server.answer("/feed", reply(status, b'{"message":"Bad credentials"}'))
    error = world.fail(URL)
    assert ("auth_failed", status) == (error.code, error.status)
    assert "Bad credentials" in error.detail
    assert error.retry_at is not None and (error.retry_at - world.now).total_seconds() == 3600


def test_H21_hugging_face_says_401_for_what_does_not_exist(world: World) -> None:
    world.server.answer("/feed", reply(401, headers=[("X-Error-Code", "RepoNotFound")]))
    assert world.fail(URL).code == "not_found"


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (410, "gone")])
def test_H22_missing_and_gone_are_told_apart(world: World, status: int, code: str) -> None:
    world.server.answer("/feed", reply(status, b"nothing"))
    assert code == world.fail(URL).code


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_H24_server_errors(world: World, status: int) -> None:
    world.server.answer("/feed", reply(status, b"<h1>oops</h1>"))
    error = world.fail(URL)
    assert ("server_error", status, None) == (error.code, error.status, error.retry_at)


@pytest.mark.parametrize("status", [201, 204, 206, 226, 299, 300, 305, 306, 400, 405, 409, 418, 422, 451, 600, 999])
def test_H25_other_statuses_are_unexpected(world: World, status: int) -> None:
    world.server.answer("/feed", reply(status, length=None if status == 204 else 0))
    assert ("unexpected_status", status) == ((error := world.fail(URL)).code, error.status)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 900) for n in range(80)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: banana\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"\x00\x00\x00\x00",
    ],
    ids=["300 KB", "72 KB", "two lengths", "bad coding", "bad chunk", "negative", "status", "colon", "101", "NUL"],
)  # fmt: skip
def test_H26_malformed_answers_are_protocol_error(world: World, raw: bytes) -> None:
    world.server.answer("/feed", raw)
    assert world.fail(URL).code == "protocol_error"


def test_H26_headers_without_end_are_protocol_error(world: World) -> None:
    assert world.fail("http://news.example/endless_header").code == "protocol_error"


def test_H27_cookies_are_never_sent_back(world: World) -> None:
    world.server.answer("/feed", reply(302, headers=[("Set-Cookie", "a=1; Path=/"), ("Location", "/ok")]))
    world.server.answer("/a", reply(body=b"x", headers=[("Set-Cookie", "b=2; Path=/")]))
    answer = world.get("http://news.example/a", URL)
    assert [request for request in world.server.requests if "cookie" in request.headers] == []
    assert "set-cookie" not in answer.headers


def test_H28_any_content_type_is_taken(world: World) -> None:
    world.server.answer("/feed", reply(body=FEED, headers=[("Content-Type", "application/octet-stream")]))
    assert world.get(URL).body == FEED


@pytest.mark.parametrize(
    ("url", "code"),
    [("", "bad_url"), ("/feed", "bad_url"), ("news.example/feed", "bad_url"), ("http://", "bad_url"),
     ("http:///x", "bad_url"), ("http://[::1", "bad_url"), ("http://xn--/", "bad_url"), ("http://a\nb/", "bad_url"),
     ("http://a:b/", "bad_url"),
     ("http://é\u0000/", "bad_url"), ("http://" + "a." * 200 + "com/", "bad_url"), ("http://\ud800/", "bad_url"),
     ("file:///etc/passwd", "blocked_scheme"), ("ftp://a/", "blocked_scheme"), ("javascript:alert(1)", "blocked_scheme")],
)  # fmt: skip
def test_a_bad_url_is_told_and_nothing_is_sent(world: World, url: str, code: str) -> None:
    assert code == world.fail(url).code
    assert world.dialled == []


def test_international_names_are_asked_for_in_ascii(world: World) -> None:
    assert world.get("http://bücher.example/ok").url == "http://xn--bcher-kva.example/ok"
    assert world.resolved == ["xn--bcher-kva.example"]


@pytest.mark.parametrize("headers", [{"X-A": "a\r\nX-B: b"}, {"X A": "b"}, {"X-A": "é"}, {"X-A": "a\x00"}, {"": "a"}])
def test_a_header_that_cannot_be_sent_is_bad_request(world: World, headers: dict[str, str]) -> None:
    assert world.fail(Ask(URL, headers=headers)).code == "bad_request"
    assert world.fail(Ask(URL, method="BREW")).code == "bad_request"
    assert world.dialled == []


def test_an_ask_cannot_set_the_headers_that_belong_to_the_connection(world: World) -> None:
    world.get(Ask("http://news.example/ok", headers={"Host": "evil", "Accept-Encoding": "br", "Range": "bytes=0-"}))
    sent = world.server.requests[0].headers
    assert (sent["host"], sent["accept-encoding"], sent.get("range")) == ("news.example", "gzip, deflate", None)
