"""``python -m tests.soak``: exits with 1 where a promise was broken."""

import chassis.concurrency.green  # noqa: F401, I001  # first

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console

from tests.support.databases import PostgresDatabases
from tests.support.servers import RabbitServer, Server, postgres_of_our_own, rabbitmq_of_our_own
from tests.soak.breaker import NOTHING, SAFEGUARDS
from tests.soak.faults import Faults
from tests.soak.fleet import Fleet, a_fleet
from tests.soak.ledger import Ledger
from tests.soak.load import Load
from tests.soak.report import DRAINED_WITHIN_S, Report
from tests.system.processes import Settings, real_settings

BREAKER = ["-m", "tests.soak.breaker"]
LOOK_EVERY_S = 0.25


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of load and faults")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--without", choices=SAFEGUARDS, help="then effects must be doubled")
    parser.add_argument("--flaky", type=float, default=0.1, help="the share of handlers that fail")
    parser.add_argument("--clients", type=int, default=12, help="at a time")
    parser.add_argument("--rate", type=float, default=30, help="bookings a second, at most")
    parser.add_argument("--json", type=Path, help="write the report to this file, too")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    folder = Path(tempfile.mkdtemp(prefix="firststep-soak-"))
    print(f"seed {given.seed}; the processes' logs are in {folder}", flush=True)
    report = soak(given, folder)
    report.show(Console())
    if given.json:
        given.json.write_text(json.dumps(report.to_json(), indent=2) + "\n")
    well = report.doubled if given.without else report.kept
    if not well:
        print(f"the processes' logs are in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def soak(given: argparse.Namespace, folder: Path) -> Report:
    with ExitStack() as stack:
        rabbitmq = stack.enter_context(rabbitmq_of_our_own())
        postgres = stack.enter_context(postgres_of_our_own())
        database = PostgresDatabases(postgres.url).fresh()
        settings = real_settings(rabbitmq.url, database, str(folder / "mail"))
        settings["log_level"] = "warning"
        command = [*BREAKER, str(given.flaky), given.without or NOTHING]
        fleet = stack.enter_context(a_fleet(command, folder, settings))
        ledger = stack.enter_context(closing(Ledger(database)))
        return _soaked(given, fleet, ledger, rabbitmq, postgres, settings)


def _soaked(
    given: argparse.Namespace,
    fleet: Fleet,
    ledger: Ledger,
    rabbitmq: RabbitServer,
    postgres: Server,
    settings: Settings,
) -> Report:
    memory_at_start = fleet.memory_mb()
    load = Load(fleet.gateways, given.clients, given.rate)
    load.prepare(settings["database"])
    faults = Faults(fleet, rabbitmq, postgres, given.seed)
    load.start()
    try:
        faults.run(given.minutes * 60)
        load.finish()
        recovery = _recovered_after(fleet, load, ledger)
    finally:
        load.give_up()
    fleet.look()
    return Report(
        seed=given.seed,
        minutes=given.minutes,
        without=given.without,
        flaky=given.flaky,
        faults=dict(faults.done),
        answers=load.answers,
        account=ledger.account(load.answers),
        recovery_s=recovery,
        left_to_do=ledger.left_to_do(),
        gone_by_themselves=fleet.gone_by_themselves,
        stopped_badly=fleet.stopped_badly,
        failed_faults=faults.failed,
        memory_at_start_mb=memory_at_start,
        memory_at_end_mb=fleet.memory_mb(),
    )


def _recovered_after(fleet: Fleet, load: Load, ledger: Ledger) -> float | None:
    """Seconds from the last fault until everybody is ready, everything answered and drained."""
    began = time.monotonic()
    until = began + DRAINED_WITHIN_S
    load.wait(until)
    while time.monotonic() < until:
        fleet.look()
        if not ledger.left_to_do() and fleet.ready():
            return time.monotonic() - began
        time.sleep(LOOK_EVERY_S)
    return None


if __name__ == "__main__":
    sys.exit(main())
