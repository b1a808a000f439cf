"""RELIABILITY.md, section 2, Security: where connections may go, and where secrets may."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from dataclasses import replace
from ipaddress import ip_address

import pytest
from conftest import PUBLIC, QUICK, USER_AGENT, World
from faultd import reply

from aggregator.errors import ConfigurationError, FetchError
from aggregator.fetch import Fetcher, is_public
from aggregator.model import Ask

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.254
198.18.0.1 198.19.255.254 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::2
::127.0.0.1 ::10.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.1.2.3 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b::192.168.1.1 64:ff9b:1::1 64:ff9b:1::8.8.8.8 100::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2001:db8:ffff::1 2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101::1 2002:808:808::1 3fff::1 5f00::1 4000::1 8000::1 fc00::1
fd00::1 fdff:ffff::1 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ff0e::1 ff05::2 2a00:1450::5efe:10.0.0.1
2a00:1450::200:5efe:127.0.0.1
""".split()  # noqa: SIM905  (a table is read more easily as words)
OPEN = """
1.1.1.1 8.8.8.8 93.184.216.34 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111
2001:4860:4860::8888 2a00:1450:4007:80e::200e 64:ff9b::8.8.8.8 64:ff9b::101:101 ::ffff:8.8.8.8 2a00:1450::5efe:8.8.8.8
2400:3200::1
""".split()  # noqa: SIM905  (a table is read more easily as words)
ODD_FORMS = """
127.1 127.0.1 2130706433 0x7f.1 0x7f000001 0x7F.0.0.1 017700000001 0177.0.0.1 127.0.0.01 0 1 10.1 192.168.1 0xa9fea9fe
2852039166 localhost LOCALHOST localhost. a.localhost 127.0.0.1. [::1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] 127.0.0.1..
１２７.０.０.１ 127。0。0。1 ①②⑦.0.0.1 %31%32%37.0.0.1 [fe80::1%25eth0] [::1%lo] 3232235521 0300.0250.0.1 127.0.0.0x1
00000177.1
""".split()  # noqa: SIM905  (a table is read more easily as words)


def url_of(address: str) -> str:
    return f"http://[{address}]/ok" if ":" in address else f"http://{address}/ok"


def test_X2_the_table_is_long_enough() -> None:
    assert len(set(PRIVATE)) >= 60


@pytest.mark.parametrize("address", PRIVATE)
def test_X2_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_X2_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_X2_no_private_address_is_dialled_directly_by_redirect_by_name_or_among_public_ones(world: World) -> None:
    world.server.answer("/to", reply(404))

    async def run() -> list[str]:
        codes = []
        async with world.fetcher() as fetcher:
            await fetcher.get(Ask("http://news.example/ok"))
            for number, address in enumerate(PRIVATE):
                world.names[f"direct{number}.example"] = [address]
                world.names[f"mixed{number}.example"] = [PUBLIC, address]
                world.names[f"mixed-first{number}.example"] = [address, PUBLIC]
                world.server.answer(f"/to{number}", reply(302, headers=[("Location", url_of(address))]))
                world.server.answer(
                    f"/name{number}", reply(302, headers=[("Location", f"http://direct{number}.example/")])
                )
                for url in (
                    url_of(address), f"http://direct{number}.example/", f"http://mixed{number}.example/",
                    f"http://mixed-first{number}.example/", f"http://news.example/to{number}",
                    f"http://news.example/name{number}", url_of(address).replace("http", "https", 1),
                ):  # fmt: skip
                    with pytest.raises(FetchError) as caught:
                        await fetcher.get(Ask(url))
                    codes.append(caught.value.code)
        return codes

    codes = asyncio.run(run())
    assert 7 * len(PRIVATE) == len(codes)
    assert {"blocked_address"} == set(codes)
    assert world.dialled == [(PUBLIC, 80)]


def test_X3_no_private_address_is_dialled_by_rebinding(world: World) -> None:
    """Each name answers a public address first and each of the private ones ever after."""
    private = set(PRIVATE)

    async def run() -> list[str]:
        codes = []
        async with world.fetcher(limits=replace(QUICK, keep_alive=0.0)) as fetcher:  # no connection is used again
            for number, address in enumerate(PRIVATE):
                answers = iter([[PUBLIC]])
                world.names[f"turns{number}.example"] = lambda answers=answers, address=address: next(
                    answers, [address]
                )
                assert (await fetcher.get(Ask(f"http://turns{number}.example/ok"))).status == 200
                for url in (f"http://turns{number}.example/ok", f"https://turns{number}.example/ok"):
                    with pytest.raises(FetchError) as caught:
                        await fetcher.get(Ask(url))
                    codes.append(caught.value.code)
        return codes

    assert {"blocked_address"} == set(asyncio.run(run()))
    assert {(PUBLIC, 80)} == set(world.dialled) and not private & {address for address, _ in world.dialled}
    assert len(world.resolved) == 3 * len(PRIVATE), "each fetch asks once, and dials what it was told"


def test_X2_no_socket_connects_with_the_resolver_and_dialer_of_the_program() -> None:
    """An eye on every socket of this process, and a listener that shows that the eye sees."""
    connected: list[object] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "socket.connect":
            connected.append(arguments[1])

    sys.addaudithook(watch)

    async def run() -> None:
        async with Fetcher(user_agent=USER_AGENT, limits=QUICK) as fetcher:
            for form in (*PRIVATE, *ODD_FORMS):
                with pytest.raises(FetchError):
                    await fetcher.get(Ask(url_of(form)))
        assert connected == []
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Fetcher(user_agent=USER_AGENT, limits=QUICK, allow_private_hosts=["127.0.0.1"]) as fetcher:
            with pytest.raises(FetchError):
                await fetcher.get(Ask(f"http://127.0.0.1:{port}/"))
        assert connected == [("127.0.0.1", port)]
        server.close()

    asyncio.run(run())
    watching = False


@pytest.mark.parametrize("host", ODD_FORMS)
def test_X1_addresses_in_disguise_are_refused_without_a_packet(world: World, host: str) -> None:
    assert world.fail(f"http://{host}/ok").code in ("blocked_address", "bad_url")
    assert (world.dialled, world.resolved) == ([], [])


def test_X3_a_name_is_resolved_once_and_that_address_dialled_with_host_and_sni_kept(world: World) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    world.names["news.example"] = lambda: next(answers)
    assert world.get("https://news.example/ok").status == 200
    assert (world.resolved, world.dialled) == (["news.example"], [(PUBLIC, 443)])
    assert world.server.requests[0].headers["host"] == "news.example"
    assert world.fail("https://news.example/ok").code == "blocked_address"
    assert len(world.dialled) == 1


def test_X5_a_redirect_to_a_private_address_is_blocked_at_its_hop(world: World) -> None:
    world.server.answer("/1", reply(302, headers=[("Location", "http://other.example/2")]))
    world.server.answer("/2", reply(302, headers=[("Location", "/3")]))
    world.server.answer("/3", reply(302, headers=[("Location", "http://10.0.0.1/")]))
    error = world.fail("http://news.example/1")
    assert (error.code, error.stage) == ("blocked_address", "connect")
    assert world.server.paths() == ["/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:1#@example.com/", "blocked_address"),
        ("http://example.com@127.0.0.1/", "blocked_address"),
        ("http://example.com:80@127.0.0.1:80/", "blocked_address"),
        ("http://example.com\\@127.0.0.1/", "bad_url"),
        ("http://127.0.0.1\\@example.com/", "bad_url"),
        ("http://127.0.0.1?@example.com/", "blocked_address"),
        ("http://a@b@127.0.0.1/", "blocked_address"),
        ("http://[::ffff:127.0.0.1]@example.com/", "any"),
        ("http://127.0.0.1%00.example.com/", "bad_url"),
        ("http://127.0.0.1%2f.example.com/", "bad_url"),
        ("http:127.0.0.1/", "bad_url"),
        ("http:/127.0.0.1/", "bad_url"),
        ("http:///127.0.0.1/", "bad_url"),
        ("http://127.0.0.1 .example.com/", "bad_url"),
        ("http://exa\tmple.com/", "bad_url"),
        ("http://127.0.0.1:80:80/", "bad_url"),
        ("http://news.example:0/", "bad_url"),
        ("http://news.example:65536/", "bad_url"),
    ],
)
def test_X6_one_parser_decides_and_dials(world: World, url: str, code: str) -> None:
    if code == "any":  # userinfo of whatever shape is no host: this one goes to example.com
        assert world.fail(url).status == 404
        assert {"example.com"} == set(world.resolved)
        return
    assert code == world.fail(url).code
    assert world.dialled == []


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 65535])
def test_X7_other_ports_are_blocked(world: World, port: int) -> None:
    error = world.fail(f"http://news.example:{port}/")
    assert (error.code, world.dialled) == ("blocked_port", [])


@pytest.mark.parametrize(
    ("listed", "host", "is_allowed"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.0/8", "127.9.9.9", True),
        ("127.0.0.0/8", "[::ffff:127.0.0.1]", True),
        ("::1", "[::1]", True),
        ("nas.lan", "nas.lan", True),
        ("NAS.lan.", "nas.LAN", True),
        ("nas.lan", "other.lan", False),
        ("10.0.0.0/8", "other.lan", True),
        ("192.168.0.0/16", "other.lan", False),
        ("localhost", "localhost", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "10.0.0.1", False),
        ("127.0.0.1", "news.example", False),
    ],
)
def test_X7_only_listed_hosts_are_exempt_on_all_their_ports(
    world: World, listed: str, host: str, is_allowed: bool
) -> None:
    world.names = {"nas.lan": ["10.0.0.2"], "other.lan": ["10.0.0.3"], "localhost": ["127.0.0.1"]}
    world.ports[8123] = world.server.port
    url = f"http://{host}:8123/ok"
    if is_allowed:
        assert world.get(url, allow_private_hosts=[listed]).status == 200
    else:
        assert world.fail(url, allow_private_hosts=[listed]).code in ("blocked_address", "blocked_port")
        assert world.dialled == []


def test_X8_a_token_goes_to_its_exact_host_only(world: World) -> None:
    tokens = {"api.github.com": "Bearer canary-token-1"}
    world.server.answer("/away", reply(302, headers=[("Location", "https://other.example/back")]))
    world.server.answer("/back", reply(302, headers=[("Location", "https://api.github.com/ok")]))
    world.get("https://api.github.com/ok", tokens=tokens)
    world.get(Ask("https://api.github.com/away", headers={"X-Api-Key": "canary-key-2"}), tokens=tokens)
    world.get("https://other.example/back", tokens=tokens)
    world.fail("http://api.github.com/ok:", tokens=tokens)
    sent = [
        (r.path, r.headers["host"], r.headers.get("authorization"), r.headers.get("x-api-key"))
        for r in world.server.requests
    ]
    assert sent == [
        ("/ok", "api.github.com", "Bearer canary-token-1", None),
        ("/away", "api.github.com", "Bearer canary-token-1", "canary-key-2"),
        ("/back", "other.example", None, None),
        ("/ok", "api.github.com", "Bearer canary-token-1", "canary-key-2"),
        ("/back", "other.example", None, None),
        ("/ok", "api.github.com", None, None),
        ("/ok:", "api.github.com", None, None),
    ]


def test_X8_a_token_of_a_listed_private_host_goes_by_http_to_its_very_port(world: World) -> None:
    world.ports[8123] = world.ports[8124] = world.server.port
    tokens = {"127.0.0.1:8123": "Bearer canary-token-1"}
    world.server.answer("/a", reply(302, headers=[("Location", "http://127.0.0.1:8124/ok")]))
    world.get("http://127.0.0.1:8123/a", tokens=tokens, allow_private_hosts=["127.0.0.1"])
    assert [r.headers.get("authorization") for r in world.server.requests] == ["Bearer canary-token-1", None]


def test_X8_userinfo_of_a_url_is_sent_as_basic_to_its_host_and_shown_nowhere(world: World) -> None:
    world.server.answer("/a", reply(302, headers=[("Location", "http://u:p@other.example/ok")]))
    answer = world.get("http://me:canary-pass@news.example/a")
    assert answer.url == "http://other.example/ok"
    assert [r.headers.get("authorization") for r in world.server.requests] == ["Basic bWU6Y2FuYXJ5LXBhc3M=", None]


@pytest.mark.parametrize("token", ["", "  ", "Bearer a\nb", "Bearer a\r\nX: y", "Bearer é", "Bearer \x00"])
def test_K3_a_token_that_no_header_can_carry_is_bad_secret(world: World, token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        world.fetcher(tokens={"api.github.com": token})
    assert caught.value.code == "bad_secret"
    assert not token.strip() or token not in str(caught.value)


def test_K3_a_token_is_trimmed(world: World) -> None:
    world.get("https://api.github.com/ok", tokens={"api.github.com": " Bearer abcdef\n"})
    assert world.server.requests[0].headers["authorization"] == "Bearer abcdef"


CANARIES = ("canary-token", "canary-pass", "canary-query", "canary-header", "canary-proxy")


@pytest.mark.parametrize(
    "path",
    [
        "drip",
        "endless",
        "hang_up",
        "short_body",
        "reset_in_body",
        "loop",
        "nothing",
        "echo",
        "away",
        "bad",
        "endless_header",
    ],
)
def test_X9_no_secret_in_errors_tracebacks_and_logs(world: World, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = b'{"message":"token canary-token of me:canary-pass Y2FuYXJ5 canary-header bad"}'
    world.server.answer("/echo", reply(401, said))
    world.server.answer(
        "/away", reply(302, headers=[("Location", "http://me:canary-pass@10.0.0.1/?token=canary-query")])
    )
    world.server.answer("/bad", reply(302, headers=[("Location", "http://me:canary-pass@[::1/?token=canary-query")]))
    ask = Ask(
        f"https://me:canary-pass@news.example/{path}?access_token=canary-query",
        headers={"X-Api-Key": "canary-header"},
    )
    other = Ask(f"https://news.example/{path}?api_key=canary-query")
    for each in (ask,) if path == "echo" else (ask, other):
        error = world.fail(each, tokens={"news.example": "Bearer canary-token"}, secrets=["canary-proxy"])
        shown = "".join(traceback.format_exception(error)) + error.detail + repr(error) + caplog.text
        visible = "\n".join(
            line for line in shown.splitlines() if not line.strip().startswith(("File", "world.", "ask"))
        )
        assert [canary for canary in CANARIES if canary in visible] == []


def test_a_detail_is_one_short_line_without_control_characters(world: World) -> None:
    world.server.answer("/feed", reply(404, b'{"message":"a\\nb \\u001b[31m \\u202e ' + b"x" * 500 + b'"}'))
    error = world.fail("http://news.example/feed?q=" + "y" * 50)
    assert error.detail.isprintable()
    assert "a\\nb \\x1b[31m \\u202e xxx" in error.detail
    world.server.answer("/long", reply(404))
    assert len(world.fail("http://news.example/long?q=" + "y" * 500).detail) == 300
