"""What calendars read, held against two readers that know nothing of each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject

from chassis.ids import new_id
from services.booking.consultations.consultations import Consultation
from services.booking.feeds.calendar_files import feed, invitation
from tests.booking.builders import MONDAY, a_calendar, at

ORGANIZER = "mailto:no-reply@firststep.example"


def a_consultation(starts_at: datetime | None = None) -> Consultation:
    consultation, _ = Consultation.book(
        a_calendar(), new_id(), starts_at or at("09:00"), set(), [], MONDAY
    )
    return consultation


def read(text: str) -> tuple[Any, Any]:
    """The file as icalendar and as vobject understand it."""
    return icalendar.Calendar.from_ical(text), vobject.readOne(text)


def of_a_client(consultation: Consultation, discreet: bool = False) -> str:
    return invitation(consultation, consultation.client_id, discreet, ORGANIZER, MONDAY)


def test_both_readers_find_the_time_in_utc() -> None:
    one, other = read(of_a_client(a_consultation()))
    [event] = one.walk("VEVENT")
    assert (event.start, event.end) == (at("09:00"), at("09:30"))
    assert other.vevent.dtstart.value == at("09:00")
    assert other.vevent.dtend.value - other.vevent.dtstart.value == timedelta(minutes=30)
    assert "DTSTART:20260302T090000Z" in of_a_client(a_consultation())


def test_a_consultation_keeps_its_uid_and_its_sequence_grows_with_its_version() -> None:
    consultation = a_consultation()
    before, _ = read(of_a_client(consultation))
    consultation.version += 1
    after, other = read(of_a_client(consultation))
    [first], [second] = before.walk("VEVENT"), after.walk("VEVENT")
    assert first["uid"] == second["uid"] == other.vevent.uid.value
    assert (first["sequence"], second["sequence"]) == (0, 1)


@pytest.mark.parametrize(
    ("status", "method", "said"),
    [("booked", "REQUEST", "CONFIRMED"), ("cancelled", "CANCEL", "CANCELLED")],
)
def test_the_method_says_whether_it_takes_place(status: str, method: str, said: str) -> None:
    consultation = a_consultation()
    consultation.status = status
    one, other = read(of_a_client(consultation))
    assert one["method"] == other.method.value == method
    assert one.walk("VEVENT")[0]["status"] == other.vevent.status.value == said


def test_an_invitation_names_organizer_and_attendee_as_its_method_requires() -> None:
    consultation = a_consultation()
    one, _ = read(of_a_client(consultation))
    [event] = one.walk("VEVENT")
    assert event["organizer"] == ORGANIZER
    assert event["attendee"] == f"urn:uuid:{consultation.client_id}"


def test_in_discreet_mode_the_title_says_nothing() -> None:
    text = of_a_client(a_consultation(), discreet=True)
    assert read(text)[1].vevent.summary.value == "Appointment"
    assert "consultation" not in text.lower() + feed([a_consultation()], discreet=True).lower()


def test_a_file_for_one_side_does_not_name_the_other() -> None:
    consultation = a_consultation()
    assert str(consultation.specialist_id) not in of_a_client(consultation)


def test_what_changed_last_is_said_with_each_consultation() -> None:
    consultation = a_consultation()
    for column in ("rescheduled_at", "cancelled_at"):
        changed_at = at("12:00", days_later=1 + (column == "cancelled_at"))
        setattr(consultation, column, changed_at)
        for text in (feed([consultation], discreet=False), of_a_client(consultation)):
            one, other = read(text)
            assert one.walk("VEVENT")[0]["last-modified"].dt == changed_at
            assert other.vevent.last_modified.value == changed_at
        [event] = read(feed([consultation], discreet=False))[0].walk("VEVENT")
        assert event["dtstamp"].dt == changed_at


def test_a_calendar_that_subscribes_has_a_name_that_says_nothing() -> None:
    one, other = read(feed([], discreet=False))
    assert one["x-wr-calname"] == other.x_wr_calname.value == "Appointments"


def test_a_feed_has_each_consultation_once_and_is_no_message() -> None:
    consultations = [a_consultation(at("09:00", days_later=days)) for days in range(3)]
    one, other = read(feed(consultations, discreet=False))
    assert "method" not in one  # RFC 5546 would ask for an ORGANIZER and more
    assert len(one.walk("VEVENT")) == len(other.vevent_list) == 3


def test_an_empty_feed_is_a_calendar_too() -> None:
    one, _ = read(feed([], discreet=False))
    assert one.walk("VEVENT") == []
