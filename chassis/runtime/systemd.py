"""Telling whoever started this process that it is ready, as sd_notify(3) defines it."""

from __future__ import annotations

import os
import socket

ADDRESS = "NOTIFY_SOCKET"
READY = b"READY=1"


def ready() -> None:
    """Does nothing where nobody asked to be told."""
    address = os.environ.get(ADDRESS)
    if not address:
        return
    if address.startswith("@"):  # Linux's abstract namespace
        address = f"\0{address[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendto(READY, address)
