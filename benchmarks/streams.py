"""Reads beside open live streams, and the news that arrives on them:
``python -m benchmarks.streams``.

One gateway process serves reads without any stream, beside 600 idle ones, and while each account
gets a notice, which must arrive once on each of its streams: in turn, within the same minute. Then
the streams stay idle, and the gateway's processor time is measured.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.load import CONNECTIONS, Answers, Request, play
from benchmarks.platforms import migrate, serving, settings_on
from benchmarks.processes import processor_s
from benchmarks.servers import servers_of_our_own
from benchmarks.stream_clients import Clients, open_streams
from chassis.context import Caller
from chassis.ids import new_id
from gateway.live.streams import MOST, MOST_OF_AN_ACCOUNT
from tests.support.databases import connected_database
from tests.support.tokens import KEY, a_token_of, plant_key
from tests.system.processes import Serving

WARM_UP_S = 1
OPEN_FILES = 4096

Rounds = Annotated[int, typer.Option(min=1, help="How often each read is measured.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long each load lasts.")]
Streams = Annotated[int, typer.Option(min=1, max=MOST, help="How many streams are open.")]
Idle = Annotated[int, typer.Option(min=1, help="Seconds of idle streams.")]


@dataclass
class Platform:
    """``accounts``: the owners of the streams."""

    gateway: Serving
    broker: str
    accounts: list[Caller]
    streams: int

    def opened(self) -> AbstractContextManager[Clients]:
        """All streams, with fresh tokens."""
        owners = [self.accounts[each % len(self.accounts)] for each in range(self.streams)]
        streams = [(each.known(), a_token_of(KEY, each)) for each in owners]
        return open_streams(self.gateway.url, self.broker, streams)

    def reads(self) -> dict[str, list[Request]]:
        reader = a_token_of(KEY, Caller(new_id()))
        return {
            "own notices": [Request("GET", "/api/v1/notifications", reader)],
            "feed": [Request("GET", "/api/v1/events/featured", "")],
            "search, cached": [Request("GET", "/api/v1/specialists", "")],
        }


def main(
    rounds: Rounds = 5, seconds: Seconds = 4, streams: Streams = MOST, idle: Idle = 20
) -> None:
    """Measure reads without and with open streams."""
    console = Console()
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    with platform(streams) as running:
        found, delays = _measure(running, rounds, seconds)
        without = _idle(running, idle)
        with running.opened():
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


Found = dict[str, list[tuple[Answers, Answers, Answers]]]
"""Without streams, beside idle ones, and while news arrives on each."""


def _measure(running: Platform, rounds: int, seconds: int) -> tuple[Found, list[float]]:
    """The answers, and how many seconds each piece of news took."""
    found, delays = defaultdict(list), []
    url = running.gateway.url
    for _ in range(rounds):
        for name, requests in running.reads().items():
            play(url, requests, WARM_UP_S)
            alone = play(url, requests, seconds).all_accepted()
            with running.opened() as clients:
                beside = play(url, requests, seconds).all_accepted()
                clients.tell()
                with_news = play(url, requests, seconds).all_accepted()
                delays += clients.delays_s()
            found[name].append((alone, beside, with_news))
    return found, delays


def _idle(running: Platform, seconds: int) -> float:
    """Processor time a second."""
    pid = running.gateway.process.pid
    before = processor_s(pid)
    time.sleep(seconds)
    return (processor_s(pid) - before) / seconds


@contextmanager
def platform(streams: int) -> Iterator[Platform]:
    """Profiles, notifications and one gateway, on PostgreSQL and RabbitMQ."""
    with servers_of_our_own() as servers, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firststep-bench-")))
        settings = settings_on(servers, folder)
        migrate(settings)
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


def _show(console: Console, found: Found, title: str) -> None:
    table = Table("read", title=title)
    headings = ("alone p99, ms", "beside", "with news", "beside, times", "with news, times")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, rounds in found.items():
        tails = [[each.p99_ms for each in answers] for answers in rounds]
        table.add_row(
            name,
            *(f"{median(each):.1f}" for each in zip(*tails, strict=True)),
            f"{median(beside / alone for alone, beside, _ in tails):.2f}",
            f"{median(news / alone for alone, _, news in tails):.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
