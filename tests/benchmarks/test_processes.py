"""Processor time of a process, of its children, and of those that ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.effects import Effects
from benchmarks.load import Untrue
from benchmarks.platforms import Running
from benchmarks.population import Population
from benchmarks.processes import processor_s, processor_s_of_tree

BURNT_S = 0.2
BURN = f"import time\nwhile time.process_time() < {BURNT_S}: pass\n"
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}])
child = subprocess.Popen([sys.executable, "-c", {BURN!r} + "print(flush=True); input()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
input()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process with one child that ended, and one that is running; each took 0.2 seconds."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_children_count_those_that_ended_included(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    own = processor_s(parent.pid)
    all_, without = processor_s_of_tree(parent.pid), processor_s_of_tree(parent.pid, {child})
    assert all_ >= own + 1.9 * BURNT_S
    assert own + 0.9 * BURNT_S <= without <= all_ - BURNT_S


@pytest.mark.parametrize("reaped", [True, False])
def test_a_process_that_ended_is_no_measurement(tmp_path: Path, reaped: bool) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    effects = Effects(f"sqlite:///{tmp_path}/{{service}}.db")
    pids = {"gateway": process.pid}
    running = Running("http://127.0.0.1:1", effects, pids, 0.0, Population())
    with process:
        assert running.processor_s()["gateway"] > 0
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | (0 if reaped else os.WNOWAIT))
        with pytest.raises(Untrue, match=f"process {process.pid} ended"):
            running.processor_s()
    effects.close()
