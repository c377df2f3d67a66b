"""The faults: one after another at random, the same ones again for the same seed."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg

from tests.soak.fleet import Fleet
from tests.support.servers import ENOUGH_MEMORY, SHORT_OF_MEMORY, RabbitServer, Server

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 3.0
LONGEST_ABSENCE_S = 5.0
TERMINATE = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname LIKE %s AND pid <> pg_backend_pid()
"""


class Faults:
    """``done`` counts them by kind; ``failed`` says which of them went wrong by themselves."""

    def __init__(self, fleet: Fleet, rabbitmq: RabbitServer, postgres: Server, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._fleet = fleet
        self._rabbitmq = rabbitmq
        self._postgres = postgres
        self._random = random.Random(seed)
        self._away: set[Server] = set()
        self.failed: list[str] = []
        self._pool = ThreadPoolExecutor()
        self._under_way: list[Future[None]] = []
        self._kinds: dict[Callable[[], str], int] = {
            self._kill: 30,
            self._terminate: 30,
            self._close_connections: 16,
            self._terminate_backends: 16,
            self._raise_alarm: 4,
            self._restart_rabbitmq: 4,
            self._restart_postgres: 4,
        }

    def run(self, seconds: float) -> None:
        """Returns when whoever was stopped has been started again."""
        began = time.monotonic()
        try:
            while time.monotonic() < began + seconds:
                time.sleep(self._random.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S))
                self._fleet.look()
                what = self._one()
                print(f"{time.monotonic() - began:7.1f} s  {what}", flush=True)
        finally:
            self._pool.shutdown()
            self.failed = [repr(error) for each in self._under_way if (error := each.exception())]

    def _one(self) -> str:
        [fault] = self._random.choices(list(self._kinds), list(self._kinds.values()))
        self.done[fault.__name__.strip("_").replace("_", " ")] += 1
        return fault()

    def _kill(self) -> str:
        return self._restart_somebody(signal.SIGKILL)

    def _terminate(self) -> str:
        return self._restart_somebody(signal.SIGTERM)

    def _restart_somebody(self, number: signal.Signals) -> str:
        idle = {member.name: member for member in self._fleet.idle()}
        name = self._random.choice([member.name for member in self._fleet.members])
        if name not in idle:
            return f"{number.name} {name}: it is being restarted already"
        self._in_background(self._fleet.restart, idle[name], number)
        return f"{number.name} {name}"

    def _close_connections(self) -> str:
        if self._rabbitmq in self._away:
            return "RabbitMQ is away and has no connections"
        return f"RabbitMQ closes all connections{self._told('close_all_connections', 'soak')}"

    def _raise_alarm(self) -> str:
        """RabbitMQ takes no messages for a while."""
        if self._rabbitmq in self._away:
            return "RabbitMQ is away and raises no alarm"
        pause = self._random.uniform(0, LONGEST_ABSENCE_S)
        self._in_background(self._alarm, pause)
        return f"RabbitMQ is short of memory for {pause:.1f} s"

    def _alarm(self, pause: float) -> None:
        self._told(*SHORT_OF_MEMORY)
        time.sleep(pause)
        self._told(*ENOUGH_MEMORY)

    def _told(self, *arguments: str) -> str:
        """Why it did not do it; it may go away at any moment, and comes back without alarm."""
        result = self._rabbitmq.control(*arguments)
        return f": {result.stderr.strip()[-200:]}" if result.returncode else ""

    def _terminate_backends(self) -> str:
        which = self._random.choice(["%", "%booking", "%notifications", "%profiles"])
        if self._postgres in self._away:
            return "PostgreSQL is away and has no backends"
        url = f"postgresql://{urlsplit(self._postgres.url).netloc}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(TERMINATE, [f"firststep{which}"]).fetchone()
        return f"PostgreSQL terminates {row[0] if row else 0} backends of {which}"

    def _restart_rabbitmq(self) -> str:
        return self._restart_server("RabbitMQ", self._rabbitmq)

    def _restart_postgres(self) -> str:
        return self._restart_server("PostgreSQL", self._postgres)

    def _restart_server(self, name: str, server: Server) -> str:
        absence = self._random.uniform(0, LONGEST_ABSENCE_S)
        if server in self._away:
            return f"{name} is away already"
        self._in_background(self._stop_and_start, server, absence)
        return f"{name} stops, for {absence:.1f} s at least"

    def _stop_and_start(self, server: Server, absence: float) -> None:
        self._away.add(server)
        server.stop()
        time.sleep(absence)
        server.start()
        self._away.remove(server)

    def _in_background(self, fault: Callable[..., None], *arguments: object) -> None:
        self._under_way.append(self._pool.submit(fault, *arguments))
