"""Pages beside the JSON reads of the same things: ``python -m benchmarks.pages``.

Four processes (profiles, booking, content, one gateway) on PostgreSQL and RabbitMQ. Of each pair,
the JSON read and the page are measured in turn, within the same minute: answers a second,
processor time per answer, then the time of an answer at half of the page's load. Cached pages are
those of anonymous visitors who accept brotli; the others ask booking each time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.load import CONNECTIONS, Answers, Request, Untrue, play
from benchmarks.platforms import migrate, open_calendars, serving, settings_on
from benchmarks.processes import processor_s, resident_mib
from benchmarks.servers import servers_of_our_own
from benchmarks.specialists import NAME, Planted, featured_specialists
from chassis import json
from chassis.context import Caller
from chassis.ids import new_id
from contracts.booking.availability import Availability, Hours, Weekday
from contracts.profiles.accounts import Role
from firststep.commands.seed import demo_articles
from gateway.cache import MOST_BYTES
from gateway.http.cookies import Me
from tests.support.tokens import KEY, a_token_of, lasting
from tests.system.processes import Serving

SPECIALISTS = 200
BOOKED = 20
"""Consultations, one of each of so many specialists."""
WARM_UP_S = 1
ROLES = ("profiles", "booking", "content", "gateway")
BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"}
ZONE = "Europe/Berlin"
WORKING_DAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
AVAILABILITY = Availability(
    offers_free_consultations=True,
    time_zone=ZONE,
    hours=[Hours(weekday=day, starts="09:00", ends="17:00") for day in WORKING_DAYS],
    in_person_address="1 Example Street",
)
SHARED, PERSONAL = "public, no-cache", "no-store"

Rounds = Annotated[int, typer.Option(min=1, help="How often each pair is measured.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long each load lasts.")]
Queries = Annotated[int, typer.Option(min=1, help="Different queries that fill the cache.")]


@dataclass(frozen=True)
class Load:
    """Requests, and what every answer to them is like: words in it, its Cache-Control."""

    requests: list[Request]
    words: str
    control: str = ""
    coding: str | None = None

    def check(self, url: str) -> None:
        """Raises ``Untrue`` unless the first and the last request get the right answer."""
        for each in (self.requests[0], self.requests[-1]):
            headers = {"Accept-Encoding": "identity", **each.headers}
            if each.token:
                headers["Authorization"] = f"Bearer {each.token}"
            httpx.get(f"{url}{each.path}", headers=headers)  # its answer may not be cached yet
            answer = httpx.get(f"{url}{each.path}", headers=headers)
            found = answer.headers.get("Content-Encoding")
            if answer.status_code != httpx.codes.OK or self.words not in answer.text:
                raise Untrue(f"{each.path}: {answer.status_code}, or without {self.words!r}")
            if found != self.coding or self.control not in answer.headers["Cache-Control"]:
                raise Untrue(f"{each.path}: wrong headers: {dict(answer.headers)}")


@dataclass(frozen=True)
class Pair:
    """A page, and the JSON read of the same; ``None`` where the API's answer is no read."""

    name: str
    page: Load
    json: Load | None


@dataclass(frozen=True)
class Measured:
    """``processor_ms``: of all our processes, for one answer. ``half``: at half of the load."""

    full: Answers
    processor_ms: float
    half: Answers


@dataclass
class Platform:
    gateway: Serving
    pids: list[int]
    specialists: list[Planted]
    clients: list[Client] = field(default_factory=list)

    def cached(self) -> list[Pair]:
        """Reads that are the same for every anonymous visitor."""
        slugs = [article.slug for article in demo_articles() if article.language == "en"]
        return [
            Pair(
                "search",
                _page("/specialists", words=NAME),
                _json("/api/v1/specialists"),
            ),
            Pair("home", _page("/", words=NAME), _json("/api/v1/featured")),
            Pair(
                "article",
                _page(*(f"/articles/{each}" for each in slugs), words="</article>"),
                _json(*(f"/api/v1/articles/{each}" for each in slugs), words="body_html"),
            ),
            Pair("help now", _page("/help-now", words="tel:"), None),
        ]

    def uncached(self) -> list[Pair]:
        """Reads for which booking is asked each time; first those with a token, which expires."""
        until = (datetime.now(UTC) + timedelta(days=62)).strftime("%Y-%m-%dT%H:%M:%SZ")
        slots = [
            f"/api/v1/specialists/{each.id}/slots?to={until}&limit=400" for each in self.specialists
        ]
        profiles = [f"/specialists/{each.slug}" for each in self.specialists]
        return [
            Pair(
                "consultation",
                Load([each.page() for each in self.clients], NAME, PERSONAL, "br"),
                Load([each.read() for each in self.clients], NAME),
            ),
            Pair(
                "profile",
                _page(*profiles, words="starts_at=", control=PERSONAL),
                _json(*slots, words="local_start"),
            ),
        ]

    def processor_s(self) -> float:
        """Processor time of all our processes."""
        return sum(map(processor_s, self.pids))


@dataclass(frozen=True)
class Client:
    """A client, and the consultation that they booked."""

    token: str
    consultation: str

    def read(self) -> Request:
        return Request("GET", f"/api/v1/consultations/{self.consultation}", self.token)

    def page(self) -> Request:
        """As a browser sends it that is signed in."""
        me = Me("Ben", ZONE).to_cookie()
        cookies = {"Cookie": f"tz={ZONE}; access={self.token}; me={me}"}
        path = f"/consultations/{self.consultation}"
        return Request("GET", path, headers={**BROWSER, **cookies})


def _page(*paths: str, words: str, control: str = SHARED) -> Load:
    return Load([Request("GET", each, headers=BROWSER) for each in paths], words, control, "br")


def _json(*paths: str, words: str = NAME) -> Load:
    return Load([Request("GET", each) for each in paths], words)


def main(rounds: Rounds = 3, seconds: Seconds = 4, queries: Queries = 2_000) -> None:
    """Measure each page beside its JSON read, then fill the gateway's cache."""
    console = Console()
    with platform() as running:
        _book(running)
        found = {
            pair.name: [_measure(running, pair, seconds) for _ in range(rounds)]
            for pair in running.uncached() + running.cached()
        }
        _show(console, found, rounds, seconds)
        _fill_cache(console, running, queries)


Found = dict[str, list[tuple[Measured, Measured | None]]]
"""The page and its JSON read, of each round."""


def _measure(running: Platform, pair: Pair, seconds: int) -> tuple[Measured, Measured | None]:
    url = running.gateway.url
    loads = [each for each in (pair.page, pair.json) if each is not None]
    for each in loads:
        each.check(url)
        play(url, each.requests, WARM_UP_S)
    full = [_at_full_load(running, each, seconds) for each in loads]
    pause_ms = 2 * 1000 * CONNECTIONS / full[0][0].per_second
    measured = [
        Measured(answers, ms, play(url, each.requests, seconds, pause_ms).all_accepted())
        for each, (answers, ms) in zip(loads, full, strict=True)
    ]
    for each in loads:
        each.check(url)
    return measured[0], measured[1] if pair.json is not None else None


def _at_full_load(running: Platform, load: Load, seconds: int) -> tuple[Answers, float]:
    """The answers, and milliseconds of processor time for one."""
    before = running.processor_s()
    answers = play(running.gateway.url, load.requests, seconds).all_accepted()
    return answers, 1000 * (running.processor_s() - before) / answers.accepted


def _fill_cache(console: Console, running: Platform, queries: int) -> None:
    """Ask for so many different pages, and see how the gateway grows."""
    pid = running.pids[-1]
    before = resident_mib(pid)
    paths = [f"/specialists?example={number}" for number in range(queries)]
    with httpx.Client(base_url=running.gateway.url, headers=BROWSER) as http:
        for each in paths:
            if http.get(each).status_code != httpx.codes.OK:
                raise Untrue(f"{each} is no page")
    console.print(
        f"{queries:,} pages of different queries: the gateway has {resident_mib(pid):.0f} MiB, "
        f"{before:.0f} before; its cache may take {MOST_BYTES / 2**20:.0f} MiB"
    )


@contextmanager
def platform() -> Iterator[Platform]:
    """The four processes, with featured specialists, their hours, and articles."""
    with servers_of_our_own() as servers, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firststep-bench-")))
        settings = settings_on(servers, folder)
        migrate(settings)
        specialists = featured_specialists(settings["database"], SPECIALISTS)
        ids = [each.id for each in specialists]
        open_calendars(settings["database"], ids, AVAILABILITY)
        processes = [stack.enter_context(serving(folder, settings, each)) for each in ROLES]
        for each in processes:
            each.wait_until_ready()
        _publish_articles(processes[-1].url)
        yield Platform(processes[-1], [each.process.pid for each in processes], specialists)


def _publish_articles(url: str) -> None:
    with _signed_in(url, Role.EDITOR)[0] as http:
        for article in demo_articles():
            _sent(http.post("/articles", content=json.dumps(article)))
            _sent(http.put(f"/articles/{article.slug}/publication", json={}))


def _book(running: Platform) -> None:
    """Each client books the first free time of a specialist of their own."""
    for each in running.specialists[:BOOKED]:
        http, token = _signed_in(running.gateway.url, Role.CLIENT)
        with http:
            slots = _sent(http.get(f"/specialists/{each.id}/slots")).json()
            wanted = {
                "specialist_id": str(each.id),
                "starts_at": slots["items"][-1]["starts_at"],
            }
            booked = _sent(http.post("/consultations", json=wanted)).json()
        running.clients.append(Client(token, booked["id"]))


def _signed_in(url: str, role: Role) -> tuple[httpx.Client, str]:
    """A client of the API with a new account of this role, and its access token."""
    token = lasting(a_token_of(KEY, Caller(new_id(), frozenset([role]), verified=True)))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30), token


def _sent(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise Untrue(f"{answer.request.url}: {answer.text}")
    return answer


def _show(console: Console, found: Found, rounds: int, seconds: int) -> None:
    title = (
        f"medians of {rounds} rounds of {seconds} s, {CONNECTIONS} connections; JSON and page: "
        "answers a second, ms of processor for one, ms that one takes at half load"
    )
    table = Table("page", title=title, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    headings = ("JSON/s", "page/s", "×", "JSON ms", "page ms", "×", "JSON p99", "p50", "p99")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, measured in found.items():
        table.add_row(name, *_row(measured))
    console.print(table)


def _row(measured: list[tuple[Measured, Measured | None]]) -> list[str]:
    pages = [page for page, _ in measured]
    reads = [read for _, read in measured if read is not None]

    def shown(sides: list[Measured], figure: Callable[[Measured], float], digits: int) -> str:
        return f"{median(map(figure, sides)):,.{digits}f}" if sides else "–"

    def times(figure: Callable[[Measured], float]) -> str:
        ratios = [
            figure(page) / figure(read) for page, read in zip(pages, reads, strict=bool(reads))
        ]
        return f"{median(ratios):.2f}" if ratios else "–"

    return [
        shown(reads, lambda each: each.full.per_second, 0),
        shown(pages, lambda each: each.full.per_second, 0),
        times(lambda each: each.full.per_second),
        shown(reads, lambda each: each.processor_ms, 2),
        shown(pages, lambda each: each.processor_ms, 2),
        times(lambda each: each.processor_ms),
        shown(reads, lambda each: each.half.p99_ms, 1),
        shown(pages, lambda each: each.half.p50_ms, 1),
        shown(pages, lambda each: each.half.p99_ms, 1),
    ]


if __name__ == "__main__":
    typer.run(main)
