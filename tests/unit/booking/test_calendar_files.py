"""What calendars read, held against two readers that know nothing of each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject

from chassis.ids import new_id
from services.booking.availability.busy import Busy
from services.booking.calendar_feeds.calendar_files import feed, published
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import MONDAY, a_calendar, at
from tests.booking.calendar_feed_steps import SITE

ORGANIZER = "mailto:no-reply@firststep.example"
LONG_ADDRESS = (
    "Praxis für Psychotherapie; 2. Hof, 3. Stock\nGroße Hamburger Straße 12, 10115 Berlin"
)
ROOM = "https://meet.example/a-room-of-its-own?with=a&long=query"


def a_consultation(
    starts_at: datetime | None = None, address: str | None = None, room: str | None = None
) -> Consultation:
    calendar = a_calendar(in_person_address=address)
    starts_at = starts_at or at("09:00")
    consultation, _ = Consultation.book(
        calendar, new_id(), starts_at, Busy(), [], MONDAY, meeting_link=room
    )
    return consultation


def read(text: str) -> tuple[Any, Any]:
    """The file as icalendar and as vobject understand it."""
    return icalendar.Calendar.from_ical(text), vobject.readOne(text)


def alone(consultation: Consultation, discreet: bool = False) -> str:
    return published(consultation, discreet, SITE, MONDAY)


def test_both_readers_find_the_time_in_utc() -> None:
    one, other = read(alone(a_consultation()))
    [event] = one.walk("VEVENT")
    assert (event.start, event.end) == (at("09:00"), at("09:30"))
    assert other.vevent.dtstart.value == at("09:00")
    assert other.vevent.dtend.value - other.vevent.dtstart.value == timedelta(minutes=30)
    assert "DTSTART:20260302T090000Z" in alone(a_consultation())


def test_a_consultation_keeps_its_uid_and_its_sequence_grows_with_its_version() -> None:
    consultation = a_consultation()
    before, _ = read(alone(consultation))
    consultation.version += 1
    after, other = read(alone(consultation))
    [first], [second] = before.walk("VEVENT"), after.walk("VEVENT")
    assert first["uid"] == second["uid"] == other.vevent.uid.value
    assert (first["sequence"], second["sequence"]) == (0, 1)


@pytest.mark.parametrize(("status", "said"), [("booked", "CONFIRMED"), ("cancelled", "CANCELLED")])
def test_the_status_says_whether_it_takes_place(status: str, said: str) -> None:
    consultation = a_consultation()
    consultation.status = status
    one, other = read(alone(consultation))
    assert one["method"] == other.method.value == "PUBLISH"
    assert one.walk("VEVENT")[0]["status"] == other.vevent.status.value == said


def test_what_is_published_names_an_organizer_and_invites_nobody() -> None:
    consultation = a_consultation()
    text = alone(consultation)
    [event] = read(text)[0].walk("VEVENT")
    assert event["organizer"] == ORGANIZER
    assert "ATTENDEE" not in text
    for side in (consultation.client_id, consultation.specialist_id):
        assert str(side) not in text


@pytest.mark.parametrize(
    ("place", "location"),
    [
        ({"address": LONG_ADDRESS, "room": ROOM}, LONG_ADDRESS),
        ({"room": ROOM}, ROOM),
        ({}, None),
    ],
    ids=["practice", "room", "own link"],
)
def test_calendars_say_where_it_is_held_and_lead_to_its_page(
    place: dict[str, Any], location: str | None
) -> None:
    consultation = a_consultation(**place)
    page = f"https://firststep.example/consultations/{consultation.id}"
    for text in (alone(consultation), feed([consultation], discreet=False, site=SITE)):
        one, other = read(text)
        [event] = one.walk("VEVENT")
        assert event["location"] == other.vevent.location.value == (location or page)
        assert event["url"] == other.vevent.url.value == page


def test_in_discreet_mode_neither_title_nor_place_says_anything() -> None:
    places: list[dict[str, Any]] = [{"address": LONG_ADDRESS}, {"room": ROOM}, {}]
    for place in places:
        consultation = a_consultation(**place)
        page = f"https://firststep.example/consultations/{consultation.id}"
        for text in (
            alone(consultation, discreet=True),
            feed([consultation], discreet=True, site=SITE),
        ):
            one, other = read(text)
            [event] = one.walk("VEVENT")
            assert event["summary"] == other.vevent.summary.value == "Appointment"
            assert "location" not in event
            assert event["url"] == page
            unfolded = text.replace("\r\n ", "")
            assert "consultation" not in unfolded.replace(page, "").lower()


def test_no_line_is_longer_than_75_octets_and_all_end_in_crlf() -> None:
    long = a_consultation(address=LONG_ADDRESS + " – Eingang über den Garten" * 8)
    for text in (alone(long), feed([long], discreet=False, site=SITE)):
        assert "\n" not in text.replace("\r\n", "")
        assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_what_changed_last_is_said_with_each_consultation() -> None:
    consultation = a_consultation()
    for day, column in enumerate(("rescheduled_at", "place_changed_at", "cancelled_at"), start=1):
        changed_at = at("12:00", days_later=day)
        setattr(consultation, column, changed_at)
        for text in (feed([consultation], discreet=False, site=SITE), alone(consultation)):
            one, other = read(text)
            assert one.walk("VEVENT")[0]["last-modified"].dt == changed_at
            assert other.vevent.last_modified.value == changed_at
        [event] = read(feed([consultation], discreet=False, site=SITE))[0].walk("VEVENT")
        assert event["dtstamp"].dt == changed_at


def test_a_calendar_that_subscribes_is_told_to_come_again_in_an_hour() -> None:
    one, other = read(feed([], discreet=False, site=SITE))
    assert one["refresh-interval"].dt == timedelta(hours=1)
    assert one["x-published-ttl"] == other.x_published_ttl.value == "PT1H"


def test_a_calendar_that_subscribes_has_a_name_that_says_nothing() -> None:
    one, other = read(feed([], discreet=False, site=SITE))
    assert one["x-wr-calname"] == other.x_wr_calname.value == "Appointments"


def test_a_feed_has_each_consultation_once_and_is_no_message() -> None:
    consultations = [a_consultation(at("09:00", days_later=days)) for days in range(3)]
    one, other = read(feed(consultations, discreet=False, site=SITE))
    assert "method" not in one  # RFC 5546 would ask for an ORGANIZER and more
    assert len(one.walk("VEVENT")) == len(other.vevent_list) == 3


def test_an_empty_feed_is_a_calendar_too() -> None:
    one, _ = read(feed([], discreet=False, site=SITE))
    assert one.walk("VEVENT") == []
