"""The bytes of server-sent events, and the answer that carries them."""

from __future__ import annotations

from typing import Any

from chassis.http.event_stream import HEARTBEAT, event, event_stream, retry


def test_an_event_has_an_id_and_one_line_of_data() -> None:
    assert event(7, b'{"unread":1}') == b'id: 7\ndata: {"unread":1}\n\n'


def test_the_time_to_reconnect_is_in_whole_milliseconds() -> None:
    assert retry(2.5) == b"retry: 2500\n\n"
    assert retry(2.00049) == b"retry: 2000\n\n"


def test_a_heartbeat_is_a_comment() -> None:
    assert HEARTBEAT.startswith(b":")
    assert HEARTBEAT.endswith(b"\n\n")


class Chunks:
    closed = False

    def __iter__(self) -> Any:
        return iter([b"one", b"two"])

    def close(self) -> None:
        self.closed = True


def test_an_answer_is_sent_chunk_by_chunk_and_closes_what_makes_them() -> None:
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}
    environ |= {"SERVER_NAME": "here", "SERVER_PORT": "80"}
    chunks, started = Chunks(), []
    response = event_stream(chunks, environ)

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        started.append((status, headers))

    answer: Any = response(environ, start_response)
    assert list(answer) == [b"one", b"two"]
    answer.close()
    assert chunks.closed
    [(status, headers)] = started
    assert status == "200 OK"
    assert ("Content-Type", "text/event-stream") in headers
    assert not [name for name, _ in headers if name == "Content-Length"]
    assert environ["eventlet.minimum_write_chunk_size"] == 1
