"""What waits in C must not stop everybody else."""

from __future__ import annotations

import subprocess
import sys

SLOW_RESOLVER = """
import _socket, time

def slow(*arguments, wait=time.sleep, look_up=_socket.getaddrinfo):
    wait(0.5)
    return look_up(*arguments)

_socket.getaddrinfo = slow

import chassis.concurrency.green
import socket
import eventlet

turns = []

def count():
    while True:
        turns.append(None)
        eventlet.sleep(0.01)

server = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(count)
{look_up}
print(len(turns))
"""


def turns_of_others_during(look_up: str) -> int:
    """In a process of its own, whose resolver takes half a second."""
    program = SLOW_RESOLVER.format(look_up=look_up)
    ended = subprocess.run(
        [sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True
    )
    return int(ended.stdout)


def test_others_work_while_a_name_is_looked_up() -> None:
    assert turns_of_others_during('socket.getaddrinfo("localhost", 80)') > 5


def test_others_work_while_a_connection_is_made_to_a_name() -> None:
    assert turns_of_others_during("socket.create_connection(server.getsockname())") > 5
