"""Consultations as calendars read them: iCalendar (RFC 5545), sent as RFC 5546 says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar as CalendarFile
from icalendar import Event, vCalAddress, vDatetime, vText

from contracts.booking import ConsultationStatus
from services.booking.consultations.consultations import Consultation

PRODUCT = "-//Firststep//Consultations//EN"
ORGANIZER = "mailto:no-reply@firststep.example"
TITLE, NEUTRAL_TITLE = "Free first consultation", "Appointment"
"""The neutral one says nothing to whoever looks over a shoulder."""
REFRESHED_EVERY = timedelta(hours=1)


def uid_of(consultation_id: UUID) -> str:
    """It stays the same wherever the consultation is taken over."""
    return f"{consultation_id}@firststep"


def invitation(consultation: Consultation, reader: UUID, discreet: bool, now: datetime) -> str:
    """One consultation, for one of its two sides; a later file replaces an earlier one.

    The UID stays, SEQUENCE grows with each change, and METHOD says whether it takes place.
    """
    cancelled = consultation.status == ConsultationStatus.CANCELLED
    event = _event(consultation, discreet)
    event["dtstamp"] = vDatetime(now)
    event["organizer"] = vCalAddress(ORGANIZER)
    attendee = vCalAddress(f"urn:uuid:{reader}")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)
    return _file([event], "CANCEL" if cancelled else "REQUEST")


def feed(consultations: Iterable[Consultation], discreet: bool) -> str:
    """A person's consultations, for a calendar that subscribes: the same text while they stay the
    same, whenever it is asked for."""
    return _file([_event(each, discreet) for each in consultations], "PUBLISH")


def _event(consultation: Consultation, discreet: bool) -> Event:
    event = Event()
    event.add("uid", uid_of(consultation.id))
    event.add("sequence", consultation.version - 1)
    event.add("dtstamp", consultation.cancelled_at or consultation.booked_at)
    event.add("dtstart", consultation.starts_at)
    event.add("dtend", consultation.ends_at)
    event.add("summary", NEUTRAL_TITLE if discreet else TITLE)
    cancelled = consultation.status == ConsultationStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _file(events: Iterable[Event], method: str) -> str:
    file = CalendarFile()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("method", method)
    if method == "PUBLISH":
        file.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    for event in events:
        file.add_component(event)
    return str(file.to_ical(), encoding="utf-8")
