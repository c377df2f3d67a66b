"""Readiness notification to the process that started this one, as in sd_notify(3)."""

from __future__ import annotations

import os
import socket

ADDRESS = "NOTIFY_SOCKET"
READY = b"READY=1"


def ready() -> None:
    """Send ``READY=1``, where ``NOTIFY_SOCKET`` names a socket for it."""
    address = os.environ.get(ADDRESS)
    if not address:
        return
    if address.startswith("@"):  # Linux's abstract namespace
        address = f"\0{address[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendto(READY, address)
