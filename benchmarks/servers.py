"""PostgreSQL and RabbitMQ of this run's own, and how they are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import kombu
import psycopg

from tests.support.servers import Server, postgres_of_our_own, rabbitmq_of_our_own

TOLD = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "track_commit_timestamp",
)


@dataclass(frozen=True)
class Servers:
    """``postgres`` is a SQLAlchemy address without a database, ``rabbitmq`` an AMQP one;
    ``pids`` are those of their first processes."""

    postgres: str
    rabbitmq: str
    pids: Mapping[str, int]

    def fresh_databases(self, *names: str) -> str:
        """Make empty databases; their address, in which ``{service}`` stands for the name."""
        prefix = f"bench_{uuid4().hex[:8]}"
        for name in names:
            ask(self.postgres, f"CREATE DATABASE {prefix}_{name}")
        return f"{self.postgres}/{prefix}_{{service}}"

    def settings(self) -> dict[str, str]:
        """What they say about themselves."""
        told = {f"postgresql {name}": str(ask(self.postgres, f"SHOW {name}")) for name in TOLD}
        connect: Any = kombu.Connection
        with connect(self.rabbitmq) as connection:
            told["rabbitmq version"] = connection.connection.server_properties["version"]
        return told

    def consumers_of(self, queue: str) -> int:
        """How many listen to a queue; 0 where there is no such queue."""
        connect: Any = kombu.Connection
        with connect(self.rabbitmq) as connection:
            try:
                found = connection.default_channel.queue_declare(queue, passive=True)
            except connection.channel_errors:
                return 0
            return int(found.consumer_count)


@contextmanager
def servers_of_our_own() -> Iterator[Servers]:
    """Both servers, which end with the block."""
    with postgres_of_our_own(durable=True) as postgres, rabbitmq_of_our_own() as rabbitmq:
        _keep_commit_times(postgres)
        pids = {"RabbitMQ": rabbitmq.pid, "PostgreSQL": postgres.pid}
        yield Servers(postgres.url, rabbitmq.url, pids)


def _keep_commit_times(postgres: Server) -> None:
    ask(postgres.url, "ALTER SYSTEM SET track_commit_timestamp = on")
    postgres.stop()
    postgres.start()


def ask(postgres: str, statement: str) -> Any:
    address = postgres.replace("+psycopg", "")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
