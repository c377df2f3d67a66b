"""Resource limits that a child process sets for itself before it decodes untrusted bytes.

It is the child's side of ``subprocess_parser``.

It imports nothing else of the platform, so that such a process starts quickly.
"""

from __future__ import annotations

import os
import resource

NICENESS = 10
"""Niceness: the services' own processes have priority."""


def limit_resources(memory: int, cpu_s: int) -> None:
    """Limit this process to ``memory`` bytes of address space and ``cpu_s`` seconds of processor
    time; it can write no files and leaves no core dump. Call it before the first untrusted byte
    is read."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    os.nice(NICENESS)
