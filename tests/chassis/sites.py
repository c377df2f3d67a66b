"""Sites that users might give the address of: real sockets on this host, and names made up."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import eventlet
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chassis.fetch.dialer import Address
from chassis.fetch.fetch import HTTP_TOO, EgressPolicy, Fetched, fetch, trusted_authorities

NAME = "shop.example"
LIMIT = 10_000
HOUR = dt.timedelta(hours=1)

CONTENT_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)

Answer = Callable[[str], Iterable[bytes]]
Opened = Callable[..., "Site"]


def only_here(address: Address) -> bool:
    return str(address) == "127.0.0.1"


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    announced = f"Content-Length: {len(body)}"
    return head(announced, *headers, status=status) + body


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {location}", status=status)


@dataclass
class Site:
    """Answers each connection once, with the parts that ``says`` makes of the request's head."""

    says: Answer
    listening: socket.socket
    tls: ssl.SSLContext | None = None
    asked: list[str] = field(default_factory=list)
    hung_up_on: int = 0

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def serve(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            eventlet.spawn(self._answer, connection)

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.closing(connection):
            try:
                self._talk(connection)
            except OSError:
                self.hung_up_on += 1

    def _talk(self, connection: socket.socket) -> None:
        if self.tls is not None:
            with self.tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            ) as secured:
                secured.do_handshake()
                self._converse(secured)
        else:
            self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(65_536)
            if not received:
                return
            request += received
        above, _, body = request.partition(b"\r\n\r\n")
        length = CONTENT_LENGTH.search(above)
        # who closes while something was not read takes the answer back with it
        while length is not None and len(body) < int(length[1]):
            received = connection.recv(65_536)
            if not received:
                return
            body += received
        request = above + b"\r\n\r\n" + body
        self.asked.append(request.decode())
        for part in self.says(self.asked[-1]):
            connection.sendall(part)


@contextmanager
def a_site(
    says: Answer, tls: ssl.SSLContext | None = None, at: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[Site]:
    with contextlib.closing(eventlet.listen(at)) as listening:
        site = Site(says, listening, tls)
        serving = eventlet.spawn(site.serve)
        try:
            yield site
        finally:
            serving.kill()


@contextmanager
def full(host: str, port: int) -> Iterator[None]:
    """Somebody listens there, but lets nobody in: the queue of those who wait is full."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(contextlib.closing(socket.socket()))
        listening.bind((host, port))
        listening.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(contextlib.closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex((host, port))
        yield


class Names:
    """A resolver that answers what it was told: each time the next, and then the last again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = defaultdict(list)
        self.asked: list[str] = []
        self.during: Callable[[], None] = lambda: None

    def say(self, name: str, *addresses: str) -> None:
        self.answers[name].append(list(addresses))

    def getaddrinfo(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        self.during()
        answers = self.answers[host]
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_sockaddr(address, port) for address in addresses]


def _sockaddr(address: str, port: int) -> Any:
    if ip_address(address).version == 4:
        return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)
    return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)


SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """Makes certificates that nobody else trusts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
        usable = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = self._signed(self.name, self.key, usable, SIGNS_CERTIFICATES)
        self.file = self._written("authority.pem", self.certificate)

    def trusting(self) -> ssl.SSLContext:
        """What a client needs that trusts this authority, and no other."""
        return ssl.create_default_context(cafile=str(self.file))

    def serving(self, host: str, **validity: dt.timedelta) -> ssl.SSLContext:
        """What a server needs that calls itself ``host``."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certified(host, **validity))
        return context

    def certified(self, host: str, **validity: dt.timedelta) -> Path:
        """A file with a certificate for ``host``, a name or an IP address, and its key.

        ``begins`` and ``ends``: when it is valid, seen from now.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        names = x509.SubjectAlternativeName([name])
        return self._written(
            f"{host}.pem", self._signed(x509.Name([]), key, names, **validity), key
        )

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *extensions: x509.ExtensionType,
        begins: dt.timedelta = -HOUR,
        ends: dt.timedelta = HOUR,
    ) -> x509.Certificate:
        """A certificate that passes OpenSSL's strict checks, the default from Python 3.13 on."""
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        for each in extensions:
            builder = builder.add_extension(each, critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def _written(
        self,
        name: str,
        certificate: x509.Certificate,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> Path:
        pem = serialization.Encoding.PEM
        written = certificate.public_bytes(pem)
        if key is not None:
            plain = serialization.NoEncryption()
            written += key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        path = self.folder / name
        path.write_bytes(written)
        return path


def get(site: Site, path: str = "/", **options: Any) -> Fetched:
    """By plain HTTP from this host, which nobody may who does not ask for it like this."""
    policy = EgressPolicy(only_here, frozenset([site.port]))
    given: dict[str, Any] = {"limit_bytes": LIMIT, "deadline_s": 5.0, "policy": policy}
    return fetch(f"http://{NAME}:{site.port}{path}", schemes=HTTP_TOO, **given | options)


def get_secured(
    site: Site, trusted: Callable[[], ssl.SSLContext] = trusted_authorities, **options: Any
) -> Fetched:
    policy = EgressPolicy(only_here, frozenset([site.port]), trusted)
    url = f"https://{NAME}:{site.port}/"
    return fetch(url, limit_bytes=LIMIT, deadline_s=5.0, policy=policy, **options)
