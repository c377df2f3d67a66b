"""Parser for untrusted bytes: a child process that is killed at a deadline.

    READ = command_of("some.module")           # its main() calls ``limit_resources`` first
    _turns = Turns(at_once=2, waiting=8)
    answer = parse(READ, body, turns=_turns, deadline_s=10, running_s=5, largest_answer=1_000_000)

    NotParsed
    ├── Crowded     too many callers wait for a turn
    ├── Late        there was no turn, or no answer, in time
    └── Failed      the process ended without an answer: it met a limit, or crashed

Crafted input can drive a library to unbounded memory and time, or exploit a fault in its C code.
The child inherits nothing: an empty environment, no open files but its input and output. The kernel
limits its memory and processor time (``resource_limits``), this process its wall-clock time.
However the child ends, its turn is freed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any

from eventlet import Timeout
from eventlet.semaphore import Semaphore

from chassis.context import current

ENVIRONMENT = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
"""Where Python finds its modules; nothing else of this process's environment."""
PIECE = 64 * 1024
TO_ANSWER_S = 0.5
"""Seconds of the call's deadline that are reserved for sending the reply."""


class NotParsed(Exception):
    """The child gave no answer."""


class Crowded(NotParsed):
    """Too many callers wait for a turn."""


class Late(NotParsed):
    """There was no turn, or no answer, in time."""


class Failed(NotParsed):
    """The process ended without an answer: it met a limit, or crashed."""


class Turns(Semaphore):
    """A concurrency limit: ``at_once`` processes, and at most ``waiting`` callers in the queue."""

    def __init__(self, at_once: int, waiting: int) -> None:
        super().__init__(at_once)
        self._waiting = waiting

    def __enter__(self) -> Any:
        if self.balance <= -self._waiting:
            raise Crowded
        return super().__enter__()


def command_of(module: str) -> list[str]:
    """The command that runs a module's ``main()`` in a child process."""
    return [sys.executable, "-m", module]


def parse(
    command: Sequence[str],
    given: bytes | IO[bytes],
    *,
    turns: AbstractContextManager[Any],
    deadline_s: float,
    running_s: float,
    largest_answer: int,
) -> bytes:
    """The command's standard output, given ``given`` (bytes or a file) as standard input.

    ``deadline_s``: seconds for everything, waiting for a turn included; less where the current call
    has less left. ``running_s``: seconds for the process alone. ``largest_answer``: bytes. Raises
    ``NotParsed``.
    """
    until = monotonic() + min(deadline_s, current().remaining() - TO_ANSWER_S)
    with ExitStack() as held:
        with _within(until - monotonic()):
            held.enter_context(turns)
        with _within(min(running_s, until - monotonic())):
            return _answer(command, given, largest_answer)


@contextmanager
def _file_of(given: bytes | IO[bytes]) -> Iterator[IO[bytes]]:
    """The input as a file: writing to a pipe blocks when the process dies while reading."""
    if not isinstance(given, bytes):
        given.seek(0)
        yield given
        return
    with TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        yield file


def _answer(command: Sequence[str], given: bytes | IO[bytes], largest: int) -> bytes:
    answer = bytearray()
    with (
        _file_of(given) as file,
        Popen(command, env=ENVIRONMENT, stdin=file, stdout=PIPE, stderr=DEVNULL) as process,
    ):
        try:
            assert process.stdout is not None
            while piece := process.stdout.read(PIECE):
                answer += piece
                if len(answer) > largest:
                    raise Failed(f"it answers with more than {largest} bytes")
            process.wait()
        finally:
            process.kill()
    if process.returncode:
        raise Failed(f"it ended with {process.returncode}")
    return bytes(answer)


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raises ``Late`` inside the block when the time is up."""
    deadline = Timeout(max(seconds, 0.0))
    try:
        yield
    except Timeout as passed:
        if passed is not deadline:
            raise
        raise Late(f"not within {seconds:g} s") from None
    finally:
        deadline.cancel()
