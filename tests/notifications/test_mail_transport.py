"""Mail leaves over TLS whose certificate was verified, or not at all, unless it is said otherwise.

The good ways lead to a real mail server; what an attacker on the way does is played.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import eventlet
import pytest

from chassis.context import Caller
from chassis.smtp import MailServer
from services.notifications.mails.postbox import NotSent, Postbox
from services.notifications.service import NotificationsService
from tests.chassis.sites import HOUR, Authority
from tests.notifications.builders import a_booking, an_account
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.service_client import serving

NAME = "mail.example"
USER, PASSWORD = "ada", "a-word-that-passes"
HERE = "127.0.0.1"
CREDENTIALS = f"{USER}:{PASSWORD}@"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own authority in place of the system's, as an operator would set it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))


@pytest.fixture(autouse=True)
def _names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to this machine, and is none the less no loopback address."""
    connect = socket.create_connection

    def here(address: tuple[str, int], *arguments: Any, **named: Any) -> socket.socket:
        host = address[0] if address[0] == "::1" else HERE
        return connect((host, address[1]), *arguments, **named)

    monkeypatch.setattr(socket, "create_connection", here)


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "no-reply@firststep.example"
    message["To"] = "sam@example.org"
    message["Subject"] = "Hello"
    message["Message-ID"] = f"<{uuid4()}@firststep.example>"
    message.set_content("a link that resets a password")
    return message


def send(address: str) -> None:
    postbox = Postbox()
    postbox.address = address
    with postbox.opened() as post:
        post.send(a_mail())


@dataclass
class Played:
    """A mail server that says what the test wants. ``in_clear`` and ``secured``: what it heard."""

    listening: socket.socket
    tls: ssl.SSLContext | None
    offers: str = "STARTTLS"
    offers_secured: str = "AUTH PLAIN"
    to_starttls: bytes = b"220 go ahead\r\n"
    secure_from_the_start: bool = False
    in_clear: list[str] = field(default_factory=list)
    secured: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def serve(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            eventlet.spawn(self._answer, connection)

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self.secure_from_the_start:
                with self._wrapped(connection) as secured:
                    self._converse(secured, self.secured, self.offers_secured)
            elif self._converse(connection, self.in_clear, self.offers) and self.tls:
                with self._wrapped(connection) as secured:
                    self._converse(secured, self.secured, self.offers_secured, greets=False)

    @contextmanager
    def _wrapped(self, connection: socket.socket) -> Iterator[socket.socket]:
        assert self.tls is not None
        secured = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with secured:
            secured.do_handshake()
            yield secured

    def _converse(
        self, connection: socket.socket, heard: list[str], offers: str, greets: bool = True
    ) -> bool:
        """Whether TLS comes next."""
        if greets:
            connection.sendall(b"220 here\r\n")
        received = b""
        while True:
            while b"\r\n" not in received:
                more = connection.recv(65_536)
                if not more:
                    return False
                received += more
            line, _, received = received.partition(b"\r\n")
            heard.append(line.decode().upper())
            verb = line[:8].upper()
            if verb == b"STARTTLS":
                connection.sendall(self.to_starttls)
                if self.to_starttls.startswith(b"220"):
                    return True
            elif verb.startswith(b"EHLO"):
                lines = ["250-here", *(f"250-{each}" for each in offers.split(",")), "250 HELP"]
                connection.sendall("\r\n".join([*lines, ""]).encode())
            elif verb.startswith(b"DATA"):
                connection.sendall(b"354 go ahead\r\n")
            elif verb.startswith(b"AUTH"):
                connection.sendall(b"235 welcome\r\n")
            elif verb.startswith(b"QUIT"):
                connection.sendall(b"221 bye\r\n")
            elif line == b".":
                connection.sendall(b"250 taken\r\n")
            elif any(verb.startswith(each) for each in (b"MAIL", b"RCPT", b"RSET", b"HELO")):
                connection.sendall(b"250 fine\r\n")


@contextmanager
def playing(tls: ssl.SSLContext | None = None, at: str = HERE, **how: Any) -> Iterator[Played]:
    family = socket.AF_INET6 if ":" in at else socket.AF_INET
    with contextlib.closing(eventlet.listen((at, 0), family=family)) as listening:
        played = Played(listening, tls, **how)
        serving = eventlet.spawn(played.serve)
        try:
            yield played
        finally:
            serving.kill()


def heard_nothing_of_ours(played: Played) -> bool:
    said = " ".join(played.in_clear + played.secured)
    return not any(verb in said for verb in ("AUTH", "MAIL FROM", "DATA"))


# Real servers


@pytest.fixture(params=["smtp", "smtps"])
def real_server(
    request: pytest.FixtureRequest, authority: Authority
) -> Iterator[servers.SmtpServer]:
    """One that asks for a password, with STARTTLS and with TLS from the first byte."""
    certificate = authority.certified(HERE)
    with servers.smtp_with_tls(request.param, certificate, USER, PASSWORD) as server:
        yield server


def test_mail_leaves_over_verified_tls_with_the_password(real_server: servers.SmtpServer) -> None:
    send(real_server.url)
    [message] = real_server.messages()
    assert message["X-RcptTo"] == "sam@example.org"


def test_a_real_server_whose_certificate_nobody_vouches_for_gets_nothing(
    real_server: servers.SmtpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path).file))
    with pytest.raises(NotSent, match="its certificate is refused"):
        send(real_server.url)
    assert not (real_server.folder / "mail/new").exists() or real_server.messages() == []


def test_a_real_server_at_another_name_gets_nothing(real_server: servers.SmtpServer) -> None:
    with pytest.raises(NotSent, match=r"its certificate is refused.*FIRSTSTEP_MAIL must name"):
        send(real_server.url.replace(HERE, NAME))


# Certificates


def wrong_certificates() -> dict[str, Callable[[Authority, Path], ssl.SSLContext]]:
    def from_elsewhere(authority: Authority, folder: Path) -> ssl.SSLContext:
        return Authority(folder).serving(NAME)

    def of_itself(authority: Authority, folder: Path) -> ssl.SSLContext:
        own = Authority(folder)
        pem = own._written("own.pem", own.certificate, own.key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pem)
        return context

    return {
        "of an unknown authority": from_elsewhere,
        "self-signed": of_itself,
        "expired": lambda authority, _: authority.serving(NAME, begins=-2 * HOUR, ends=-HOUR),
        "not yet valid": lambda authority, _: authority.serving(NAME, begins=HOUR, ends=2 * HOUR),
        "for another name": lambda authority, _: authority.serving("mail.example.org"),
        "for a name above": lambda authority, _: authority.serving("example"),
        "for an address": lambda authority, _: authority.serving(HERE),
    }


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("kind", wrong_certificates())
def test_a_certificate_that_is_not_right_gets_nothing(
    authority: Authority, tmp_path: Path, scheme: str, kind: str
) -> None:
    tls = wrong_certificates()[kind](authority, tmp_path)
    with playing(tls, secure_from_the_start=scheme == "smtps") as played:
        for credentials in ("", CREDENTIALS):
            with pytest.raises(NotSent, match="certificate is refused") as refused:
                send(f"{scheme}://{credentials}{NAME}:{played.port}")
            assert PASSWORD not in str(refused.value)
        assert heard_nothing_of_ours(played)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_tls_older_than_1_2_gets_nothing(authority: Authority, scheme: str) -> None:
    tls = authority.serving(NAME)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with playing(tls, secure_from_the_start=scheme == "smtps") as played:
        with pytest.raises(NotSent, match="does not speak TLS"):
            send(f"{scheme}://{CREDENTIALS}{NAME}:{played.port}")
        assert heard_nothing_of_ours(played)


@pytest.mark.parametrize(
    ("host", "certified", "at"),
    [
        (NAME, NAME, HERE),
        (NAME.upper(), NAME, HERE),
        ("bücher.example", "xn--bcher-kva.example", HERE),
        (HERE, HERE, HERE),
        ("[::1]", "::1", "::1"),
        ("mail.firststep.example", "*.firststep.example", HERE),
    ],
)
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_host_is_the_one_in_the_certificate(
    authority: Authority, scheme: str, host: str, certified: str, at: str
) -> None:
    secure = scheme == "smtps"
    with playing(authority.serving(certified), at, secure_from_the_start=secure) as played:
        send(f"{scheme}://{CREDENTIALS}{host}:{played.port}")
        assert any(line.startswith("AUTH PLAIN") for line in played.secured)
        assert any(line.startswith("MAIL FROM") for line in played.secured)
        assert not any(line.startswith(("AUTH", "MAIL")) for line in played.in_clear)


# STARTTLS


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"offers": "8BITMIME"}, "offers no STARTTLS.*FIRSTSTEP_MAIL may begin with smtp\\+clear"),
        ({"offers": "AUTH PLAIN"}, "offers no STARTTLS"),
        ({"to_starttls": b"454 not now\r\n"}, "answers 454 to STARTTLS"),
        ({"to_starttls": b"502 what?\r\n"}, "answers 502 to STARTTLS"),
        ({"to_starttls": b"250 fine\r\n"}, "answers 250 to STARTTLS"),
        ({"to_starttls": b"220 go ahead\r\n", "tls": None}, "TLS|closed|reset|unexpected"),
    ],
)
@pytest.mark.parametrize("to", [f"{CREDENTIALS}{HERE}", f"{CREDENTIALS}{NAME}", NAME, "localhost."])
def test_a_server_without_starttls_gets_nothing(
    authority: Authority, how: dict[str, Any], said: str, to: str
) -> None:
    if to == "localhost.":
        with pytest.raises(ValueError, match="names no host"):
            MailServer.at(f"smtp://{to}")
        return
    tls = how.get("tls", authority.serving(NAME))
    with playing(tls, **{name: value for name, value in how.items() if name != "tls"}) as played:
        with pytest.raises(NotSent, match=said):
            send(f"smtp://{to}:{played.port}")
        assert heard_nothing_of_ours(played)


def test_what_an_attacker_says_behind_the_answer_to_starttls_is_not_taken(
    authority: Authority,
) -> None:
    injected = b"220 go ahead\r\n250-here\r\n250-AUTH LOGIN\r\n250 SMTPUTF8\r\n"
    with playing(authority.serving(NAME), to_starttls=injected) as played:
        with contextlib.suppress(NotSent):
            send(f"smtp://{CREDENTIALS}{NAME}:{played.port}")
        assert not any(line.startswith("AUTH LOGIN") for line in played.secured)
        assert not any(line.startswith(("AUTH", "MAIL")) for line in played.in_clear)
        if played.secured:
            assert played.secured[0].startswith("EHLO")


def test_a_server_that_takes_passwords_in_clear_alone_gets_none(authority: Authority) -> None:
    offers = {"offers": "STARTTLS,AUTH PLAIN LOGIN", "offers_secured": "8BITMIME"}
    with playing(authority.serving(NAME), **offers) as played:
        with pytest.raises(NotSent, match="AUTH"):
            send(f"smtp://{CREDENTIALS}{NAME}:{played.port}")
        assert heard_nothing_of_ours(played)


# Into a folder


def test_mails_in_a_folder_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        send(str(tmp_path / "deep/mail"))
    finally:
        os.umask(before)
    [mail] = (tmp_path / "deep/mail").iterdir()
    modes = [path.stat().st_mode & 0o777 for path in (mail, mail.parent, mail.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


# In clear


@pytest.mark.parametrize("host", [HERE, "127.8.8.8", "localhost", "LOCALHOST"])
def test_this_machine_itself_is_written_to_in_clear(host: str) -> None:
    with playing(offers="8BITMIME") as played:
        send(f"smtp://{host}:{played.port}")
        assert any(line.startswith("MAIL FROM") for line in played.in_clear)


@pytest.mark.parametrize("credentials", ["", CREDENTIALS])
def test_who_says_so_gets_clear_text(credentials: str) -> None:
    with playing(offers="AUTH PLAIN") as played:
        send(f"smtp+clear://{credentials}{NAME}:{played.port}")
        assert any(line.startswith("MAIL FROM") for line in played.in_clear)
        assert any(line.startswith("AUTH") for line in played.in_clear) is bool(credentials)


def test_what_an_insecure_server_did_not_get_waits_and_its_recipient_reads_no_host(
    database: str, authority: Authority
) -> None:
    with playing(offers="AUTH PLAIN") as played:
        url = f"smtp://{CREDENTIALS}{NAME}:{played.port}"
        with serving(NotificationsService, database, url) as notifications:
            account = an_account()
            notifications.hears(account, a_booking(account.account_id))
            [row] = eventually(lambda: [each for each in notifications.rows("mails") if each.error])
            assert row.status == "waiting"
            assert "FIRSTSTEP_MAIL may begin with smtp+clear://" in row.error
            asked = notifications.asked_by(Caller(account.account_id))
            [mail] = asked.export_personal_data()["mails"]
        assert mail["error"] == "This mail could not be sent yet. We will try again."
        assert heard_nothing_of_ours(played)


@pytest.mark.parametrize(
    ("url", "in_clear"),
    [
        ("smtp://127.0.0.1", True),
        ("smtp://127.255.0.9", True),
        ("smtp://[::1]", True),
        ("smtp://localhost", True),
        ("smtp://a:b@localhost", False),
        ("smtp://[::ffff:127.0.0.1]", False),
        ("smtp://localhost.example", False),
        ("smtp://mail", False),
        ("smtp://10.0.0.1", False),
        ("smtp://0.0.0.0", False),
        ("smtps://localhost", False),
        ("smtp+clear://mail", True),
        ("smtp+clear://a:b@mail.example", True),
    ],
)
def test_clear_text_is_for_this_machine_without_a_password_or_by_an_explicit_setting(
    url: str, in_clear: bool
) -> None:
    assert MailServer.at(url).in_clear is in_clear


def test_every_part_of_the_address_is_read() -> None:
    assert MailServer.at("smtps://a%40b:c%2Fd%3A@Mail.Example") == MailServer(
        "smtps", "mail.example", 465, "a@b", "c/d:"
    )


def test_an_answer_that_never_comes_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.smtp.TIMEOUT_S", 0.2)
    with contextlib.closing(eventlet.listen((HERE, 0))) as silent:
        port = silent.getsockname()[1]
        for url in (f"smtp://{NAME}:{port}", f"smtps://{NAME}:{port}"):
            with pytest.raises(NotSent, match="timed out"):
                send(url)
