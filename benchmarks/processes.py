"""Processor time (user and system) and memory of running processes, from /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from benchmarks.load import Untrue

KIB_A_MIB = 1024
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
ENDED = "ZX"
"""States of a process that ended (proc(5))."""


class _Stat(NamedTuple):
    parent: int
    state: str
    of_ended_children_s: float


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIB_A_MIB
    raise ProcessLookupError(pid)


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process has taken, without its children.

    By the clock of clock_getcpuclockid(3): ``/proc`` counts hundredths of a second alone.
    """
    return time.clock_gettime(~pid << 3 | 2)


def processor_s_of_tree(root: int, without: Collection[int] = ()) -> float:
    """Seconds of a process and of its descendants, those that ended included, but not ``without``.

    Raises ``Untrue`` where the process has ended: what it took since is unknown.
    """
    while True:
        tree = _tree(root)
        seconds = sum(each.of_ended_children_s for each in tree.values())
        try:
            seconds += sum(processor_s(pid) for pid in tree if pid not in without)
        except OSError:  # one ended meanwhile: its parent counts it from now on
            continue
        if _tree(root).keys() == tree.keys():
            return seconds


def _tree(root: int) -> dict[int, _Stat]:
    running = {pid: stat for pid, stat in _all().items() if stat.state not in ENDED or pid != root}
    if root not in running:
        raise Untrue(f"process {root} ended while it was measured")
    found, generation = {}, {root}
    while generation:
        found.update({pid: running[pid] for pid in generation})
        generation = {pid for pid, stat in running.items() if stat.parent in generation}
    return found


def _all() -> dict[int, _Stat]:
    """Every process of this machine."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks = int(fields[13]) + int(fields[14])
        found[int(path.parent.name)] = _Stat(int(fields[1]), fields[0], ticks / TICKS_A_SECOND)
    return found
