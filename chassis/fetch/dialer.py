"""Dialer: connects to a host name only after every one of its addresses was checked.

The name is resolved once, and the socket connects to the checked address, not to the name: a second
look-up could give another answer (DNS rebinding).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import eventlet
import httpcore
import structlog

from chassis.fetch.url_policy import AddressRefused

MOST_ADDRESSES = 4
LOOK_UPS_AT_ONCE = 8
READ_BYTES = 8 * 1024

log = structlog.get_logger()

Address = IPv4Address | IPv6Address

# A look-up can't be cancelled: its thread is free when the resolver gives up. Names that never
# resolve must not occupy all threads of the process.
_look_ups = eventlet.GreenPool(LOOK_UPS_AT_ONCE)


class Dialer(httpcore.NetworkBackend):
    """Makes the connections of one fetch. ``patience_s`` is divided among a name's addresses."""

    def __init__(self, admits: Callable[[Address], bool], patience_s: float) -> None:
        self.admits = admits
        self.patience_s = patience_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises ``AddressRefused`` where any of the name's addresses is not admitted.

        Otherwise a name with a public and a private address could be requested until the private
        one is tried first.
        """
        addresses = resolve(host, port)
        for address in addresses:
            if not self.admits(address):
                log.warning("address_refused", host=host, address=str(address))
                raise AddressRefused(f"leads to {host}, which is not on the public internet")
        return self._connected(addresses[:MOST_ADDRESSES], port)

    def _connected(self, addresses: list[Address], port: int) -> Stream:
        failed = OSError("it has no address")
        for address in addresses:
            try:
                return Stream(connect(address, port, self.patience_s / len(addresses)))
            except OSError as error:
                failed = error
        raise httpcore.ConnectError(str(failed)) from failed


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a name; raises ``httpcore.ConnectError`` where there is none."""
    found = _look_ups.spawn(_answers, host, port).wait()
    if isinstance(found, OSError):
        raise httpcore.ConnectError(f"{host}: {found.strerror}") from found
    return [ip_address(sockaddr[0]) for *_, sockaddr in found]


def _answers(host: str, port: int) -> Any:
    """The addresses, or the error: raised after the caller gave up, eventlet would print it."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error


def connect(address: Address, port: int, timeout_s: float) -> socket.socket:
    """A socket connected to the address itself, without a look-up."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect((str(address), port))
        connection.settimeout(None)
    except BaseException:
        connection.close()
        raise
    return connection


class Stream(httpcore.NetworkStream):
    """A connection that lets other greenthreads run. The reader sets the deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        eventlet.sleep(0)  # a peer that always has more data would starve others and the deadline
        try:
            return self._connection.recv(min(max_bytes, READ_BYTES))
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._connection.sendall(buffer)
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The handshake is a step of its own, so that any error in it closes the socket."""
        secured = ssl_context.wrap_socket(
            self._connection, server_hostname=server_hostname, do_handshake_on_connect=False
        )
        try:
            secured.do_handshake()
        except OSError as error:
            secured.close()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            secured.close()
            raise
        return Stream(secured)
