"""Several external calendars of one specialist; and their reading at request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import eventlet
import pytest
from eventlet.event import Event
from sqlalchemy import text

from chassis.context import Caller
from chassis.fetch import dialer
from chassis.fetch.fetch import HTTPS, EgressPolicy, Fetched, fetch
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.booking.external_calendars import (
    MOST_CALENDARS,
    AddExternalCalendar,
    CalendarGivenBefore,
    ChangeExternalCalendar,
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ReadingsTaken,
    ReadJustNow,
    TooManyCalendars,
)
from services.booking.external_calendars import queries, reader, service
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.external_calendars.reader import read
from tests.booking.builders import HALF_AN_HOUR, a_calendar
from tests.booking.external_calendar_steps import (
    busy_of,
    change,
    give,
    given_at,
    given_by,
    kept_of,
    look,
    meanwhile,
    one_more,
    read_now,
)
from tests.booking.external_site import (
    WHAT_IS_DUE,
    ExternalSite,
    a_file,
    an_event,
    an_external_calendar,
    from_to,
    sealed_addresses,
)
from tests.booking.steps import IN_THREE_DAYS, a_specialist, slots_of
from tests.chassis.sites import Authority, Site, a_site, answer, head, only_here, redirect
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.service_client import Talking, somebody

PRACTICE, HOME = (f"https://calendar.example/{each}.ics?key=secret" for each in "ab")
AN_HOUR = timedelta(hours=1)
FIRST = from_to(IN_THREE_DAYS, IN_THREE_DAYS + AN_HOUR)
SECOND = from_to(IN_THREE_DAYS + HALF_AN_HOUR, IN_THREE_DAYS + 2 * AN_HOUR)
UNREADABLE = an_event("DTSTART:?", uid="bad@external")


def have_read(booking: Talking, specialist: Caller, id: str, key: str | None = None) -> Any:
    return booking.asked_by(specialist, key).read_external_calendar(calendar_id=UUID(str(id)))


def read_one(booking: Talking, given: dict[str, Any]) -> None:
    """As the clock does."""
    read(booking.store, UUID(str(given["id"])), sealed_addresses().open, HTTPS)


def two_read(booking: Talking, external: ExternalSite) -> tuple[Caller, Any, Any]:
    """A specialist with two calendars that overlap, as booking has read."""
    specialist = a_specialist(booking)
    practice = give(booking, specialist, PRACTICE, "Practice")
    home = give(booking, specialist, HOME)
    for given, event in ((practice, FIRST), (home, SECOND)):
        external.shows(event)
        read_one(booking, given)
    return specialist, practice, home


def test_slots_are_free_where_no_calendar_is_busy(booking: Talking, external: ExternalSite) -> None:
    specialist, practice, _ = two_read(booking, external)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + 2 * AN_HOUR
    booking.asked_by(specialist).remove_external_calendar(calendar_id=UUID(str(practice["id"])))
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS
    assert slots_of(booking, specialist)[1] == IN_THREE_DAYS + 2 * AN_HOUR
    assert [each["busy_times"] for each in given_by(booking, specialist)] == [1]


def test_they_are_listed_as_they_were_given(booking: Talking, external: ExternalSite) -> None:
    specialist, practice, home = two_read(booking, external)
    shown = given_by(booking, specialist)
    assert [(each["id"], each["label"]) for each in shown] == [
        (practice["id"], "Practice"),
        (home["id"], None),
    ]
    asked = booking.asked_by(specialist)
    assert asked.get_external_calendar(calendar_id=UUID(str(home["id"]))) == shown[1]
    assert "secret" not in str(shown)


def test_each_fails_alone(booking: Talking, external: ExternalSite) -> None:
    specialist, practice, home = two_read(booking, external)
    external.answers(b"not a calendar")
    read_one(booking, practice)
    external.shows()
    read_one(booking, home)
    first, second = given_by(booking, specialist)
    assert (first["state"], first["busy_times"]) == ("failing", 1)
    assert (second["state"], second["busy_times"]) == ("working", 0)
    [told] = booking.told(ExternalCalendarFailed, specialist.known())
    assert (str(told.calendar_id), told.name) == (str(practice["id"]), "Practice")
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + AN_HOUR


def test_a_sixth_is_refused(booking: Talking) -> None:
    specialist = somebody("specialist")
    for number in range(MOST_CALENDARS):
        give(booking, specialist, f"{PRACTICE}{number}")
    with pytest.raises(TooManyCalendars):
        give(booking, specialist, HOME)
    first = given_by(booking, specialist)[0]["id"]
    booking.asked_by(specialist).remove_external_calendar(calendar_id=UUID(str(first)))
    give(booking, specialist, HOME)


def test_a_sixth_is_refused_though_many_are_given_at_once(booking: Talking) -> None:
    specialist = somebody("specialist")
    pool = eventlet.GreenPool()

    def try_to_give(number: int) -> bool:
        try:
            give(booking, specialist, f"{PRACTICE}{number}")
        except TooManyCalendars:
            return False
        return True

    assert sum(pool.imap(try_to_give, range(MOST_CALENDARS + 2))) == MOST_CALENDARS


def test_giving_it_twice_with_one_key_gives_one(booking: Talking) -> None:
    specialist = somebody("specialist")
    asked = booking.asked_by(specialist, key="once")
    first, again = (
        asked.add_external_calendar(wanted=AddExternalCalendar(address=PRACTICE)) for _ in range(2)
    )
    assert first == again
    assert len(given_by(booking, specialist)) == 1


@pytest.mark.parametrize(
    "same",
    [
        PRACTICE,
        PRACTICE.replace("https", "webcal"),
        PRACTICE.replace("calendar.example", "CALENDAR.Example:443"),
        f"{PRACTICE}#today",
    ],
)
def test_the_same_address_is_taken_once(booking: Talking, same: str) -> None:
    specialist = somebody("specialist")
    give(booking, specialist, PRACTICE)
    with pytest.raises(CalendarGivenBefore):
        give(booking, specialist, same)
    other = give(booking, specialist, HOME)
    with pytest.raises(CalendarGivenBefore):
        booking.asked_by(specialist).change_external_calendar(
            calendar_id=UUID(str(other["id"])), wanted=ChangeExternalCalendar(address=same)
        )
    give(booking, somebody("specialist"), PRACTICE)


def test_another_name_leaves_what_is_known(booking: Talking, external: ExternalSite) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist, PRACTICE, "Practice")
    external.shows(FIRST)
    read_now(booking, specialist)
    for wanted in ({"label": "Old practice"}, {"address": PRACTICE}):
        changed = change(booking, specialist, **wanted)
        assert (changed["state"], changed["busy_times"]) == ("working", 1)
        assert changed["label"] == wanted.get("label")


def test_what_it_waits_for_is_said_at_once(booking: Talking) -> None:
    unlisted = a_specialist(booking, profile_listed=False)
    given = give(booking, unlisted)
    assert (given["state"], given["problem"]) == ("waiting", "not_listed")
    given = give(booking, a_specialist(booking))
    assert (given["state"], given["problem"]) == ("waiting", None)
    assert "within a minute" in given["detail"]


def test_what_can_not_be_read_is_shown_and_told_once(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist, PRACTICE)
    external.shows(FIRST, UNREADABLE)
    for _ in range(2):
        read_now(booking, specialist)
    shown = look(booking, specialist)
    assert (shown["state"], shown["busy_times"], shown["passed_over"]) == ("working", 1, 1)
    [example] = shown["passed_over_examples"]
    line = a_file(FIRST, UNREADABLE).decode().split("\r\n").index("UID:bad@external")
    assert (example["component"], example["line"]) == ("VEVENT", line)
    [told] = booking.told(ExternalCalendarReadInPart, specialist.known())
    assert (told.passed_over, told.name) == (1, "calendar.example")


# At request


def test_at_request_it_is_read_and_the_answer_shows_what_came_of_it(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    id = give(booking, specialist)["id"]
    external.shows(FIRST, UNREADABLE)
    shown = have_read(booking, specialist, id)
    assert (shown["state"], shown["busy_times"], shown["passed_over"]) == ("working", 1, 1)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + AN_HOUR


def test_at_request_it_is_read_though_its_owner_is_not_listed(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking, profile_listed=False)
    id = give(booking, specialist)["id"]
    external.answers(b"<html>")
    shown = have_read(booking, specialist, id)
    assert (shown["state"], shown["problem"]) == ("failing", "bad_calendar_file")
    assert shown["detail"].startswith("The file at this address is not a calendar: ")


def test_at_request_it_is_read_once_a_minute(booking: Talking, external: ExternalSite) -> None:
    specialist = a_specialist(booking)
    id = give(booking, specialist)["id"]
    have_read(booking, specialist, id)
    with pytest.raises(ReadJustNow) as refusal:
        have_read(booking, specialist, id)
    assert 0 < refusal.value.retry_after_s <= 60
    assert len(external.site.asked) == 1
    read_now(booking, specialist)  # the clock's own turn is not kept


def test_who_removes_it_and_gives_it_again_has_no_more_readings_than_others(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    for _ in range(MOST_CALENDARS):
        id = give(booking, specialist)["id"]
        have_read(booking, specialist, id)
        booking.asked_by(specialist).remove_external_calendar(calendar_id=UUID(str(id)))
    id = give(booking, specialist)["id"]
    with pytest.raises(ReadJustNow):
        have_read(booking, specialist, id)
    assert len(external.site.asked) == MOST_CALENDARS


def test_a_repetition_of_a_request_reads_nothing_and_gets_the_first_answer(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    id = give(booking, specialist)["id"]
    external.shows(FIRST)
    first, again = (have_read(booking, specialist, id, key="once") for _ in range(2))
    assert first == again
    assert len(external.site.asked) == 1


def test_what_is_too_slow_for_who_waits_is_tried_again_by_the_clock_at_once(
    booking: Talking, external: ExternalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking)
    id = give(booking, specialist)["id"]
    monkeypatch.setattr(service, "TO_WORK_OUT_S", 9.0)
    with a_silent_site(external):
        shown = have_read(booking, specialist, id)
    assert (shown["state"], shown["problem"]) == ("failing", "not_fetched")
    assert shown["detail"].startswith("This address does not answer within 1 s. We try again")
    [kept] = kept_of(booking, specialist)
    assert kept.due_at <= utc_now()


@contextmanager
def a_silent_site(external: ExternalSite) -> Iterator[Event]:
    """It says nothing more until that is sent."""
    enough = Event()

    def says(_: str) -> Iterable[bytes]:
        yield head("Content-Length: 9")
        enough.wait()

    spoken, external.site.says = external.site.says, says
    yield enough
    external.site.says = spoken


def test_requests_for_slow_calendars_keep_few_workers_waiting(
    booking: Talking, external: ExternalSite
) -> None:
    people = [a_specialist(booking) for _ in range(service.AT_REQUEST_AT_ONCE + 1)]
    *given, last = [(each, give(booking, each)["id"]) for each in people]
    with a_silent_site(external) as enough:
        waiting = [eventlet.spawn(have_read, booking, *each) for each in given]
        eventually(lambda: len(external.site.asked) == len(given))
        with pytest.raises(ReadingsTaken):
            have_read(booking, *last)
        enough.send()
        for each in waiting:
            each.wait()
    assert have_read(booking, *last)["state"] == "working"


def test_what_was_read_since_is_not_replaced_by_what_is_older(
    booking: Talking, external: ExternalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking)
    id = give(booking, specialist)["id"]
    external.shows(FIRST)

    def read_in_between() -> None:
        monkeypatch.undo()
        with an_external_calendar(monkeypatch) as there:
            there.shows(SECOND)
            have_read(booking, specialist, id)

    meanwhile(monkeypatch, read_in_between)
    read_now(booking, specialist)
    [busy] = busy_of(booking, specialist)
    assert busy.starts_at == IN_THREE_DAYS + HALF_AN_HOUR


# Large files

SIXTEEN_MIB = 16 * 1024 * 1024


def a_file_of(size: int) -> bytes:
    """With one event, and so many bytes in all."""
    small = a_file(FIRST, "X-NOTE:")
    return small.replace(b"X-NOTE:", b"X-NOTE:" + b"x" * (size - len(small)))


def test_a_file_of_sixteen_mebibytes_is_read(database: str, external: ExternalSite) -> None:
    store, now = connected_database(database, "booking"), utc_now()
    with store.transaction() as tx:
        id = given_at(tx, now)
    for size, problem in ((SIXTEEN_MIB, None), (SIXTEEN_MIB + 1, "answer_refused")):
        external.answers(a_file_of(size))
        read(store, id, sealed_addresses().open, HTTPS)
        with store.reading() as session:
            resource = queries.resource_of(session, session.get_one(ExternalCalendar, id), now)
        assert (resource.problem, resource.busy_times) == (problem, 1), resource.detail
    store.dispose()


# On the clock


def test_no_specialists_second_is_due_before_everybodys_first(database: str) -> None:
    store, now = connected_database(database, "booking"), utc_now()
    slow, quick = new_id(), new_id()
    with store.transaction() as tx:
        tx.add_all(a_calendar(specialist_id=each) for each in (slow, quick))
        of_slow = [one_more(tx, slow, now - n * AN_HOUR) for n in range(5, 0, -1)]
        of_quick = [one_more(tx, quick, now - n * timedelta(minutes=1)) for n in (2, 1)]
        one_more(tx, quick, now + AN_HOUR)
    with store.reading() as session:
        due = list(session.scalars(WHAT_IS_DUE(now)))
    store.dispose()
    assert due == [of_slow[0], of_quick[0], of_slow[1], of_quick[1], *of_slow[2:]]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM external_calendars WHERE due_at <= :now", "due_at"),
        ("SELECT id FROM external_calendars WHERE specialist_id = :id", "specialist_id"),
        (
            "SELECT ends_at FROM external_busy_times WHERE specialist_id = :id AND ends_at > :now",
            "specialist_id_ends_at",
        ),
    ],
)
def test_each_question_has_an_index(sqlite_store: Any, query: str, index: str) -> None:
    with sqlite_store.reading() as session:
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {query}"), {"now": "", "id": ""}).all()
    assert f"_{index} (" in str(plan)


@pytest.fixture
def sqlite_store(sqlite_databases: Any) -> Iterator[Any]:
    store = connected_database(sqlite_databases.fresh("booking"), "booking")
    yield store
    store.dispose()


# What moved to another host

HOST, OTHER = "calendar.example", "other.example"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


class Moved:
    """Under ``HOST`` is nothing but a redirect to ``OTHER``, both reached by https."""

    def __init__(self, first: Site, there: Site) -> None:
        self.first, self.there = first, there
        self.path = "/me.ics"

    def address(self) -> str:
        return f"https://{HOST}:{self.first.port}/p?key=secret"


@pytest.fixture
def moved(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moved]:
    def at_first(_: str) -> Iterable[bytes]:
        return [redirect(f"https://{OTHER}:{there.port}{sites.path}", "301 Moved")]

    def at_the_other(asked: str) -> Iterable[bytes]:
        if "if-none-match" in asked:
            return [answer(status="304 Not Modified")]
        return [answer(a_file(FIRST), 'ETag: "1"')]

    here = [ip_address("127.0.0.1")]
    monkeypatch.setattr(dialer, "resolve", lambda host, port: here)
    with (
        a_site(at_first, authority.serving(HOST)) as first,
        a_site(at_the_other, authority.serving(OTHER)) as there,
    ):
        sites = Moved(first, there)
        policy = EgressPolicy(only_here, frozenset([first.port, there.port]), authority.trusting)

        def fetch_here(url: str, **options: Any) -> Fetched:
            return fetch(url, policy=policy, **options)

        monkeypatch.setattr(reader, "fetch", fetch_here)
        yield sites


def test_a_calendar_that_moved_to_another_host_is_read_there(database: str, moved: Moved) -> None:
    store, now = connected_database(database, "booking"), utc_now()
    with store.transaction() as tx:
        id = given_at(tx, now)
        tx.find(ExternalCalendar, id).address = sealed_addresses().seal(moved.address())
    for moved.path in ("/me.ics", "/me.ics", "/moved/again.ics"):
        read(store, id, sealed_addresses().open, HTTPS)
        with store.reading() as session:
            found = session.get_one(ExternalCalendar, id)
            resource = queries.resource_of(session, found, now)
        assert (resource.state, resource.busy_times, resource.detail) == ("working", 1, None)
    store.dispose()
    assert all("if-none-match" not in asked for asked in moved.first.asked)
    assert all("secret" not in asked for asked in moved.there.asked)
    marked = ["if-none-match" in asked for asked in moved.there.asked]
    assert marked == [False, True, False]
