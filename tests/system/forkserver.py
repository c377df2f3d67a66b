"""Forks processes of the ``firststep`` command: ``python -m tests.system.forkserver SOCKET``.

It has imported everything, which takes a process longer than most of these tests do. What it forks
is a process as any other, with its own settings, output, signals and exit code. That the command
also starts from nothing is tried in ``test_commands``, ``test_upgrades`` and ``tests/browser``.
"""

import chassis.concurrency.green  # noqa: F401, I001  # first

import gc
import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, TypedDict

from eventlet import hubs, patcher

from tests.support.quick_hashes import quick_hashes

MODULES = (
    "firststep.main",
    "firststep.commands.demo",
    "firststep.embedded",
    "firststep.commands.listen",
    "firststep.commands.migrate",
    "firststep.commands.seed",
    "gateway.service",
    "services.booking.service",
    "services.content.service",
    "services.notifications.service",
    "services.profiles.service",
    "chassis.database.green_postgres",
    "zxcvbn",
    "tests.system.saboteur",
)

blocking: Any = patcher.original("socket")


class Request(TypedDict):
    """Call ``main`` of a module, as ``python -m`` would; ``user``: become this one before."""

    module: str
    arguments: list[str]
    environment: dict[str, str]
    stdout: str
    stderr: str
    umask: int | None
    user: int | None


def next_request(address: str) -> Request:
    """Returns in each process that was forked for a request, and never in this one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nothing is left of a reporter that ended
    listener = blocking.socket(blocking.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen(64)
    os.rename(f"{address}.new", address)
    while True:
        connection, _ = listener.accept()
        request: Request = json.loads(connection.makefile("rb").readline())
        if os.fork() == 0:
            listener.close()
            _fork_and_report(connection)
            return request
        connection.close()


def _fork_and_report(connection: Any) -> None:
    """Returns in the process that runs the command; its parent tells its id and its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        connection.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    connection.close()


def run(request: Request) -> None:
    """Become a process that began with this request."""
    hubs.use_hub()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run under nohup
    for path, number in ((request["stdout"], 1), (request["stderr"], 2)):
        file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o666)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    if request["umask"] is not None:
        os.umask(request["umask"])
    if request["user"] is not None:
        os.setgid(request["user"])
        os.setuid(request["user"])
    sys.argv = [request["module"], *request["arguments"]]
    import_module(request["module"]).main()


if __name__ == "__main__":
    for name in MODULES:
        import_module(name)
    gc.freeze()
    with quick_hashes():
        run(next_request(sys.argv[1]))
