"""Reads beside open live streams, and the news that arrives on them:
``python -m benchmarks.streams``.

One gateway process serves reads without any stream, then with 600, by turns within the same
minute. While it does, each account gets a notice, which must arrive once on each of its streams.
Then the streams stay idle, and the gateway's processor time is measured.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import sysconf
from pathlib import Path
from statistics import median
from threading import Timer
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.load import CONNECTIONS, Answers, Request, Untrue, play
from benchmarks.platforms import serving
from benchmarks.servers import servers_of_our_own
from benchmarks.stream_clients import StreamClients
from chassis.context import Caller
from chassis.events import Envelope
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.profiles.sessions import SignedOutByOperator
from firststep.platform import SERVICES
from gateway.live.streams import MOST, MOST_OF_AN_ACCOUNT
from tests.support.databases import connected_database
from tests.support.service_client import publish
from tests.support.tokens import KEY, SEAL_KEYS, a_token_of, plant_key
from tests.system.processes import Serving, Settings, firststep

WARM_UP_S = 1
NEWS_AFTER_S = 0.5
OPEN_FILES = 4096
TICKS_A_SECOND = sysconf("SC_CLK_TCK")

Rounds = Annotated[int, typer.Option(min=1, help="How often each read is measured.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long each load lasts.")]
Streams = Annotated[int, typer.Option(min=1, max=MOST, help="How many streams are open.")]
Idle = Annotated[int, typer.Option(min=1, help="Seconds of idle streams.")]


@dataclass
class Platform:
    """``accounts``: who has streams."""

    gateway: Serving
    broker: str
    accounts: list[Caller]
    streams: int

    def token(self, number: int) -> str:
        return a_token_of(KEY, self.accounts[number % len(self.accounts)])

    def opened(self) -> StreamClients:
        return StreamClients(self.gateway.url, [self.token(each) for each in range(self.streams)])

    def reads(self) -> dict[str, list[Request]]:
        reader = a_token_of(KEY, Caller(new_id()))
        return {
            "own notices": [Request("GET", "/api/v1/notifications", reader)],
            "search's first page, cached": [Request("GET", "/api/v1/specialists", "")],
        }

    def tell_each(self) -> None:
        """A notice for each account."""
        for each in self.accounts:
            told = SignedOutByOperator(account_id=each.known())
            publish(self.broker, Envelope.around(told, utc_now(), "a benchmark"))

    def processor_s(self) -> float:
        """Seconds of processor time that the gateway has taken."""
        stat = Path(f"/proc/{self.gateway.process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS_A_SECOND


def main(
    rounds: Rounds = 5, seconds: Seconds = 4, streams: Streams = MOST, idle: Idle = 20
) -> None:
    """Measure reads without and with open streams."""
    console = Console()
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    with platform(streams) as running:
        found, delays = _measure(running, rounds, seconds)
        without = _idle(running, idle)
        with running.opened() as clients:
            clients.wait_until_all_are_open()
            with_streams = _idle(running, idle)
    _show(console, found, f"medians of {rounds} rounds of {seconds} s, {CONNECTIONS} connections")
    console.print(
        f"news on all {streams} streams, under load: median {1000 * median(delays):.0f} ms, "
        f"latest {1000 * max(delays):.0f} ms after it was published"
    )
    console.print(
        f"the gateway's processor time while idle: {1000 * without:.1f} ms a second, "
        f"with {streams} streams {1000 * with_streams:.1f} ms"
    )


Pairs = dict[str, list[tuple[Answers, Answers]]]


def _measure(running: Platform, rounds: int, seconds: int) -> tuple[Pairs, list[float]]:
    """Answers without and with streams, and how many seconds each piece of news took."""
    found, delays = defaultdict(list), []
    url = running.gateway.url
    for _ in range(rounds):
        for name, requests in running.reads().items():
            play(url, requests, WARM_UP_S)
            alone = play(url, requests, seconds).all_accepted()
            with running.opened() as clients:
                clients.wait_until_all_are_open()
                telling = Timer(NEWS_AFTER_S, running.tell_each)
                begun = time.perf_counter() + NEWS_AFTER_S
                telling.start()
                beside = play(url, requests, seconds).all_accepted()
                telling.join()
                clients.wait_until_all_have_heard(1)
                delays += [each - begun for each in clients.heard_at()]
            found[name].append((alone, beside))
    return found, delays


def _idle(running: Platform, seconds: int) -> float:
    """Processor time a second."""
    before = running.processor_s()
    time.sleep(seconds)
    return (running.processor_s() - before) / seconds


@contextmanager
def platform(streams: int) -> Iterator[Platform]:
    """Profiles, notifications and one gateway, on PostgreSQL and RabbitMQ."""
    with servers_of_our_own() as servers, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firststep-bench-")))
        settings: Settings = {
            "broker": servers.rabbitmq,
            "database": servers.fresh_databases(*SERVICES),
            "mail": str(folder / "mail"),
            "files": str(folder / "files"),
            "seal_keys": SEAL_KEYS,
            "log_level": "warning",
        }
        migrated = firststep(settings, "migrate")
        if migrated.returncode:
            raise Untrue(migrated.stderr)
        profiles = connected_database(settings["database"], "profiles")
        plant_key(profiles)
        profiles.dispose()
        roles = ("profiles", "notifications", "gateway")
        serve = [stack.enter_context(serving(folder, settings, each)) for each in roles]
        for each in serve:
            each.wait_until_ready()
        number = -(-streams // MOST_OF_AN_ACCOUNT)
        yield Platform(
            serve[-1], servers.rabbitmq, [Caller(new_id()) for _ in range(number)], streams
        )


def _show(console: Console, found: Pairs, title: str) -> None:
    table = Table("read", title=title)
    for heading in ("alone/s", "beside streams/s", "alone p99, ms", "beside p99, ms", "times"):
        table.add_column(heading, justify="right")
    for name, pairs in found.items():
        alone, beside = (median(each[side].per_second for each in pairs) for side in (0, 1))
        tails = [median(each[side].p99_ms for each in pairs) for side in (0, 1)]
        table.add_row(
            name,
            f"{alone:,.0f}",
            f"{beside:,.0f}",
            *(f"{tail:.1f}" for tail in tails),
            f"{median(other.p99_ms / one.p99_ms for one, other in pairs):.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
