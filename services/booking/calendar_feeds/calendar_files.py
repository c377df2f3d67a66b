"""Writes consultations as iCalendar files (RFC 5545, published as in RFC 5546). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar as CalendarFile
from icalendar import Event, vCalAddress, vDatetime, vDuration

from contracts.booking.consultations import ConsultationStatus
from services.booking.calendar_feeds.site_urls import Site
from services.booking.calendar_feeds.uids import uid_of
from services.booking.consultations.consultations import Consultation

PRODUCT = "-//Firststep//EN"
NAME = "Appointments"
"""The name of a feed. Without one, calendar programs show its secret address."""
TITLE, NEUTRAL_TITLE = "Free first consultation", "Appointment"
"""The neutral title reveals nothing on a screen that others see."""
REFRESHED_EVERY = timedelta(hours=1)
END = b"END:VCALENDAR"


def published(consultation: Consultation, discreet: bool, site: Site, now: datetime) -> str:
    """A file with one consultation, to import. A later file replaces an earlier one: the UID stays
    and SEQUENCE grows with each change.

    METHOD is PUBLISH (RFC 5546, section 3.2.1); STATUS says whether it takes place. REQUEST and
    CANCEL are for attendees, named by the address at which their calendar knows them. Booking
    knows no such address, and with another one Outlook shows an invitation for another person.
    PUBLISH requires an ORGANIZER and forbids any ATTENDEE.
    """
    event = _event(consultation, discreet, site)
    event["dtstamp"] = vDatetime(now)
    event["organizer"] = vCalAddress(site.organizer)
    file = _empty_file()
    file.add("method", "PUBLISH")
    return _text(file, [event])


def feed(consultations: Iterable[Consultation], discreet: bool, site: Site) -> str:
    """The feed of an account's consultations. The same consultations give the same text, at any
    time. It is not a message, so it has no METHOD."""
    file = _empty_file()
    file.add("x-wr-calname", NAME)
    file.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", vDuration(REFRESHED_EVERY), encode=False)  # Outlook reads this one
    return _text(file, (_event(each, discreet, site) for each in consultations))


def _event(consultation: Consultation, discreet: bool, site: Site) -> Event:
    changes = (
        consultation.booked_at,
        consultation.rescheduled_at,
        consultation.place_changed_at,
        consultation.cancelled_at,
    )
    changed_at = max(each for each in changes if each is not None)
    event = Event()
    event.add("uid", uid_of(consultation.id))
    event.add("sequence", consultation.version - 1)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", consultation.starts_at)
    event.add("dtend", consultation.ends_at)
    event.add("summary", NEUTRAL_TITLE if discreet else TITLE)
    page = site.consultation(consultation.id)
    event.add("url", page)
    cancelled = consultation.status == ConsultationStatus.CANCELLED
    if not discreet and not cancelled:
        event.add("location", consultation.meeting_address or consultation.meeting_link or page)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _empty_file() -> CalendarFile:
    file = CalendarFile()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    return file


def _text(file: CalendarFile, events: Iterable[Event]) -> str:
    """Writes event by event, so that the iterator can yield to other greenlets in between."""
    before, end, after = file.to_ical().partition(END)
    written: bytes = b"".join([before, *(each.to_ical() for each in events), end, after])
    return written.decode()
