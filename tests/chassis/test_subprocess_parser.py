"""Untrusted bytes are parsed in a process that has nothing of ours and can't outlast its limits."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from time import time
from typing import IO

import eventlet
import pytest

from chassis import json
from chassis.context import CallContext, entered
from chassis.sandbox.subprocess_parser import Crowded, Failed, Late, Turns, parse
from tests.support.eventually import eventually

A_MINUTE = 60.0
ECHO = "import sys; sys.stdout.write(sys.stdin.read()[::-1])"
HANGS = "import os, sys, time; open(sys.stdin.read(), 'w').write(str(os.getpid())); time.sleep(999)"
BOUND = (
    "from chassis.sandbox.resource_limits import limit_resources\n"
    "limit_resources(256 * 1024**2, 1)\n"
)


def parsed(
    program: str,
    given: bytes | IO[bytes] = b"",
    turns: Turns | None = None,
    deadline_s: float = A_MINUTE,
    running_s: float = A_MINUTE,
    largest_answer: int = 1000,
) -> bytes:
    return parse(
        [sys.executable, "-c", program],
        given,
        turns=turns or Turns(at_once=1, waiting=1),
        deadline_s=deadline_s,
        running_s=running_s,
        largest_answer=largest_answer,
    )


def pid_in(file: Path) -> int:
    return int(file.read_text())


def has_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def hung(turns: Turns, file: Path) -> eventlet.greenthread.GreenThread:
    """A process that has begun, and hangs."""
    waiting = eventlet.spawn(parsed, HANGS, str(file).encode(), turns)
    eventually(partial(pid_in, file))
    return waiting


def test_what_the_process_writes_is_the_answer() -> None:
    assert parsed(ECHO, b"given") == b"nevig"
    assert parsed(ECHO, b"x" * 10_000_000, largest_answer=10_000_000) == b"x" * 10_000_000


def test_what_is_given_may_be_in_a_file_wherever_that_was_left() -> None:
    with TemporaryFile() as file:
        file.write(b"given")
        assert parsed(ECHO, file) == b"nevig"


@pytest.mark.parametrize(
    ("deadline_s", "running_s"), [(A_MINUTE, 1.5), (1.5, A_MINUTE), (1.5, 1.5)]
)
def test_a_process_that_hangs_is_killed_and_its_turn_comes_free(
    deadline_s: float, running_s: float, tmp_path: Path
) -> None:
    turns, file = Turns(at_once=1, waiting=1), tmp_path / "pid"
    with eventlet.Timeout(A_MINUTE / 2), pytest.raises(Late):
        parsed(HANGS, str(file).encode(), turns, deadline_s, running_s)
    assert has_gone(pid_in(file))
    assert parsed(ECHO, b"next", turns) == b"txen"


def test_a_process_is_killed_when_its_call_gives_up(tmp_path: Path) -> None:
    turns, file = Turns(at_once=1, waiting=1), tmp_path / "pid"
    with eventlet.Timeout(A_MINUTE / 2), entered(CallContext(deadline=time() + 2)):
        with pytest.raises(Late):
            parsed(HANGS, str(file).encode(), turns)
    assert has_gone(pid_in(file))
    assert parsed(ECHO, b"next", turns) == b"txen"


def test_a_process_is_killed_with_the_greenthread_that_waits_for_it(tmp_path: Path) -> None:
    turns, file = Turns(at_once=1, waiting=1), tmp_path / "pid"
    hung(turns, file).kill()
    eventually(lambda: has_gone(pid_in(file)))
    assert parsed(ECHO, b"next", turns) == b"txen"


def test_so_many_wait_for_a_turn_and_others_are_refused_at_once(tmp_path: Path) -> None:
    turns = Turns(at_once=1, waiting=1)
    first = hung(turns, tmp_path / "pid")
    waiting = eventlet.spawn(parsed, ECHO, b"next", turns)
    eventually(lambda: turns.balance == -1)
    with pytest.raises(Crowded):
        parsed(ECHO, b"refused", turns)
    first.kill()
    assert waiting.wait() == b"txen"


def test_a_call_gives_up_waiting_for_a_turn_at_its_deadline(tmp_path: Path) -> None:
    turns = Turns(at_once=1, waiting=1)
    first = hung(turns, tmp_path / "pid")
    with eventlet.Timeout(A_MINUTE / 2), pytest.raises(Late):
        parsed(ECHO, b"late", turns, deadline_s=0.2)
    assert turns.balance == 0
    first.kill()


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import os; os.kill(os.getpid(), 11)",
        BOUND + "bytearray(1024**3)",
        BOUND + "while True: pass",
        BOUND + "import tempfile; tempfile.TemporaryFile().write(bytes(100_000))",
        "while True: print('x' * 1000)",
        "print('x' * 1000)",
    ],
    ids=["fails", "crashes", "takes memory", "takes time", "writes a file", "floods", "too long"],
)
def test_a_process_without_a_proper_answer_has_failed(program: str) -> None:
    turns = Turns(at_once=1, waiting=1)
    with entered(CallContext(deadline=time() + A_MINUTE)):  # a busy machine takes its time
        with pytest.raises(Failed):
            parsed(program, turns=turns)
        assert parsed(ECHO, b"next", turns) == b"txen"


def test_a_process_within_its_limits_is_let_be() -> None:
    assert parsed(BOUND + ECHO, b"given") == b"nevig"


def test_a_process_is_given_no_secret_and_no_open_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTSTEP_SEAL_KEYS", "secret")
    told = "import json, os; print(json.dumps([list(os.environ), os.listdir('/proc/self/fd')]))"
    mine, other = os.pipe()
    os.set_inheritable(mine, True)
    environment, descriptors = json.loads(parsed(told))
    os.close(mine)
    os.close(other)
    assert {name for name in environment if not name.startswith("LC_")} <= {"PYTHONPATH"}
    assert len(descriptors) == 4  # three of its own, and the folder that it lists


def test_others_work_while_a_process_runs(tmp_path: Path) -> None:
    first = hung(Turns(at_once=1, waiting=1), tmp_path / "pid")
    assert eventlet.spawn(lambda: "worked").wait() == "worked"
    first.kill()
