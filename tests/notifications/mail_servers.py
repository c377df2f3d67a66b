"""A mail server that speaks SMTP and misbehaves as it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import eventlet

Answer = Callable[["Talk", str], str | None]
"""What it says to a command; ``None``: what it says to everybody."""


class HangUp(Exception):
    """The server closes the connection."""


@dataclass
class Talk:
    """One connection."""

    number: int
    mails: int = 0


@dataclass
class MailServer:
    """``sent``: the envelope's recipient and the bytes of each mail that it took."""

    port: int
    extensions: tuple[str, ...]
    answer: Answer
    talks: list[Talk] = field(default_factory=list)
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.sent]

    def take(self, connection: Any) -> None:
        talk = Talk(len(self.talks) + 1)
        self.talks.append(talk)
        with suppress(HangUp, OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 mail.example\r\n")
            recipient = ""
            while line := lines.readline().decode().rstrip("\r\n"):
                said = self.answer(talk, line)
                verb = line.upper()
                if said is not None:
                    connection.sendall(f"{said}\r\n".encode())
                elif verb.startswith("EHLO"):
                    told = ["mail.example", *self.extensions]
                    told = [f"250-{each}" for each in told[:-1]] + [f"250 {told[-1]}"]
                    connection.sendall("".join(f"{each}\r\n" for each in told).encode())
                elif verb.startswith("QUIT"):
                    connection.sendall(b"221 bye\r\n")
                    return
                elif verb.startswith("DATA"):
                    connection.sendall(b"354 go on\r\n")
                    content = b"".join(iter(lines.readline, b".\r\n"))
                    self.sent.append((recipient, content))
                    talk.mails += 1
                    connection.sendall(b"250 taken\r\n")
                else:
                    if verb.startswith("RCPT"):
                        recipient = line[len("RCPT TO:<") : line.rindex(">")]
                    connection.sendall(b"250 fine\r\n")


@contextmanager
def a_mail_server(
    answer: Answer = lambda talk, line: None, extensions: tuple[str, ...] = ()
) -> Iterator[MailServer]:
    listening = eventlet.listen(("127.0.0.1", 0))
    server = MailServer(listening.getsockname()[1], extensions, answer)

    def serve() -> None:
        while True:
            connection, _ = listening.accept()
            eventlet.spawn_n(server.take, connection)

    serving = eventlet.spawn(serve)
    try:
        yield server
    finally:
        serving.kill()
        listening.close()
