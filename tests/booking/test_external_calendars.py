"""External calendars, read over the wire, and what they do to slots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import eventlet
import pytest

from chassis.context import Caller
from chassis.errors import EmailNotVerified, Forbidden, NotFound, Unauthenticated
from chassis.fetch.fetch import HTTP_TOO, HTTPS
from chassis.fetch.url_policy import AddressRefused
from chassis.ids import new_id
from chassis.runtime.process import GRACE_S
from chassis.sealing import new_key
from chassis.times import utc_now
from contracts.booking.availability import AvailabilityChanged, Stay
from contracts.booking.consultations import CancelConsultation, SpecialistBusy
from contracts.booking.external_calendars import (
    AddExternalCalendar,
    ChangeExternalCalendar,
    ExternalCalendarFailed,
    ExternalCalendarRecovered,
)
from contracts.profiles.privacy import AccountErased
from services.booking.external_calendars import queries, reader, service, subprocess_parser
from services.booking.external_calendars.calendar_urls import address_of
from services.booking.external_calendars.external_calendars import (
    PATIENCE,
    READ_EVERY,
)
from services.booking.external_calendars.reader import read
from services.booking.external_calendars.sealed_addresses import SealedAddresses
from services.booking.external_calendars.service import ExternalCalendars
from services.booking.service import BookingService
from tests.booking.builders import HALF_AN_HOUR, an_availability, on
from tests.booking.external_calendar_steps import (
    busy_of,
    change,
    give,
    given_at,
    given_by,
    kept_of,
    look,
    meanwhile,
    read_now,
)
from tests.booking.external_site import (
    ADDRESS,
    WHAT_IS_DUE,
    ExternalSite,
    an_event,
    from_to,
    sealed_addresses,
)
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_specialist,
    book,
    consultations_of,
    slots_of,
)
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, serving, somebody

SCHEMES = "does not begin with https://, webcal://, webcals:// or feed://"
FIRST_HOUR = from_to(IN_THREE_DAYS, IN_THREE_DAYS + timedelta(hours=1))
THAT_DAY = IN_THREE_DAYS.date()
A_WHOLE_DAY = an_event(f"DTSTART;VALUE=DATE:{THAT_DAY:%Y%m%d}")
A_LATER_SLOT = IN_THREE_DAYS + timedelta(hours=1)
A_FORTNIGHT_BEFORE = [
    f"DTSTART:{A_LATER_SLOT - timedelta(days=14):%Y%m%dT%H%M%SZ}",
    "DURATION:PT1H",
]
IN_TOKYO = {"time_zone": "Asia/Tokyo"}
A_WEEK_IN_TOKYO = {
    "stays": [
        Stay(
            first_day=THAT_DAY - timedelta(days=3),
            last_day=THAT_DAY + timedelta(days=3),
            time_zone="Asia/Tokyo",
        )
    ]
}


def take_away(booking: Talking, specialist: Caller) -> None:
    """The only one."""
    id = look(booking, specialist)["id"]
    booking.asked_by(specialist).remove_external_calendar(calendar_id=id)


def one_with_an_event(booking: Talking, external: ExternalSite) -> Caller:
    """Their external calendar takes the first hour, as booking has read."""
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.shows(FIRST_HOUR)
    read_now(booking, specialist)
    return specialist


def test_an_external_event_blocks_slots_and_can_not_be_booked_over(
    booking: Talking, external: ExternalSite
) -> None:
    specialist, client = a_specialist(booking), a_client()
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS
    assert give(booking, specialist)["state"] == "waiting"
    external.shows(FIRST_HOUR)
    read_now(booking, specialist)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + timedelta(hours=1)
    with pytest.raises(SpecialistBusy):
        book(booking, client, specialist, IN_THREE_DAYS)
    found = look(booking, specialist)
    assert (found["state"], found["busy_times"], found["problem"]) == ("working", 1, None)


@pytest.mark.parametrize(
    "lines",
    [
        [f"DTSTART;VALUE=DATE:{THAT_DAY:%Y%m%d}", f"DTEND;VALUE=DATE:{THAT_DAY:%Y%m%d}"],
        [*A_FORTNIGHT_BEFORE, f"RRULE:FREQ=WEEKLY;UNTIL={THAT_DAY:%Y%m%d}"],
        [*A_FORTNIGHT_BEFORE, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:"],
    ],
)
def test_what_is_legible_though_odd_can_not_be_booked_over(
    lines: list[str], booking: Talking, external: ExternalSite
) -> None:
    specialist, client = a_specialist(booking), a_client()
    give(booking, specialist)
    external.shows(an_event(*lines))
    read_now(booking, specialist)
    assert look(booking, specialist)["passed_over"] == 0
    assert A_LATER_SLOT not in slots_of(booking, specialist)
    with pytest.raises(SpecialistBusy):
        book(booking, client, specialist, A_LATER_SLOT)


def test_a_new_next_slot_is_told(booking: Talking, external: ExternalSite) -> None:
    specialist = one_with_an_event(booking, external)
    read_now(booking, specialist)
    external.shows()
    read_now(booking, specialist)
    told = booking.told(AvailabilityChanged, specialist.known())
    assert [each.next_slot_at for each in told] == [
        IN_THREE_DAYS,
        IN_THREE_DAYS + timedelta(hours=1),
        IN_THREE_DAYS,
    ]


def test_a_consultation_that_was_taken_over_there_is_known_better_here(
    booking: Talking, external: ExternalSite
) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, IN_THREE_DAYS)
    booking.asked_by(client).cancel_consultation(
        consultation_id=booked.id, cancellation=CancelConsultation()
    )
    of_another_platform = f"{new_id()}@firststep"
    give(booking, specialist)
    late = IN_THREE_DAYS + timedelta(hours=2)
    external.shows(
        from_to(IN_THREE_DAYS, IN_THREE_DAYS + HALF_AN_HOUR, uid=f"{booked.id}@firststep"),
        from_to(late, late + HALF_AN_HOUR, uid=of_another_platform),
    )
    read_now(booking, specialist)
    assert [each.starts_at for each in busy_of(booking, specialist)] == [late]


def test_what_is_booked_already_stays(booking: Talking, external: ExternalSite) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, IN_THREE_DAYS)
    give(booking, specialist)
    external.shows(FIRST_HOUR)
    read_now(booking, specialist)
    assert consultations_of(booking, client) == [booked.id]
    answer = booking.asked_by(client).get_consultation(consultation_id=booked.id)
    assert answer["status"] == "booked"


def test_it_is_asked_for_again_only_if_it_changed(booking: Talking, external: ExternalSite) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.shows(FIRST_HOUR, etag='"1"')
    read_now(booking, specialist)
    external.has_not_changed()
    read_now(booking, specialist)
    first, second = external.site.asked
    assert "if-none-match" not in first.lower()
    assert 'if-none-match: "1"' in second.lower()
    assert "GET /me.ics?key=secret " in second
    assert look(booking, specialist)["state"] == "working"
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + timedelta(hours=1)


def test_a_mark_in_any_letters_stops_no_calendar(booking: Talking, external: ExternalSite) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.shows(etag='"Grüße"')
    read_now(booking, specialist)
    external.shows(FIRST_HOUR)
    read_now(booking, specialist)
    assert look(booking, specialist)["busy_times"] == 1


def test_what_nobody_expected_is_logged_told_when_it_lasts_and_not_tried_again_at_once(
    booking: Talking, external: ExternalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    monkeypatch.setattr(subprocess_parser, "READ", ["/nowhere"])
    for _ in range(PATIENCE):
        with pytest.raises(FileNotFoundError):
            read_now(booking, specialist)
        [kept] = kept_of(booking, specialist)
        assert kept.due_at > utc_now() + READ_EVERY / 2
    found = look(booking, specialist)
    assert (found["state"], found["problem"]) == ("failing", "unavailable")
    assert "nowhere" not in str(found)
    assert len(booking.told(ExternalCalendarFailed, specialist.known())) == 1


def test_one_that_breaks_is_told_once_blocks_nothing_new_and_keeps_what_it_blocked(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = one_with_an_event(booking, external)
    for _ in range(2):
        external.answers(b"<html>Sign in</html>")
        read_now(booking, specialist)
    [told] = booking.told(ExternalCalendarFailed, specialist.known())
    assert told.problem == "bad_calendar_file"
    found = look(booking, specialist)
    assert (found["state"], found["problem"]) == ("failing", "bad_calendar_file")
    assert "VCALENDAR" in found["detail"]
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + timedelta(hours=1)

    external.shows()
    read_now(booking, specialist)
    assert len(booking.told(ExternalCalendarRecovered, specialist.known())) == 1
    assert look(booking, specialist)["state"] == "working"
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS


def test_one_that_does_not_answer_is_told_when_that_lasts(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.fails()
    for _ in range(PATIENCE - 1):
        read_now(booking, specialist)
    assert booking.told(ExternalCalendarFailed, specialist.known()) == []
    read_now(booking, specialist)
    [told] = booking.told(ExternalCalendarFailed, specialist.known())
    assert told.problem == "no_calendar_there"
    detail = look(booking, specialist)["detail"]
    assert detail.startswith("This address answers with the status 503. We try again")


def test_one_that_says_nothing_has_changed_without_being_asked_is_not_believed(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.has_not_changed()
    read_now(booking, specialist)
    assert look(booking, specialist)["problem"] == "no_calendar_there"


def test_one_that_leads_inside_is_refused_without_a_word_of_its_address(booking: Talking) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist, "https://localhost/me.ics?key=secret")
    read_now(booking, specialist)
    found = look(booking, specialist)
    assert found["problem"] == "address_refused"
    assert "secret" not in str(found)
    assert len(booking.told(ExternalCalendarFailed, specialist.known())) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://calendar.example/me.ics", SCHEMES),
        ("file:///etc/passwd", SCHEMES),
        ("file:/etc/passwd.secret", SCHEMES),
        ("mailto:secret@calendar.example", SCHEMES),
        ("calendar", SCHEMES),
        ("my secret calendar", SCHEMES),
        (" ", SCHEMES),
        ("https://me:secret@calendar.example/", "contains a user name or a password"),
        ("https://calendar.example:8080/", "names the port 8080"),
        ("https://127.1/", "an IPv4 address has four decimal numbers"),
        ("calendar.example:8080/a.ics", "names the port 8080"),
        ("me:secret@calendar.example", SCHEMES),
    ],
)
def test_an_address_that_is_none_of_the_web_is_refused_by_name(
    booking: Talking, address: str, why: str
) -> None:
    with pytest.raises(AddressRefused) as refusal:
        give(booking, somebody("specialist"), address)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("address", None)
    assert why in error.detail
    assert "secret" not in str(refusal.value.to_wire())


@pytest.mark.parametrize("host", ["xn--0.pt", "xn--a.example", "xn--ls8h.la"])
def test_a_name_that_stands_for_no_other_letters_is_taken_as_it_is(
    booking: Talking, host: str
) -> None:
    specialist = a_specialist(booking, profile_listed=False)
    assert give(booking, specialist, f"https://{host}/me.ics")["host"] == host


@pytest.mark.parametrize(
    "begin", ["webcal://", "WebCal://", "webcals://", "feed://", " https://", "HTTPS://", ""]
)
def test_an_address_as_other_programs_give_it_is_fetched_by_https(
    booking: Talking, external: ExternalSite, begin: str
) -> None:
    specialist = a_specialist(booking)
    assert give(booking, specialist, f"{begin}calendar.example/a")["host"] == "calendar.example"
    read_now(booking, specialist)
    assert look(booking, specialist)["state"] == "working"
    assert external.site.asked[0].startswith("GET /a ")


def test_where_http_is_allowed_a_refusal_says_so() -> None:
    with pytest.raises(AddressRefused) as refused:
        address_of("ftp://calendar.example", HTTP_TOO)
    [error] = refused.value.errors
    assert "with https://, http://, webcal://, webcals:// or feed://" in error.detail
    assert address_of("calendar.example/a", HTTP_TOO)[0] == "https://calendar.example/a"


def test_where_it_is_allowed_one_is_fetched_by_http(database: str, external: ExternalSite) -> None:
    plain = ADDRESS.replace("https", "http")
    external.shows(FIRST_HOUR)
    with serving(BookingService, database, fetch_http=True) as booking:
        specialist = a_specialist(booking)
        give(booking, specialist, plain)
        read_now(booking, specialist)
        assert look(booking, specialist)["problem"] == "address_refused"
        read_now(booking, specialist, HTTP_TOO)
        assert look(booking, specialist)["busy_times"] == 1


def test_the_address_is_shown_to_nobody_again(booking: Talking, external: ExternalSite) -> None:
    specialist = a_specialist(booking)
    answer = give(booking, specialist)
    assert "secret" not in str((answer, look(booking, specialist)))
    assert "secret" not in repr(AddExternalCalendar(address=ADDRESS))
    kept = [booking.rows(name) for name in ("outbox", "replies", "external_calendars")]
    assert "secret" not in str(kept)


def test_an_address_whose_key_is_gone_has_to_be_given_again(booking: Talking) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    other = SealedAddresses()
    other.use(new_key())
    [kept] = kept_of(booking, specialist)
    read(booking.store, kept.id, other.open, HTTPS)
    found = look(booking, specialist)
    assert (found["state"], found["problem"]) == ("failing", "address_refused")
    assert "give it again" in found["detail"]


def test_another_address_replaces_what_the_one_before_blocked_once_it_is_read(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = one_with_an_event(booking, external)
    change(booking, specialist, address="https://calendar.example/another")
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + timedelta(hours=1)
    external.shows(from_to(IN_THREE_DAYS, IN_THREE_DAYS + HALF_AN_HOUR))
    read_now(booking, specialist)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + HALF_AN_HOUR


def test_what_is_read_from_an_address_that_was_given_up_meanwhile_blocks_nothing(
    booking: Talking, external: ExternalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.shows(FIRST_HOUR)
    meanwhile(monkeypatch, partial(take_away, booking, specialist))
    read_now(booking, specialist)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS


def move_to(booking: Talking, specialist: Caller, **where: Any) -> None:
    wanted = an_availability([on(THAT_WEEKDAY, "00:00", "24:00")])
    booking.asked_by(specialist).set_availability(availability=replace(wanted, **where))


@pytest.mark.parametrize("where", [IN_TOKYO, A_WEEK_IN_TOKYO])
def test_who_moves_to_another_zone_is_busy_on_its_days(
    booking: Talking, external: ExternalSite, where: dict[str, Any]
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.shows(A_WHOLE_DAY, etag='"1"')
    read_now(booking, specialist)
    move_to(booking, specialist, **where)
    [kept] = kept_of(booking, specialist)
    assert kept.due_at <= utc_now()
    read_now(booking, specialist)
    assert "if-none-match" not in external.site.asked[-1].lower()
    [busy] = busy_of(booking, specialist)
    assert busy.starts_at == IN_THREE_DAYS - timedelta(hours=9)


def test_other_hours_in_the_same_zone_are_no_reason_to_read_again(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    read_now(booking, specialist)
    move_to(booking, specialist, hours=[])
    [kept] = kept_of(booking, specialist)
    assert kept.due_at > utc_now()


def test_what_was_read_while_its_owner_moved_to_another_zone_is_left_alone(
    booking: Talking, external: ExternalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking)
    give(booking, specialist)
    external.shows(A_WHOLE_DAY)
    meanwhile(monkeypatch, lambda: move_to(booking, specialist, **IN_TOKYO))
    read_now(booking, specialist)
    [kept] = kept_of(booking, specialist)
    assert (kept.due_at <= utc_now(), busy_of(booking, specialist)) == (True, [])


def test_one_that_is_taken_away_blocks_nothing_any_more(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = one_with_an_event(booking, external)
    [kept] = kept_of(booking, specialist)
    take_away(booking, specialist)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS
    assert given_by(booking, specialist) == []
    with pytest.raises(NotFound):
        booking.asked_by(specialist).remove_external_calendar(calendar_id=kept.id)
    read(booking.store, kept.id, sealed_addresses().open, HTTPS)  # harmless


def asked_of(booking: Talking, who: Caller, id: UUID) -> list[Callable[[], Any]]:
    """All that can be asked of one external calendar."""
    asked, wanted = booking.asked_by(who), ChangeExternalCalendar(label="Mine")
    return [
        partial(asked.get_external_calendar, calendar_id=id),
        partial(asked.change_external_calendar, calendar_id=id, wanted=wanted),
        partial(asked.read_external_calendar, calendar_id=id),
        partial(asked.remove_external_calendar, calendar_id=id),
    ]


def test_only_specialists_have_external_calendars(booking: Talking) -> None:
    for who, refusal in ((a_client(), Forbidden), (NOBODY, Unauthenticated)):
        asked = asked_of(booking, who, new_id())
        asked += [partial(give, booking, who), partial(given_by, booking, who)]
        for ask in asked:
            with pytest.raises(refusal):
                ask()


def test_nobody_else_can_do_anything_with_it(booking: Talking, external: ExternalSite) -> None:
    specialist, another = one_with_an_event(booking, external), a_specialist(booking)
    [kept] = kept_of(booking, specialist)
    for ask in asked_of(booking, another, kept.id):
        with pytest.raises(NotFound):
            ask()
    assert look(booking, specialist)["busy_times"] == 1


def test_only_who_proved_their_address_has_another_one_fetched(booking: Talking) -> None:
    unproven = replace(somebody("specialist"), verified=False)
    with pytest.raises(EmailNotVerified):
        give(booking, unproven)


def test_erasure_forgets_the_address_and_what_it_blocked(
    booking: Talking, external: ExternalSite
) -> None:
    specialist = one_with_an_event(booking, external)
    booking.hears(AccountErased(account_id=specialist.known()))
    for table in ("external_calendars", "external_busy_times", "external_reading_requests"):
        assert specialist.known() not in [row.specialist_id for row in booking.rows(table)]
    read_now(booking, specialist)


def test_in_other_tests_the_clock_reads_nothing(booking: Talking) -> None:
    with booking.store.transaction() as tx:
        given_at(tx, utc_now() - timedelta(days=2))
    with booking.store.reading() as session:
        assert list(session.scalars(queries.due(utc_now()))) == []


def test_the_clock_reads_what_is_due(
    database: str, monkeypatch: pytest.MonkeyPatch, external: ExternalSite
) -> None:
    monkeypatch.setattr(queries, "due", WHAT_IS_DUE)
    external.shows(FIRST_HOUR)
    store = connected_database(database, "booking")
    with store.transaction() as tx:
        due, _ = (given_at(tx, utc_now() + timedelta(days=days)) for days in (-2, 2))
        for listed, offers in ((False, True), (True, False)):
            given_at(tx, utc_now() - timedelta(days=3), listed, offers)
    store.dispose()
    with serving(BookingService, database) as booking:
        [busy] = eventually(partial(booking.rows, "external_busy_times"))
        assert busy.calendar_id == due


def test_a_round_of_readings_ends_before_a_stop_is_tired_of_waiting() -> None:
    assert service.ROUND_S + reader.DEADLINE_S + subprocess_parser.DEADLINE_S < GRACE_S


def test_one_whose_turn_comes_when_the_round_is_over_waits_for_the_next(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = connected_database(database, "booking")
    with store.transaction() as tx:
        for _ in range(service.AT_ONCE + 1):
            given_at(tx, utc_now() - timedelta(days=2))
    moment, begun = 0.0, 0

    def takes_the_whole_round(*_: Any) -> None:
        nonlocal moment, begun
        begun += 1
        eventlet.sleep(0)
        moment += service.ROUND_S

    monkeypatch.setattr(queries, "due", WHAT_IS_DUE)
    monkeypatch.setattr(service, "monotonic", lambda: moment)
    monkeypatch.setattr(service, "read", takes_the_whole_round)
    clock: Any = ExternalCalendars()
    clock.store, clock.addresses, clock.schemes = store, sealed_addresses(), HTTPS
    clock.read_external_calendars()
    store.dispose()
    assert begun == service.AT_ONCE
