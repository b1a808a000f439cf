"""What stands before every answer: host names, headers, methods, ETags."""

from __future__ import annotations

import pytest
from web_world import Web

from aggregator.web.guard import Hosts


@pytest.mark.parametrize(
    "path",
    [
        "/en/",
        "/en/models",
        "/api/v1/releases",
        "/feeds/releases.atom",
        "/healthz",
        "/metrics",
        "/nope",
        "/static/style.css",
    ],
)
def test_every_answer_has_the_headers_that_protect_its_reader(web: Web, path: str) -> None:
    headers = web.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "style-src 'self'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "127.0.0.1@evil.example",
        "a b",
        "[::1",
        "",
        "192.168.1.5",
    ],
)
def test_another_host_name_is_refused(web: Web, host: str) -> None:
    assert web.get("/en/", host=host).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:99", "[::1]:8080", "localhost."])
def test_loopback_names_are_answered(web: Web, host: str) -> None:
    assert web.get("/en/", host=host).status_code == 200


def test_a_server_that_others_reach_answers_to_addresses_and_allowed_names() -> None:
    hosts = Hosts.of("0.0.0.0", ("News.Example",))
    assert [hosts.admits(h) for h in ("news.example:80", "192.168.1.5:8080", "[fe80::1]", "evil.example")] == [
        True,
        True,
        True,
        False,
    ]
    assert not Hosts.of("127.0.0.1").admits("192.168.1.5")


def test_two_host_headers_are_refused(web: Web) -> None:
    import socket

    host, port = web.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).split(b" ")[1] in (b"400", b"421")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_written(web: Web, method: str) -> None:
    answer = web.client.request(method, "/api/v1/releases")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/en/", "/en/models", "/api/v1/items", "/feeds/stories.rss", "/static/style.css"])
def test_what_a_reader_has_already_is_not_sent_again(web: Web, path: str) -> None:
    first = web.get(path)
    again = web.get(path, if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert web.get(path, if_none_match='"other"').status_code == 200


def test_a_head_is_a_get_without_its_body(web: Web) -> None:
    get, head = web.get("/en/models"), web.client.head("/en/models")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(get.content))
    assert head.headers["etag"] == get.headers["etag"]


def test_a_query_without_end_is_refused(web: Web) -> None:
    assert web.get("/en/search?words=" + "a" * 9000).status_code == 400


def test_the_style_sheet_is_kept_for_ever_under_its_own_address(web: Web) -> None:
    address = web.page("/en/").xpath("//link[@rel='stylesheet']/@href")[0]
    assert "immutable" in web.get(address).headers["cache-control"]
    assert "immutable" not in web.get(address.split("?")[0]).headers["cache-control"]


def test_no_address_leads_away(web: Web) -> None:
    for path in ("//evil.example", "/en//evil.example", "/%2F%2Fevil.example", "/models?words=//evil.example", "/en"):
        answer = web.get(path)
        assert answer.status_code in (200, 302, 404)
        assert answer.headers.get("location", "/").startswith("/") and not answer.headers.get(
            "location", "/"
        ).startswith("//")


def test_a_database_that_cannot_be_read_is_told_without_its_path(copied_world) -> None:  # type: ignore[no-untyped-def]
    from web_world import served

    with copied_world.open() as application, served(application) as web:
        assert web.get("/en/models").status_code == 200
        application.store.close()
        for suffix in ("-wal", "-shm"):
            (copied_world.folder / f"demo.db{suffix}").unlink(missing_ok=True)
        copied_world.file.write_bytes(b"not a database at all" * 1000)
        answer = web.get("/api/v1/releases")
        assert answer.status_code == 503 and str(copied_world.folder) not in answer.text
        assert web.get("/en/models").status_code == 503
        assert web.get("/readyz").status_code == 503
        assert web.get("/healthz").status_code == 503
