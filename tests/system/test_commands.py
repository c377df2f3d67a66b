"""The command, as people use and misuse it."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from chassis.errors import NotFound
from firststep.commands.demo_people import ADMIN, CLIENT, EDITOR, PASSWORD, SPECIALISTS
from firststep.main import _exit_on_error
from firststep.output import print_line, print_rows
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import a_specialist, logged_in
from tests.system.processes import (
    ENDS_WITHIN_S,
    ROOT,
    Serving,
    Settings,
    a_free_port,
    clean_environment,
    embedded_settings,
    firststep,
    listening,
    serving,
)


@dataclass(frozen=True)
class Platform:
    """A running embedded platform, and the settings that other commands reach it with."""

    process: Serving
    settings: Settings


@pytest.fixture(scope="module")
def shared(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """For tests that leave it running."""
    settings = embedded_settings(sqlite_databases)
    with serving(tmp_path_factory.mktemp("shared"), settings) as running:
        yield Platform(running.wait_until_ready(), settings)


@pytest.fixture
def platform(embedded: Settings, tmp_path: Path) -> Iterator[Serving]:
    """For tests that stop it."""
    with serving(tmp_path, embedded) as running:
        yield running.wait_until_ready()


HOSTILE = "a\x1b[31m\r [red]b[/nonsense] \u202e"
AS_IT_IS = r"a\x1b[31m\r [red]b[/nonsense] \u202e"


def test_a_table_shows_what_strangers_wrote_as_plain_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_rows([{"error": HOSTILE}], ("error",), as_json=False, if_none="There are none.")
    assert AS_IT_IS in capsys.readouterr().out


def test_a_line_shows_what_strangers_wrote_as_plain_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_line(HOSTILE)
    assert capsys.readouterr().out == f"{AS_IT_IS}\n"


def test_an_error_shows_what_strangers_wrote_as_plain_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused() -> None:
        raise NotFound(HOSTILE)

    with pytest.raises(SystemExit):
        _exit_on_error(refused)
    assert capsys.readouterr().err == f"firststep: {AS_IT_IS}\n"


def test_all_broken_settings_are_named_at_once_and_no_password_is_shown() -> None:
    settings = {"http": "here", "broker": "redis://me:secret@x", "brocker": "amqp://x"}
    ended = firststep(settings, "serve")
    assert ended.returncode == 2
    assert "FIRSTSTEP_HTTP: 'here' is not address:port" in ended.stderr
    assert "FIRSTSTEP_BROKER: 'redis://…@x' is not an amqp:// address" in ended.stderr
    assert "FIRSTSTEP_BROCKER is not a setting of Firststep" in ended.stderr
    assert "secret" not in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("settings", "arguments", "said"),
    [
        ({}, ["serve", "billing"], "there is no service 'billing'; the services are profiles"),
        ({}, ["serve", "booking"], "FIRSTSTEP_BROKER is not set"),
        ({"broker": "amqp://x"}, ["migrate"], "FIRSTSTEP_DATABASE is missing"),
        ({}, ["listen", "ConsultationBooked"], "ConsultationBooked: not a public event"),
    ],
)
def test_misuse_is_explained(
    embedded: Settings, settings: Settings, arguments: list[str], said: str
) -> None:
    ended = firststep({**embedded, **settings}, *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("service", "missing", "setting"),
    [
        ("profiles", "seal_keys", "FIRSTSTEP_SEAL_KEYS is missing"),
        ("booking", "seal_keys", "FIRSTSTEP_SEAL_KEYS is missing"),
        ("profiles", "files", "FIRSTSTEP_FILES is missing"),
        ("notifications", "mail", "FIRSTSTEP_MAIL is missing"),
        ("content", "database", "FIRSTSTEP_DATABASE is missing"),
    ],
)
def test_a_service_names_the_setting_that_it_lacks(
    unused: Settings, tmp_path: Path, service: str, missing: str, setting: str
) -> None:
    settings = {name: value for name, value in unused.items() if name != missing}
    with serving(tmp_path, settings, service) as lacking:
        assert lacking.ends_with() == 2
        assert setting in lacking.said()


def test_a_taken_port_is_named(shared: Platform, tmp_path: Path) -> None:
    address = shared.process.url.removeprefix("http://")
    ended = firststep({"http": address, "data": str(tmp_path / "other")}, "serve")
    assert ended.returncode == 2
    assert f"FIRSTSTEP_HTTP: can't listen on {address}" in ended.stderr


def test_two_platforms_never_share_a_folder(shared: Platform) -> None:
    ended = firststep({**shared.settings, "http": f"127.0.0.1:{a_free_port()}"}, "serve")
    assert ended.returncode == 2
    assert "FIRSTSTEP_DATA: another platform runs on" in ended.stderr


def test_migrating_again_is_harmless(embedded: Settings) -> None:
    for _ in range(2):
        ended = firststep(embedded, "migrate")
        assert ended.returncode == 0
        assert ended.stdout.splitlines() == [
            f"{name}: up to date" for name in ("profiles", "booking", "notifications", "content")
        ]


def test_seeding_again_changes_nothing(embedded: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        ended = firststep(embedded, "seed")
        assert ended.returncode == 0, ended.stderr
    with serving(tmp_path, embedded) as platform:
        platform.wait_until_ready()
        featured = platform.http.get("/api/v1/featured").json()["items"]
        assert len(featured) == len(SPECIALISTS) == 12
        assert len(platform.http.get("/api/v1/articles").json()["items"]) >= 3


def said_at_start(platform: Serving) -> str:
    """What was printed, once all of it was."""
    eventually(lambda: "Ctrl-C" in platform.said())
    return platform.said()


def test_the_address_of_the_site_is_printed_with_ways_to_sign_in(
    embedded: Settings, tmp_path: Path
) -> None:
    assert firststep(embedded, "seed").returncode == 0
    with serving(tmp_path, embedded) as platform:
        said = said_at_start(platform)
        assert f"Firststep is running on {platform.url}\n" in said
        assert f"{embedded['data']}/mail\n" in said
        assert f"password: {PASSWORD}\n" in said
        for person, role in {CLIENT: "client", EDITOR: "editor", ADMIN: "client"}.items():
            assert person.email in said
            signed_in = logged_in(platform.http, person.email, PASSWORD)
            assert role in signed_in.get("/me").json()["roles"]
        admin = logged_in(platform.http, ADMIN.email, PASSWORD)
        assert admin.get("/me").json()["dormant_roles"] == ["admin"]


def test_no_account_is_promised_that_was_not_seeded(shared: Platform) -> None:
    said = said_at_start(shared.process)
    assert f"running on {shared.process.url}\n" in said
    assert CLIENT.email not in said


def test_seeding_again_expects_nothing_of_what_people_changed_since(
    embedded: Settings, tmp_path: Path
) -> None:
    assert firststep(embedded, "seed").returncode == 0
    with serving(tmp_path, embedded) as platform:
        demo = logged_in(platform.wait_until_ready().http, SPECIALISTS[0].person.email, PASSWORD)
        assert demo.patch("/specialists/me", {"status": "unlisted"}).status_code == 200
        assert platform.stop() == 0
    assert firststep(embedded, "seed").returncode == 0


@pytest.mark.parametrize("arguments", [["events", "lag"], ["listen", "SpecialistFeatured"]])
def test_a_broker_that_is_away_is_said(unused: Settings, arguments: list[str]) -> None:
    away = {**unused, "broker": f"amqp://guest:guest@127.0.0.1:{a_free_port()}"}
    ended = firststep(away, *arguments)
    assert ended.returncode == 1
    assert "the broker is away" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_is_away_is_said(unused: Settings) -> None:
    nowhere = f"postgresql+psycopg://me:secret@127.0.0.1:{a_free_port()}/{{service}}"
    ended = firststep({**unused, "database": nowhere}, "events", "parked")
    assert ended.returncode == 1
    assert "The database does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_demo_shows_each_step_with_its_events(shared: Platform) -> None:
    ended = firststep(shared.settings, "demo", "--url", shared.process.url)
    assert ended.returncode == 0, ended.stdout
    for event in ("AccountRegistered", "SpecialistFeatured", "ConsultationBooked"):
        assert f"⚡ {event}" in ended.stdout
    assert "POST /api/v1/consultations → 409" in ended.stdout


def test_the_demo_works_on_real_servers(real: Settings, tmp_path: Path) -> None:
    everybody = ("profiles", "booking", "notifications", "content", "gateway")
    with serving(tmp_path, real, *everybody) as platform:
        platform.wait_until_ready()
        ended = firststep(real, "demo", "--url", platform.url)
        assert ended.returncode == 0, ended.stdout
        assert "⚡ SpecialistFeatured" in ended.stdout


def test_the_demo_fails_where_no_gateway_answers(shared: Platform) -> None:
    ended = firststep(shared.settings, "demo", "--url", f"http://127.0.0.1:{a_free_port()}")
    assert ended.returncode == 1
    assert "no gateway answers" in ended.stdout


def test_a_listener_prints_public_events_as_they_arrive(shared: Platform, tmp_path: Path) -> None:
    with listening(tmp_path, shared.settings, "SpecialistFeatured") as listener:
        specialist = a_specialist(shared.process.http, featured=True)
        heard = listener.first_event()
        assert (heard["type"], heard["subject"]) == ("SpecialistFeatured", specialist.id)
        listener.process.send_signal(signal.SIGINT)
        assert listener.process.wait(ENDS_WITHIN_S) == 0


def test_no_command_needs_a_terminal(embedded: Settings) -> None:
    """Each as a command of its own, which imports what it needs by itself."""
    for argument, length in (("--help", None), ("seal-key", 44)):
        ended = subprocess.run(
            [sys.executable, "-m", "firststep.main", argument],
            cwd=ROOT,
            env=clean_environment(embedded),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_S,
            check=True,
        )
        assert length in (None, len(ended.stdout.strip()))


def test_a_platform_keeps_its_data(embedded: Settings, tmp_path: Path) -> None:
    with serving(tmp_path, embedded) as first:
        specialist = a_specialist(first.wait_until_ready().http, featured=True)
        assert first.stop() == 0
    with serving(tmp_path, embedded) as second:
        found = second.wait_until_ready().http.get("/api/v1/featured").json()["items"]
        assert [each["id"] for each in found] == [specialist.id]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(platform: Serving, number: signal.Signals) -> None:
    platform.send(number)
    assert platform.ends_with() == 0
    assert "Traceback" not in platform.said()


def test_what_is_asked_while_it_stops_is_answered(platform: Serving) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=platform.url)) for _ in range(6)]
        for client in clients:
            assert client.get("/api/v1/articles").status_code == 200
        platform.send(signal.SIGTERM)
        eventually(lambda: "stopping" in platform.said())
        answers = []
        for client in clients:
            with suppress(httpx.NetworkError, httpx.RemoteProtocolError):  # hung up in order
                answers.append(client.get("/api/v1/articles").status_code)
        assert platform.ends_with() == 0
    assert answers
    assert set(answers) == {200}


def test_a_second_signal_ends_it_at_once(platform: Serving) -> None:
    platform.send(signal.SIGINT)
    eventually(lambda: "stopping" in platform.said() or platform.process.poll() is not None)
    platform.send(signal.SIGINT)
    assert platform.ends_with() in (0, 130)
    assert "Traceback" not in platform.said()


def test_an_audit_finds_what_must_never_be(embedded: Settings) -> None:
    well = firststep(embedded, "audit")
    assert (well.returncode, well.stdout.strip()) == (0, "No invariant is broken.")

    id = uuid4()
    path = Path(embedded["data"]) / "booking.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO consultations (id, version, specialist_id, client_id, starts_at, ends_at,"
            " status, booked_at) VALUES (?, 1, ?, ?, ?, ?, 'missed', ?)",
            (
                id.hex,
                uuid4().hex,
                uuid4().hex,
                "2030-01-07 09:00:00.000000",
                "2030-01-07 09:30:00.000000",
                "2030-01-06 09:00:00.000000",
            ),
        )
    broken = firststep(embedded, "audit", "--json")
    assert broken.returncode == 1
    [breach] = json.loads(broken.stdout)
    assert breach["about"] == [str(id)]
    assert "missed consultations" in firststep(embedded, "audit").stdout
