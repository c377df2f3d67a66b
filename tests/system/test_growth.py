"""However long its history is, the main job reads no more rows than it returns."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert, select, text

from chassis.context import Caller
from chassis.ids import new_id
from chassis.messaging.redrive import Redrive
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from firststep.platform import SERVICES
from services.booking.consultations.busy_times import busy_times
from tests.contracts.loops import clocks_of
from tests.support.databases import Databases, connected_database
from tests.support.eventually import eventually
from tests.support.factories import Person, an_availability, slots_of
from tests.support.half_hours import hold
from tests.support.history import History
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker
from tests.support.query_plans import explained
from tests.support.service_client import Talking
from tests.support.tokens import KEY, a_token_of, lasting
from tests.support.zones import zone_at

HISTORY = History(
    consultations=200_000, specialists=5_000, busiest=50_000, messages=20_000, kept=20_000
)
OF_MESSAGES = {"outbox", "inbox", "replies", "forgotten"}
GROWING = {
    "booking": {
        *("consultations", "outcomes", "calendars", "external_busy_times"),
        *("holds", "waits", "sign_up_holds", *OF_MESSAGES),
    },
    "notifications": {
        *("notices", "notice_counters", "mails", "told_consultations"),
        *("recipients", "preferences", *OF_MESSAGES),
    },
}
"""Tables that get longer with use. Others have few rows; ``lost_consultations`` has a month's."""
READS_ALL = ("look_for_broken_invariants", "reseal_meeting_links")
"""Schedules that read whole tables by design: all consultations, and one row for each specialist
daily. They are not a part of the main job."""
BUSIEST = History.specialist(0)


@pytest.fixture(scope="module")
def database(postgres_databases: Databases) -> str:
    url = postgres_databases.fresh()
    HISTORY.fill(url)
    booking = connected_database(url, "booking")
    tomorrow = utc_now() + timedelta(days=1)
    with booking.transaction() as tx:
        for schedule in READS_ALL:
            tx.execute(insert(booking.table("clocks")).values(name=schedule, due_at=tomorrow))
    booking.dispose()
    return url


def test_no_statement_of_the_main_job_reads_more_the_longer_the_history_is(
    database: str, tmp_path: Path
) -> None:
    services = ("profiles", "booking", "notifications", "gateway")
    with explained(GROWING) as plans:
        with a_house(an_embedded_broker(), database, a_mail_folder(tmp_path), services) as house:
            use(house)
            eventually(lambda: not any(schedules_still_to_run(house, each) for each in GROWING))
    assert not plans.slow, f"{len(plans.slow)} nodes read too much:\n\n{plans}"
    assert plans.read == GROWING


def use(house: House) -> None:
    """Everything that clients and specialists do, each step with a long history behind it."""
    specialist = a_person(house, BUSIEST, Role.SPECIALIST)
    other = a_person(house, History.specialist(1), Role.SPECIALIST)
    newcomer, client = a_client(house), a_person(house, History.client(7), Role.CLIENT)
    opened = specialist.put("/specialists/me/availability", an_availability())
    assert opened.status_code == 200, opened.text
    *_, first, second, third = [each["starts_at"] for each in slots_of(specialist)]
    read_slots(specialist, around=first)
    booked = book(newcomer, specialist, first)
    read_and_move(newcomer, specialist, booked, to=second)
    for person in (newcomer, client, specialist):
        list_consultations(person)
    figures(specialist)
    wait_and_be_offered(house, other)
    lost = book(client, specialist, first)
    for person, id in ((newcomer, booked), (specialist, lost)):
        assert person.post(f"/consultations/{id}/cancellation", {}).is_success
    assert hold(house.http, specialist, third).status_code == 201
    say_how_it_went(house, specialist)
    for person in (client, specialist):
        read_notices(house, person)
    for service in GROWING:
        Redrive(house.store(service)).backlog(utc_now())


def a_person(house: House, account_id: UUID, role: Role) -> Person:
    token = a_token_of(KEY, caller(account_id, role))
    return Person(str(account_id), "", house.http, lasting(token))


def caller(account_id: UUID, role: Role) -> Caller:
    return Caller(account_id, frozenset([role]), verified=True, second_factor=True)


def a_client(house: House) -> Person:
    return a_person(house, new_id(), Role.CLIENT)


def read_slots(specialist: Person, around: str) -> None:
    path = f"/specialists/{specialist.id}"
    for each in ("slots", "days?time_zone=UTC", f"slots/nearest?starts_at={quote(around)}"):
        assert specialist.get(f"{path}/{each}").status_code == 200, each


def book(client: Person, specialist: Person, starts_at: str) -> str:
    """Twice, as after a lost answer. Returns the consultation's id."""
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at, "note": "I sleep badly."}
    key = {"Idempotency-Key": str(new_id())}
    first, again = (client.post("/consultations", wanted, headers=key) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    id: str = first.json()["id"]
    eventually(lambda: about(client, id))
    return id


def about(person: Person, id: str) -> Any:
    notices = person.get("/notifications").json()["items"]
    return [each for each in notices if each["about"] == id]


def read_and_move(client: Person, specialist: Person, id: str, to: str) -> None:
    for person in (client, specialist):
        for each in ("", ".ics", "/slots"):
            assert person.get(f"/consultations/{id}{each}").status_code == 200, each
    assert client.put(f"/consultations/{id}/note", {"note": "Better."}).is_success
    moved = client.post(f"/consultations/{id}/rescheduling", {"starts_at": to})
    assert moved.status_code == 200, moved.text


def list_consultations(person: Person) -> None:
    now = quote(utc_now().isoformat())
    for query in ("", "?status=booked", f"?from={now}", f"?to={now}&status=completed"):
        page = person.get(f"/consultations{query}")
        assert page.status_code == 200, page.text
        if page.json()["next"]:
            joined = f"{query or '?'}&cursor={page.json()['next']}"
            assert person.get(f"/consultations{joined}").status_code == 200
    feed = httpx.URL(person.post("/calendar-feed", {}).json()["address"]).path
    assert person.http.get(feed).status_code == 200


def figures(specialist: Person) -> None:
    found = specialist.get("/specialists/me/figures").json()["months"]
    assert sum(month["held"] for month in found) > 10_000


def wait_and_be_offered(house: House, specialist: Person) -> None:
    """A client waits for a full specialist, is offered the only slot when its client cancels, and
    books it."""
    hours = [{"weekday": f"{utc_now() + timedelta(days=3):%A}".lower()}]
    hours[0] |= {"starts": "12:00", "ends": "12:30"}
    few = an_availability(hours=hours, horizon_days=6, time_zone="UTC")
    assert specialist.put("/specialists/me/availability", few).status_code == 200
    [slot] = slots_of(specialist)
    first, client = a_client(house), a_client(house)
    booked = book(first, specialist, slot["starts_at"])
    wanted = {"specialist_id": specialist.id, "time_zone": zone_at(12)}
    assert client.post("/waitlist", wanted).status_code == 201
    assert first.post(f"/consultations/{booked}/cancellation", {}).is_success
    eventually(lambda: client.get("/waitlist").json()["items"][0]["held"])
    assert client.get("/held-slots").json()["items"]
    book(client, specialist, slot["starts_at"])
    left = client.call("DELETE", f"/waitlist?specialist_id={specialist.id}")
    assert left.is_success, left.text


def say_how_it_went(house: House, specialist: Person) -> None:
    """Of a consultation that ended within the last two days."""
    over = specialist.get(f"/consultations?status=booked&to={quote(utc_now().isoformat())}")
    last = over.json()["items"][1]
    client = a_person(house, UUID(last["client_id"]), Role.CLIENT)
    path = f"/consultations/{last['id']}"
    for person, outcome in ((specialist, "good_fit"), (client, "continue")):
        said = person.post(f"{path}/attendance", {"attendance": "held"})
        assert said.status_code == 200, said.text
        assert person.post(f"{path}/outcome", {"outcome": outcome}).is_success
        assert person.get(f"{path}/outcome").status_code == 200


def read_notices(house: House, person: Person) -> None:
    page = person.get("/notifications?limit=1").json()
    assert person.get(f"/notifications?cursor={page['next']}").status_code == 200
    assert person.post(f"/notifications/{page['items'][0]['id']}/read").is_success
    notifications = Talking(SERVICES["notifications"], house)
    notifications.asked_by(caller(UUID(person.id), Role.CLIENT)).list_added_notices(after=3)
    assert person.post("/notifications/read").is_success


def schedules_still_to_run(house: House, service: str) -> set[str]:
    """Of them are retention, which finds some rows, and the clocks that end what is over."""
    store = house.store(service)
    clocks = store.table("clocks")
    with store.reading() as session:
        ran = set(session.scalars(select(clocks.c.name).where(clocks.c.held_until.is_(None))))
    return {*clocks_of(SERVICES[service]), "housekeeping", "dead_letters"} - ran


def test_a_missing_index_is_noticed(database: str) -> None:
    booking = connected_database(database, "booking")
    with explained(GROWING) as plans, booking.transaction() as tx:
        tx.execute(text("DROP INDEX ix_consultations_of_specialist"))
        busy_times(tx, BUSIEST, utc_now())
        tx.rollback()
    booking.dispose()
    [found] = plans.slow.values()
    assert (found.table, found.removed > 50_000) == ("consultations", True)
    assert "consultations: " in str(found)
    assert "FROM consultations" in str(found)
