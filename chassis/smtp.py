"""SMTP: the mail server in ``FIRSTSTEP_MAIL``, and connections to it over TLS.

    smtps://user:password@host:465      TLS from the first byte
    smtp://user:password@host:587       STARTTLS (RFC 3207), required
    smtp://localhost:25                 no TLS: this machine itself, without a password
    smtp+clear://host:1025              no TLS, as the operator demands

The certificate must be valid, for this host, and from an authority that this machine trusts.
OpenSSL reads ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` in place of the system's authorities.

A reply may have any number of lines (RFC 5321, 4.2.1), and smtplib collects them in memory. Here
the size of each reply is limited.
"""

from __future__ import annotations

import functools
import os
import smtplib
import socket
import ssl
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, ip_address
from typing import Any, BinaryIO, NoReturn, cast
from urllib.parse import unquote, urlsplit

import idna

from chassis.fetch.url_policy import NAME, NUMBER_AT_THE_END

TIMEOUT_S = 10
LONGEST_REPLY = 64 * 1024
"""Bytes of all lines of one reply. Servers send a few hundred."""
CLEAR = "smtp+clear"
PORTS = {"smtp": 25, "smtps": 465, CLEAR: 25}
LOOPBACK = IPv4Network("127.0.0.0/8"), IPv6Address("::1")
FIRST_PRINTABLE = "!"


class Insecure(smtplib.SMTPException):
    """The server does not offer the TLS that the setting demands; nothing was sent to it."""


@dataclass(frozen=True)
class MailServer:
    """``host`` is ASCII: a name (an IDN as A-labels), or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def at(cls, url: str) -> MailServer:
        """The server at a URL. Raises ``ValueError``, whose text repeats nothing but the host."""
        if min(url) < FIRST_PRINTABLE:
            raise ValueError("contains a blank or a control character; write it as %XX")
        try:
            parts = urlsplit(url)
        except ValueError:  # its text may repeat the password
            raise ValueError("is no address") from None
        if parts.scheme not in PORTS:
            raise ValueError(f"does not begin with {', '.join(f'{each}://' for each in PORTS)}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("contains more than user:password@host:port; write /, ? and # as %XX")
        try:
            port = PORTS[parts.scheme] if parts.port is None else parts.port
        except ValueError:  # its text may repeat the password, too
            port = 0
        if port == 0:
            raise ValueError("has no port from 1 to 65535")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password):
            raise ValueError("names a user or a password without the other")
        if not (user + password).isascii():
            raise ValueError("has a user or a password that is not ASCII, which SMTP can't say")
        return cls(parts.scheme, _host(parts.hostname or ""), port, user, password)

    @property
    def in_clear(self) -> bool:
        """Whether mail and password are sent without TLS."""
        if self.scheme == CLEAR:
            return True
        return self.scheme == "smtp" and not self.user and self.is_loopback

    @property
    def is_loopback(self) -> bool:
        """Whether it is a loopback address or ``localhost``; other names don't count, whatever they
        resolve to."""
        network, address = LOOPBACK
        try:
            here = ip_address(self.host)
        except ValueError:
            return self.host == "localhost"
        return here == address or here in network

    def connect(self) -> smtplib.SMTP:
        """A connection, with TLS unless ``in_clear``, before any log-in.

        Raises ``OSError`` or ``SMTPException``; its subclass ``Insecure`` means that TLS failed.
        """
        if self.scheme == "smtps":
            try:
                return _OverTls(self.host, self.port, timeout=TIMEOUT_S, context=_tls())
            except ssl.SSLError as error:
                self._refuse(error)
        server = _Smtp(self.host, self.port, timeout=TIMEOUT_S)
        if not self.in_clear:
            try:
                self._secure(server)
            except BaseException:
                server.close()
                raise
        return server

    def _secure(self, server: smtplib.SMTP) -> None:
        """STARTTLS; smtplib then discards what the server said before it (RFC 3207, 4.2)."""
        try:
            server.starttls(context=_tls())
        except smtplib.SMTPNotSupportedError:
            raise Insecure(
                "it offers no STARTTLS, so nothing was sent. Where the way there is private, "
                f"FIRSTSTEP_MAIL may begin with {CLEAR}://"
            ) from None
        except smtplib.SMTPResponseException as error:
            raise Insecure(f"it answers {error.smtp_code} to STARTTLS; nothing was sent") from error
        except ssl.SSLError as error:
            self._refuse(error)

    def _refuse(self, error: ssl.SSLError) -> NoReturn:
        if isinstance(error, ssl.SSLCertVerificationError):
            said = error.verify_message.rstrip(".")
            raise Insecure(
                f"its certificate is refused ({said}); nothing was sent. "
                "FIRSTSTEP_MAIL must name the host as its certificate does; SSL_CERT_FILE may "
                "name an authority of your own"
            ) from error
        raise Insecure(
            f"it does not speak TLS 1.2 or newer ({error.reason}); nothing was sent. "
            "FIRSTSTEP_MAIL: smtps:// is TLS from the first byte, smtp:// is STARTTLS"
        ) from error


class _LimitedReply:
    """A stream of the server's replies with a size limit for each."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = 0

    def begin(self) -> None:
        self._left = LONGEST_REPLY

    def readline(self, size: int) -> bytes:
        """Raises ``OSError`` over the limit, as a broken connection does."""
        line = self._stream.readline(min(size, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise OSError(f"its reply is over {LONGEST_REPLY} bytes")
        return line

    def close(self) -> None:
        self._stream.close()


class _Smtp(smtplib.SMTP):
    file: Any

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:  # a new connection, or a new TLS layer
            self.file = _LimitedReply(cast(socket.socket, self.sock).makefile("rb"))
        self.file.begin()
        return super().getreply()


class _OverTls(_Smtp, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class _Handshake:
    """The part of an SSL context that smtplib uses; a failed handshake closes its socket."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    def wrap_socket(self, connection: socket.socket, server_hostname: str) -> ssl.SSLSocket:
        secured = self._context.wrap_socket(
            connection, server_hostname=server_hostname, do_handshake_on_connect=False
        )
        try:
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured


def _tls() -> ssl.SSLContext:
    trusting = _trusting(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return cast(ssl.SSLContext, _Handshake(trusting))


@functools.cache
def _trusting(file: str | None, folder: str | None) -> ssl.SSLContext:
    """A context that verifies certificate and host; cached: reading authorities takes 50 ms."""
    context = ssl.create_default_context()  # OpenSSL itself reads the two variables
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _host(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        pass
    else:
        if "%" in host:
            raise ValueError("names a host by an address with a zone; no certificate does")
        return str(address)
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        name = ""
    if not NAME.fullmatch(name) or NUMBER_AT_THE_END.fullmatch(name):
        raise ValueError("names no host")
    return name
