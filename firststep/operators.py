"""Which operator runs a command, as the audit and the record of redrives name them."""

from __future__ import annotations

import getpass
import socket


def operator() -> str:
    """The user and the host of this process: ``ada@server``."""
    return f"{getpass.getuser()}@{socket.gethostname()}"
