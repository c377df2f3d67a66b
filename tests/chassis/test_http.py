"""The HTTP server's limits on size, time and number, and how it stops."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import eventlet
import httpx
import pytest

from chassis.http import server
from chassis.http.server import LARGEST_BODY
from chassis.settings import BadSettings
from tests.chassis.echo import LARGE, PATIENCE_S, WORKERS, Site, a_site, head, status
from tests.support.eventually import eventually

UNPATCHED = eventlet.patcher.original("socket")


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


# Size


def test_a_body_is_read_whole(site: Site) -> None:
    body = bytes(range(256)) * 1000
    assert httpx.post(f"{site.url}/echo", content=body).content == body


def test_a_body_of_the_largest_size_is_taken_and_one_byte_more_is_not(site: Site) -> None:
    assert httpx.post(f"{site.url}/echo", content=bytes(LARGEST_BODY)).status_code == 200
    assert httpx.post(f"{site.url}/echo", content=bytes(LARGEST_BODY + 1)).status_code == 413


def test_a_body_announced_as_too_large_is_refused_before_it_comes(site: Site) -> None:
    assert status(site.say(head("POST", "/echo", "Content-Length: 300000000"))) == 413


def test_a_chunked_body_arrives_intact(site: Site) -> None:
    chunks = [b"one", b"two" * 1000, b"three"]
    assert httpx.post(f"{site.url}/echo", content=iter(chunks)).content == b"".join(chunks)


def test_a_chunked_body_that_grows_too_large_is_refused(site: Site) -> None:
    start = head("POST", "/echo", "Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    assert status(site.say(start, *[chunk] * 17)) == 413


@pytest.mark.parametrize("length", ["-1", "1.5", "ten", "1_0", "٣"])
def test_a_content_length_that_is_no_number_is_refused(site: Site, length: str) -> None:
    assert status(site.say(head("POST", "/echo", f"Content-Length: {length}"))) == 400


def test_a_body_that_ends_before_its_announced_length_is_refused(site: Site) -> None:
    connection = site.connect()
    connection.sendall(head("POST", "/echo", "Content-Length: 10") + b"12345")
    connection.shutdown(socket.SHUT_WR)
    assert status(connection.recv(1000)) == 400


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-5\r\n", b"5\r\nabc"])
def test_a_chunked_body_that_is_malformed_is_refused(site: Site, chunk: bytes) -> None:
    connection = site.connect()
    connection.sendall(head("POST", "/echo", "Transfer-Encoding: chunked") + chunk)
    connection.shutdown(socket.SHUT_WR)
    assert status(connection.recv(1000)) == 400


# Time


@pytest.mark.parametrize("announcement", ["Content-Length: 10", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_come_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch, announcement: str
) -> None:
    monkeypatch.setattr(server, "BODY_DEADLINE_S", 0.1)
    assert status(site.say(head("POST", "/echo", announcement))) == 408


def test_slow_clients_hold_no_worker(site: Site) -> None:
    slow = [site.connect() for _ in range(4 * WORKERS)]
    for connection in slow:
        connection.sendall(head("POST", "/echo", "Content-Length: 10") + b"1")

    assert httpx.get(f"{site.url}/quick", timeout=PATIENCE_S).text == "done"

    for connection in slow:
        connection.sendall(b"234567890")
        assert connection.recv(1000).endswith(b"1234567890")


# Number


def test_more_connections_than_allowed_are_closed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 2)
    kept = [site.connect() for _ in range(2)]
    eventually(lambda: site.say(b"") == b"")

    kept[0].sendall(head("GET", "/quick"))
    assert kept[0].recv(1000).endswith(b"done")


def test_a_closed_connection_makes_room(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 1)
    for _ in range(3):
        eventually(lambda: httpx.get(f"{site.url}/quick").text == "done")


# Strangers


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",  # TLS
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: [\r\n\r\n",
        b"GET /%ff%00 HTTP/1.1\r\nHost: \xff\r\n\r\n",
    ],
)
def test_rubbish_harms_nobody(site: Site, rubbish: bytes) -> None:
    connection = site.connect()
    connection.sendall(rubbish)
    connection.shutdown(socket.SHUT_WR)
    with eventlet.Timeout(PATIENCE_S):
        while connection.recv(65_536):
            pass

    assert httpx.get(f"{site.url}/quick").text == "done"


def test_a_client_that_hangs_up_in_the_middle_harms_nobody(site: Site) -> None:
    connection = site.connect()
    connection.sendall(head("GET", "/slow"))
    eventually(lambda: site.work.begun)
    connection.close()
    site.work.let_go()
    assert httpx.get(f"{site.url}/quick").text == "done"


def test_what_is_not_there_is_404_and_what_is_not_done_405(site: Site) -> None:
    assert httpx.get(f"{site.url}/nothing").status_code == 404
    assert httpx.get(f"{site.url}/echo").status_code == 405


# Start and stop


def test_a_port_in_use_is_a_bad_setting(site: Site) -> None:
    with pytest.raises(BadSettings, match=f"can't listen on {site.address}"):
        server.listen(site.address)


def test_a_stop_finishes_what_was_begun_and_takes_nothing_new() -> None:
    with a_site() as site:
        answer = eventlet.spawn(httpx.get, f"{site.url}/slow")
        eventually(lambda: site.work.begun)
        stopping = eventlet.spawn(site.process.stop)
        eventually(lambda: not site.listens())
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{site.url}/quick")

        assert not answer.dead
        site.work.let_go()
        assert answer.wait().text == "done"
        stopping.wait()


def test_a_stop_lets_a_slow_download_finish() -> None:
    with a_site() as site:
        slow = site.connect()
        slow.sendall(head("GET", "/large"))
        came = len(slow.recv(1000))
        stopping = eventlet.spawn(site.process.stop)
        eventually(lambda: not site.listens())
        eventlet.sleep(2 * server.LINGER_S)
        with eventlet.Timeout(PATIENCE_S):
            while chunk := slow.recv(65_536):
                came += len(chunk)
        assert came > LARGE
        stopping.wait()


def test_a_request_that_was_under_way_at_the_stop_is_answered_as_the_last() -> None:
    with a_site() as site:
        used = site.connect()
        used.sendall(head("GET", "/quick"))
        assert b"Connection: close" not in used.recv(1000)

        stopping = eventlet.spawn(site.process.stop)
        eventually(lambda: not site.listens())
        used.sendall(head("GET", "/quick"))

        answer = used.recv(1000)
        assert answer.endswith(b"done")
        assert b"Connection: close" in answer
        assert used.recv(1000) == b""
        stopping.wait()


def test_who_waited_to_be_let_in_at_the_stop_is_answered() -> None:
    with a_site() as site:
        waiting = unseen(site, head("GET", "/quick"))
        site.server.stop()
        assert waiting.recv(1000).endswith(b"done")
        waiting.close()


def test_who_is_let_in_at_the_stop_and_says_nothing_keeps_nobody_waiting() -> None:
    with a_site() as site:
        answer = eventlet.spawn(httpx.get, f"{site.url}/slow")
        eventually(lambda: site.work.begun)
        silent = unseen(site, b"")
        with eventlet.Timeout(PATIENCE_S):
            stopping = eventlet.spawn(site.server.stop)
            site.work.let_go()
            stopping.wait()
            assert answer.wait().text == "done"
        assert silent.recv(1000) == b""
        silent.close()


def test_too_many_connections_at_once_for_the_system_do_not_end_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with a_site() as site:
        accept, failures = site.server._sock.accept, [OSError(errno.EMFILE, "Too many open files")]

        def accept_sometimes() -> Any:
            if failures:
                raise failures.pop()
            return accept()

        monkeypatch.setattr(site.server._sock, "accept", accept_sometimes)
        assert [httpx.get(f"{site.url}/quick").text for _ in range(3)] == ["done"] * 3
        assert failures == []


def test_of_two_who_share_a_socket_one_answers_for_the_other_that_stops() -> None:
    shared = server.listen("127.0.0.1:0")
    with a_site(f"fd://{os.dup(shared.fileno())}") as staying:
        with a_site(f"fd://{os.dup(shared.fileno())}") as leaving:
            waiting = [unseen(leaving, head("GET", "/quick")) for _ in range(10)]
            leaving.server.stop()
            waiting += [unseen(staying, head("GET", "/quick")) for _ in range(10)]
            for each in waiting:
                with closing(each):
                    assert each.recv(1000).endswith(b"done")
    shared.close()


def test_an_inherited_socket_that_does_not_listen_is_a_bad_setting() -> None:
    with socket.socket() as idle, pytest.raises(BadSettings, match="it does not listen"):
        server.listen(f"fd://{idle.fileno()}")
    with pytest.raises(BadSettings, match="can't listen on fd://999999999"):
        server.listen("fd://999999999")


def unseen(site: Site, request: bytes) -> Any:
    """A connection made, and a request sent, while nobody else had a turn."""
    connection = UNPATCHED.socket()
    connection.settimeout(10)
    host, port = site.address.split(":")
    connection.connect((host, int(port)))
    connection.sendall(request)
    return eventlet.greenio.GreenSocket(connection)


def test_a_stop_closes_idle_connections_soon() -> None:
    with a_site() as site:
        fresh, used = site.connect(), site.connect()
        used.sendall(head("GET", "/quick"))
        assert used.recv(1000).endswith(b"done")
        with eventlet.Timeout(PATIENCE_S):
            site.process.stop()
        assert fresh.recv(1000) == b""
        assert used.recv(1000) == b""
