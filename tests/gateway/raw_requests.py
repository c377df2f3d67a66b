"""Requests written byte by byte, for what a client library would not send."""

from __future__ import annotations

import socket

import httpx

GET_WITH_BODY = b"GET /healthz HTTP/1.1\r\nHost: here\r\nContent-Length: 1"
POST = b"POST /api/v1/faults/bug HTTP/1.1\r\nHost: here\r\n"


def raw(http: httpx.Client, sent: bytes) -> httpx.Response:
    """The answer to these bytes."""
    address = (http.base_url.host, http.base_url.port or 80)
    said = b""
    with socket.create_connection(address, timeout=15) as connection:
        connection.sendall(sent)
        while part := connection.recv(65_536):
            said += part
    head, _, body = said.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = [(name, value.strip()) for name, value in (each.split(":", 1) for each in fields)]
    return httpx.Response(int(line.split()[1]), headers=headers, content=body)
