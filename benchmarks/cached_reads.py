"""Public reads out of the gateway's cache, beside the same ones without it:
``python -m benchmarks.cached_reads``.

Two gateways serve the same platform, on PostgreSQL and RabbitMQ; one of them has no cache. They
are measured in turn, within the same minute. Then changes are made at one gateway, and the time is
measured until the other shows them.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Annotated
from uuid import UUID

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.load import CONNECTIONS, Answers, Request, Untrue, play
from benchmarks.platforms import migrate, serving, settings_on
from benchmarks.servers import Servers, servers_of_our_own
from benchmarks.specialists import featured_specialists
from chassis.context import Caller
from chassis.ids import new_id
from contracts.profiles.accounts import Role
from tests.support.tokens import KEY, a_token_of
from tests.system.processes import Serving, Settings

SPECIALISTS = 200
WARM_UP_S = 1
LONGEST_DELAY_S = 30

Rounds = Annotated[int, typer.Option(min=1, help="How often each read is measured.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long each load lasts.")]
Changes = Annotated[int, typer.Option(min=1, max=SPECIALISTS, help="How many changes are timed.")]


def main(rounds: Rounds = 3, seconds: Seconds = 4, changes: Changes = 50) -> None:
    """Measure each public read from both gateways."""
    console = Console()
    with servers_of_our_own() as servers, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firststep-bench-")))
        settings, ids = _platform(servers, folder)
        profiles = stack.enter_context(serving(folder, settings, "profiles"))
        cached = stack.enter_context(serving(folder, settings, "gateway"))
        uncached = stack.enter_context(
            serving(folder, settings, "gateway", module="benchmarks.uncached")
        )
        for each in (profiles, cached, uncached):
            each.wait_until_ready()
        found = _measure(cached, uncached, ids, rounds, seconds)
        delays = sorted(_delay(uncached, cached, each) for each in ids[:changes])
    _show(console, found, rounds, seconds)
    console.print(
        f"{len(delays)} changes at another gateway, after their answer seen in the cache's: "
        f"median {1000 * median(delays):.0f} ms, latest {1000 * delays[-1]:.0f} ms"
    )


def _measure(
    cached: Serving, uncached: Serving, ids: list[UUID], rounds: int, seconds: int
) -> dict[str, list[tuple[Answers, Answers]]]:
    reads = {
        "a specialist": [f"/api/v1/specialists/{each}" for each in ids],
        "the featured": ["/api/v1/featured"],
        "search's first page": ["/api/v1/specialists"],
    }
    found: dict[str, list[tuple[Answers, Answers]]] = defaultdict(list)
    for _ in range(rounds):
        for name, paths in reads.items():
            requests = [Request("GET", path, token="") for path in paths]
            _require_same(cached, uncached, paths[0])
            for gateway in (cached, uncached):
                play(gateway.url, requests, WARM_UP_S)
            fast = play(cached.url, requests, seconds).all_accepted()
            slow = play(uncached.url, requests, seconds).all_accepted()
            found[name].append((fast, slow))
    return found


def _delay(changed: Serving, seen: Serving, specialist_id: UUID) -> float:
    """Seconds from the answer to a change until the other gateway shows it."""
    url, words = f"{seen.url}/api/v1/specialists/{specialist_id}", f"Changed {new_id()}"
    token = a_token_of(KEY, Caller(specialist_id, frozenset([Role.SPECIALIST])))
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as http:
        http.get(url).raise_for_status()
        change = http.patch(f"{changed.url}/api/v1/specialists/me", json={"headline": words})
        change.raise_for_status()
        answered = time.perf_counter()
        while http.get(url).raise_for_status().json()["headline"] != words:
            if time.perf_counter() - answered > LONGEST_DELAY_S:
                raise Untrue(f"{url} does not show a change")
        return time.perf_counter() - answered


def _require_same(cached: Serving, uncached: Serving, path: str) -> None:
    answers = [httpx.get(f"{each.url}{path}").raise_for_status() for each in (cached, uncached)]
    number = {len(each.json().get("items", ())) for each in answers}
    if len(number) != 1:
        raise Untrue(f"{path}: the gateways disagree")
    if number == {0} and "items" in answers[0].json():
        raise Untrue(f"{path}: no specialist is on it")


def _platform(servers: Servers, folder: Path) -> tuple[Settings, list[UUID]]:
    settings = settings_on(servers, folder)
    migrate(settings)
    ids = [each.id for each in featured_specialists(settings["database"], SPECIALISTS)]
    return settings, ids


def _show(
    console: Console, found: dict[str, list[tuple[Answers, Answers]]], rounds: int, seconds: int
) -> None:
    title = f"medians of {rounds} rounds of {seconds} s, {CONNECTIONS} connections"
    table = Table("read", title=title)
    for heading in ("cached/s", "uncached/s", "times", "cached p99, ms", "uncached p99, ms"):
        table.add_column(heading, justify="right")
    for name, pairs in found.items():
        fast, slow = (median(each[side].per_second for each in pairs) for side in (0, 1))
        tails = [median(each[side].p99_ms for each in pairs) for side in (0, 1)]
        table.add_row(
            name,
            f"{fast:,.0f}",
            f"{slow:,.0f}",
            f"{median(one.per_second / other.per_second for one, other in pairs):.1f}",
            *(f"{tail:.1f}" for tail in tails),
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
