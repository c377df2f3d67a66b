"""The import budget: modules that a process must not load before it needs them.

Each takes memory and time of every process that loads it. A process is started as it serves, on
SQLite and the embedded broker; then it prints what it has loaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tokens import SEAL_KEYS
from tests.system.processes import ROOT, clean_environment

DATABASE = ("sqlalchemy", "sqlite3")
SERVICES = ("profiles", "booking", "notifications", "content")
RARE = (
    "PIL",  # pictures are decoded in processes of their own, and drawn at their first request
    "alembic",  # a migration is due
    "boto3",  # files are in a bucket
    "httpcore",  # an external calendar is read
    "httpx",
    "icalendar",  # a calendar file is asked for
    "pydantic",  # a command has options
    "psycopg",  # the database is PostgreSQL
    "redis",  # attempts are counted in Redis
    "zxcvbn",  # a password is set
)
"""Loaded when a process comes to need them, and by none before."""
OF_THE_SITE = ("apispec", "babel", "jinja2", "segno")
OF_TOKENS = ("cryptography", "joserfc")
OF_PROFILES = ("argon2", "limits", "pyotp")
OF_TEXTS = ("markdown_it", "nh3")
"""The gateway renders texts of the site; a service does when one is written."""
OF_TESTS = ("hypothesis", "pytest", "tests")


def others(*names: str) -> tuple[str, ...]:
    return tuple(f"services.{name}" for name in SERVICES if name not in names)


BUDGETS = {
    ("profiles",): (*others("profiles"), "gateway", *OF_THE_SITE, *OF_TEXTS),
    ("booking",): (
        *others("booking"),
        "gateway",
        *OF_THE_SITE,
        *OF_TEXTS,
        *OF_TOKENS,
        *OF_PROFILES,
    ),
    ("notifications",): (
        *others("notifications"),
        "gateway",
        "jinja2",
        *OF_TEXTS,
        *OF_TOKENS,
        *OF_PROFILES,
    ),
    ("content",): (
        *others("content"),
        "gateway",
        *OF_THE_SITE,
        *OF_TEXTS,
        *OF_TOKENS,
        *OF_PROFILES,
    ),
    ("gateway",): ("services", *DATABASE, "argon2", "limits"),
    (*SERVICES, "gateway"): (),
}
"""By the services of a process: what it must not load, beside what is rare."""

SERVE = """
import json, sys
from firststep.main import main
from chassis.runtime.process import Process
from chassis.settings import Settings

def run(self, on_started):
    with self.running():
        print(json.dumps(sorted(sys.modules)))
    return 0

Process.run = run
Settings.embedded = False  # as with RabbitMQ, any services make a process
sys.argv[:1] = ["firststep", "serve"]
main()
"""
HELP = """
import json, sys
from firststep.main import main
sys.argv = ["firststep", "--help"]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(program: str, folder: Path, *arguments: str) -> list[str]:
    """The modules that a new process has loaded when the program prints them."""
    environment = clean_environment(
        {
            "data": str(folder),
            "database": f"sqlite:///{folder}/{{service}}.db",
            "http": "127.0.0.1:0",
            "log_level": "error",
            "mail": str(folder / "mail"),
            "files": str(folder / "files"),
            "seal_keys": SEAL_KEYS,
        }
    )
    (folder / "mail").mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules: list[str] = json.loads(done.stdout.splitlines()[-1])
    return modules


def beyond(modules: list[str], forbidden: tuple[str, ...]) -> list[str]:
    """The packages among these that are loaded."""
    found = {each for each in forbidden for name in modules if f"{name}.".startswith(f"{each}.")}
    return sorted(found)


@pytest.mark.parametrize("names", BUDGETS, ids="-".join)
def test_a_process_loads_nothing_that_it_does_not_need(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    modules = loaded_by(SERVE, tmp_path, *names)
    assert set(names) <= {name.split(".")[-1] for name in modules if name.count(".") < 2}
    assert beyond(modules, (*BUDGETS[names], *RARE, *OF_TESTS)) == []


def test_help_loads_neither_the_gateway_nor_what_is_rare(tmp_path: Path) -> None:
    modules = loaded_by(HELP, tmp_path)
    rare = (each for each in RARE if each != "pydantic")
    assert beyond(modules, ("gateway", *OF_TOKENS, *rare, *OF_TESTS)) == []


def test_a_module_in_a_forbidden_package_is_found() -> None:
    assert beyond(["a", "services.booking.service"], ("services.booking", "b")) == [
        "services.booking"
    ]
    assert beyond(["services.booking_of_others"], ("services.booking",)) == []
