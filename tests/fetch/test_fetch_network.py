"""RELIABILITY.md, section 2, Network: every fault ends in its code and in time."""

from __future__ import annotations

import asyncio
import datetime
import errno
import socket
import ssl
import time
from dataclasses import replace

import pytest
import trustme
from conftest import PUBLIC, QUICK, USER_AGENT, World
from faultd import BEHAVIOURS, Talk, reply

from aggregator.errors import FetchError
from aggregator.fetch import Fetcher, client, transport
from aggregator.model import Ask

URL = "http://news.example/ok"


async def outcome(fetcher: Fetcher, url: str) -> str:
    try:
        return str((await fetcher.get(Ask(url))).status)
    except FetchError as error:
        return error.code


def measured_growth(run) -> int:  # type: ignore[no-untyped-def]
    """How many bytes the resident memory's peak rose by (Linux; the peak is reset first)."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = _memory("VmRSS")
    run()
    return _memory("VmHWM") - before


def _memory(name: str) -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name + ":"))


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN])
def test_N1_a_name_that_does_not_resolve_is_dns_failed(world: World, number: int) -> None:
    world.names["gone.example"] = socket.gaierror(number, "Name or service not known")
    error = world.fail("http://gone.example/")
    assert (error.code, error.stage) == ("dns_failed", "dns")
    assert "gone.example" in error.detail


def test_N1_a_name_without_addresses_is_dns_failed(world: World) -> None:
    world.names["empty.example"] = []
    assert world.fail("http://empty.example/").code == "dns_failed"


@pytest.mark.timed
def test_N2_hanging_lookups_time_out_and_starve_no_other_name(world: World) -> None:
    for number in range(20):
        world.names[f"hang{number}.example"] = lambda: time.sleep(3) or []

    async def run() -> tuple[list[str], float]:
        async with world.fetcher() as fetcher:
            began = time.monotonic()
            urls = [f"http://hang{number}.example/" for number in range(20)] + [URL]
            found = await asyncio.gather(*(outcome(fetcher, url) for url in urls))
            return found, time.monotonic() - began

    began = time.monotonic()
    found, seconds = asyncio.run(run())
    assert found == ["dns_timeout"] * 20 + ["200"]
    assert seconds < 0.4 + 0.4
    assert time.monotonic() - began < 2.0, "leaving does not wait for hung look-ups"


def test_N2_hung_lookups_use_a_bounded_number_of_threads_and_one_for_a_name(world: World) -> None:
    world.names["hang.example"] = lambda: time.sleep(1) or []

    async def run() -> list[str]:
        async with world.fetcher(limits=replace(QUICK, resolver_threads=2, per_host=9)) as fetcher:
            return await asyncio.gather(*(outcome(fetcher, "http://hang.example/") for _ in range(6)))

    assert asyncio.run(run()) == ["dns_timeout"] * 6
    assert world.resolved == ["hang.example"]


def test_N3_a_refused_connection_is_connect_failed(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        world.ports[80] = unused.getsockname()[1]
        error = world.fail(URL)
    assert (error.code, error.stage) == ("connect_failed", "connect")
    assert "refused" in error.detail or "connect call failed" in error.detail.lower()


def test_N3_an_unreachable_host_is_connect_failed(world: World) -> None:
    world.dead = {PUBLIC: OSError(errno.EHOSTUNREACH, "No route to host")}
    error = world.fail(URL)
    assert error.code == "connect_failed"
    assert "no route to host" in error.detail


@pytest.mark.timed
def test_N4_a_black_hole_is_connect_timeout(world: World) -> None:
    world.dead = {PUBLIC: 60.0}
    began = time.monotonic()
    error = world.fail(URL)
    assert (error.code, error.stage) == ("connect_timeout", "connect")
    assert 0.5 < time.monotonic() - began < 0.9


def tls_listener(world: World, certificate: trustme.LeafCert) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    world.ports[443] = world.server.listen_tls(context)


@pytest.mark.parametrize("fault", ["expired", "wrong host", "self-signed"])
def test_N5_a_bad_certificate_is_tls_invalid(world: World, authority: trustme.CA, fault: str) -> None:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    name = "news.example" if fault != "wrong host" else "else.example"
    issuer = authority if fault != "self-signed" else trustme.CA()
    times = {"not_before": past, "not_after": past + datetime.timedelta(days=9)} if fault == "expired" else {}
    tls_listener(world, issuer.issue_cert(name, **times))
    error = world.fail("https://news.example/ok")
    assert (error.code, error.stage) == ("tls_invalid", "tls")
    assert world.server.requests == []


def test_N5_a_good_certificate_is_accepted_with_the_name_as_sni(world: World) -> None:
    assert world.get("https://news.example/ok").status == 200
    assert world.server.requests[0].headers["host"] == "news.example"
    assert world.dialled == [(PUBLIC, 443)]


@pytest.mark.timed
def test_N6_a_stalled_handshake_is_tls_timeout(world: World) -> None:
    world.ports[443] = world.server.listen_raw(None)
    began = time.monotonic()
    error = world.fail("https://news.example/")
    assert (error.code, error.stage) == ("tls_timeout", "tls")
    assert time.monotonic() - began < 0.9


def test_N6_a_stalled_first_header_ends_at_the_deadline(world: World) -> None:
    assert world.fail("http://news.example/silent").code == "deadline"


@pytest.mark.timed
def test_N6_a_stall_ends_at_the_idle_limit(world: World) -> None:
    began = time.monotonic()
    assert world.fail("http://news.example/silent", limits=replace(QUICK, idle=0.3)).code == "deadline"
    assert time.monotonic() - began < 0.8


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9.6\r\n", reply(body=b"plain")])
def test_N7_something_else_on_the_tls_port_is_protocol_error(world: World, banner: bytes) -> None:
    world.ports[443] = world.server.listen_raw(banner)
    assert world.fail("https://news.example/").code == "protocol_error"


def test_N7_something_else_on_the_http_port_is_protocol_error(world: World) -> None:
    world.ports[80] = world.server.listen_raw(b"SSH-2.0-OpenSSH_9.6\r\n")
    assert world.fail(URL).code == "protocol_error"


def test_N8_a_reset_in_mid_body_is_body_truncated(world: World) -> None:
    error = world.fail("http://news.example/reset_in_body")
    assert (error.code, error.stage) == ("body_truncated", "http")


@pytest.mark.timed
def test_N9_drip_ends_at_the_deadline_and_holds_one_slot(world: World) -> None:
    async def run() -> tuple[list[str], float]:
        async with world.fetcher(limits=replace(QUICK, in_flight=2)) as fetcher:
            began = time.monotonic()
            drip = asyncio.create_task(outcome(fetcher, "http://slow.example/drip"))
            good = [await outcome(fetcher, URL) for _ in range(20)]
            between = time.monotonic() - began
            assert between < 1.0, "the other slot stays free"
            return [*good, await drip], time.monotonic() - began

    found, seconds = asyncio.run(run())
    assert found == ["200"] * 20 + ["deadline"]
    assert abs(seconds - QUICK.total) < 0.3


@pytest.mark.timed
def test_N9_a_fetch_may_have_a_shorter_deadline_of_its_own(world: World) -> None:
    async def run() -> float:
        async with world.fetcher() as fetcher:
            began = time.monotonic()
            with pytest.raises(FetchError, match="not done after 0.3 s"):
                await fetcher.get(Ask("http://slow.example/drip"), deadline=0.3)
            return time.monotonic() - began

    assert asyncio.run(run()) < 0.6


def test_N9_waiting_for_a_slot_does_not_count(world: World) -> None:
    async def run() -> list[str]:
        async with world.fetcher(limits=replace(QUICK, per_host=1, total=0.5)) as fetcher:
            return await asyncio.gather(*(outcome(fetcher, "http://news.example/ok?seconds=0.2") for _ in range(5)))

    assert asyncio.run(run()) == ["200"] * 5


def test_N10_interim_answers_without_end_end_at_the_deadline(world: World) -> None:
    assert world.fail("http://news.example/early_hints").code == "deadline"


def test_N10_a_storm_of_interim_answers_is_cut(world: World) -> None:
    assert world.fail("http://news.example/early_hints?every=0").code == "protocol_error"


def test_N11_an_endless_body_is_too_large_and_stays_small_in_memory(world: World) -> None:
    limits = replace(QUICK, total=20)
    growth = measured_growth(lambda: world.fail("http://news.example/endless", limits=limits))
    assert world.fail("http://news.example/endless", limits=limits).code == "too_large"
    print(f"resident memory grew by {growth / 2**20:.1f} MiB")
    assert growth <= 48 * 1024 * 1024


def test_N12_a_second_address_is_tried_when_the_first_is_dead(world: World) -> None:
    world.names["news.example"] = ["8.8.4.4", PUBLIC]
    world.dead = {"8.8.4.4": OSError(errno.ECONNREFUSED, "Connection refused")}
    assert world.get(URL).status == 200
    assert world.dialled == [("8.8.4.4", 80), (PUBLIC, 80)]


@pytest.mark.timed
def test_N12_a_second_address_is_tried_when_the_first_is_silent(world: World) -> None:
    world.names["news.example"] = ["8.8.4.4", PUBLIC]
    world.dead = {"8.8.4.4": 60.0}
    began = time.monotonic()
    assert world.get(URL).status == 200
    assert time.monotonic() - began < 0.5


@pytest.mark.timed
def test_N13_all_are_fetched_soon_after_an_outage(world: World) -> None:
    world.dead = {PUBLIC: OSError(errno.ENETUNREACH, "Network is unreachable")}

    async def run() -> tuple[list[str], list[str], float]:
        urls = [f"http://h{number % 40}.example/ok?seconds=0.01&n={number}" for number in range(200)]
        async with world.fetcher(limits=replace(QUICK, total=5)) as fetcher:
            down = await asyncio.gather(*(outcome(fetcher, url) for url in urls))
            world.dead = {}
            began = time.monotonic()
            up = await asyncio.gather(*(outcome(fetcher, url) for url in urls))
            return down, up, time.monotonic() - began

    down, up, seconds = asyncio.run(run())
    assert {"connect_failed"} == set(down)
    assert {"200"} == set(up)
    assert seconds < 5


def test_N13_in_flight_and_per_host_limits_hold(world: World) -> None:
    now: dict[str, int] = {"all": 0}
    peak: dict[str, int] = {"all": 0}

    async def run() -> list[str]:
        async with world.fetcher(limits=replace(QUICK, in_flight=5, hosts={"h1.example": 1}, total=5)) as fetcher:
            original = fetcher._hop

            async def hop(flight, site):  # type: ignore[no-untyped-def]
                for key in ("all", site):
                    now[key] = now.get(key, 0) + 1
                    peak[key] = max(peak.get(key, 0), now[key])
                try:
                    return await original(flight, site)
                finally:
                    for key in ("all", site):
                        now[key] -= 1

            fetcher._hop = hop  # type: ignore[method-assign]
            urls = [f"http://h{number % 6}.example/ok?seconds=0.01" for number in range(60)]
            return await asyncio.gather(*(outcome(fetcher, url) for url in urls))

    assert {"200"} == set(asyncio.run(run()))
    hosts = {key: most for key, most in peak.items() if key != "all"}
    assert (peak["all"], hosts["h1.example"], max(hosts.values())) == (5, 1, 2)


def test_N14_the_environment_s_proxies_and_certificates_are_ignored(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    logging_proxy = world.server.listen_raw(reply(body=b"from the proxy"))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{logging_proxy}")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert b"from the proxy" not in world.get(URL).body
    assert world.get("https://news.example/ok").status == 200
    assert world.fail("https://news.example/ok", tls=None).code == "tls_invalid"
    assert list(tmp_path.iterdir()) == []


def test_N14_the_configured_proxy_is_used_and_the_target_still_checked(world: World) -> None:
    world.ports[3128] = world.server.port
    world.names["proxy.corp"] = ["10.0.0.9"]
    world.names["inside.example"] = ["10.0.0.5"]
    world.names["unknown.example"] = socket.gaierror(socket.EAI_NONAME, "no")
    world.names["wiki"] = world.names["unknown.example"]
    proxy = "http://user:pa55word@proxy.corp:3128"
    world.server.answer("http://news.example/ok", reply(body=b"by proxy"))
    world.server.answer("http://unknown.example/ok", reply(body=b"by proxy"))
    assert world.get(URL, proxy=proxy).body == b"by proxy"
    assert world.server.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpwYTU1d29yZA=="
    assert world.get("http://unknown.example/ok", proxy=proxy).body == b"by proxy"
    assert {("10.0.0.9", 3128)} == set(world.dialled)
    for url in ("http://inside.example/", "http://127.0.0.1/", "http://wiki/", "http://169.254.169.254/"):
        assert world.fail(url, proxy=proxy).code == "blocked_address"
    assert len(world.server.requests) == 2


def test_N14_a_proxy_that_refuses_the_tunnel_is_named_without_its_password(world: World) -> None:
    world.ports[3128] = world.server.port
    world.server.answer("news.example:443", reply(407))
    error = world.fail("https://news.example/", proxy="http://user:pa55word@8.8.8.8:3128")
    assert (error.code, error.stage) == ("proxy_failed", "connect")
    assert "pa55word" not in error.detail


def test_N15_a_kept_connection_that_was_closed_is_retried_once_in_silence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    async def hang_up_once(talk: Talk) -> None:
        seen.append(talk.request.connection)
        if len(seen) == 1:
            talk.writer.close()
        else:
            await talk.send(reply(body=b"second"))

    monkeypatch.setitem(BEHAVIOURS, "hang_up_once", hang_up_once)
    assert world.get(URL, "http://news.example/hang_up_once").body == b"second"
    assert seen == [1, 2]


def test_N15_a_new_connection_that_closes_is_not_retried(world: World) -> None:
    assert world.fail("http://news.example/hang_up").code == "protocol_error"
    assert len(world.server.requests) == 1


def test_N15_a_post_is_not_retried(world: World) -> None:
    ask = Ask("http://news.example/hang_up", method="POST", body=b"{}")
    assert world.fail("http://news.example/ok", ask).code == "protocol_error"
    assert len(world.server.requests) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_N15_connections_that_were_closed_since_they_were_looked_at_cost_no_request(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(transport, "LOOK_AGAIN", 1000.0)
    monkeypatch.setattr(client, "_STALE_CONNECTIONS", 2)
    kept = 4

    async def run() -> tuple[int, int]:
        answered: list[asyncio.StreamWriter] = []
        arrived = asyncio.Barrier(kept)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            answered.append(writer)
            if len(answered) <= kept:
                await arrived.wait()  # so that each has a connection of its own
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        limits = replace(QUICK, per_host=kept)
        async with (
            server,
            Fetcher(user_agent=USER_AGENT, allow_private_hosts=["127.0.0.0/8"], limits=limits) as fetcher,
        ):
            await asyncio.gather(*(fetcher.get(Ask(f"{url}{n}")) for n in range(kept)))
            for writer in answered:  # without a word, as a server does that is tired of waiting
                writer.close()
                await writer.wait_closed()
            answer = await fetcher.get(Ask(url, method=method, body=b"{}" if method == "POST" else None))
            for writer in answered[kept:]:
                writer.close()
        return answer.status, len(answered)

    assert asyncio.run(run()) == (200, kept + 1)


def test_connections_are_kept_and_many_requests_at_once_do_not_open_many(world: World) -> None:
    async def run() -> tuple[int, int]:
        async with world.fetcher(limits=replace(QUICK, total=20)) as fetcher:
            await asyncio.gather(*(fetcher.get(Ask(f"http://news.example/ok?n={n}")) for n in range(300)))
            counts = fetcher.counts["news.example"]
            return counts.requests, counts.connections

    assert asyncio.run(run()) == (300, 2)
    assert world.server.connections == 2


@pytest.mark.timed
def test_C4_slow_hosts_make_room_for_others_and_are_tried_again_in_their_lane(world: World) -> None:
    async def run() -> tuple[list[str], list[str], float, list[str], int]:
        limits = replace(QUICK, in_flight=4, patience=0.2, total=0.8)
        async with world.fetcher(limits=limits) as fetcher:
            began = time.monotonic()
            slow = [asyncio.create_task(outcome(fetcher, f"http://slow{n}.example/drip")) for n in range(6)]
            await asyncio.sleep(0.01)
            good = await asyncio.gather(*(outcome(fetcher, f"http://good{n}.example/ok") for n in range(12)))
            seconds = time.monotonic() - began
            ends = await asyncio.gather(*slow)
            asked = len([path for path in world.server.paths() if path == "/drip"])
            world.server.requests.clear()
            again = [asyncio.create_task(outcome(fetcher, f"http://slow{n}.example/drip")) for n in range(6)]
            await asyncio.sleep(0.01)
            better = await outcome(fetcher, "http://good1.example/ok")
            assert len([path for path in world.server.paths() if path == "/drip"]) == 2, "the lane is half as wide"
            for task in again:
                task.cancel()
            return good, ends, seconds, [better], asked

    good, ends, seconds, better, asked = asyncio.run(run())
    assert (good, ends, better) == (["200"] * 12, ["deadline"] * 6, ["200"])
    assert seconds < 0.7
    assert 6 < asked <= 12


def test_C4_without_a_queue_a_slow_host_keeps_its_slot(world: World) -> None:
    assert (
        world.get("http://news.example/ok?seconds=0.5", limits=replace(QUICK, patience=0.1, in_flight=1)).status == 200
    )
    assert len(world.server.requests) == 1


def test_cancelled_fetches_give_their_slots_and_connections_back(world: World) -> None:
    async def run() -> list[str]:
        async with world.fetcher(limits=replace(QUICK, total=30, in_flight=4, per_host=4)) as fetcher:
            for path in ("drip", "silent", "ok?seconds=1"):
                tasks = [asyncio.create_task(fetcher.get(Ask(f"http://news.example/{path}"))) for _ in range(12)]
                await asyncio.sleep(0.1)
                for task in tasks:
                    task.cancel()
                assert {True} == {
                    isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*tasks, return_exceptions=True)
                }
            assert fetcher._client._transport._pool.connections == []  # type: ignore[attr-defined]
            return await asyncio.gather(*(outcome(fetcher, URL) for _ in range(8)))

    assert asyncio.run(run()) == ["200"] * 8
