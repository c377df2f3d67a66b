"""What tests of calendar feeds do over RPC, and the site that their files name."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import icalendar

from chassis.context import Caller
from chassis.schemas import Reading, load
from contracts.booking.feeds import CALENDAR_TYPE, OpenCalendarFeed, OpenedCalendarFeed
from services.booking.calendar_feeds.site_urls import Site
from tests.support.service_client import NOBODY, Talking

SITE = Site()
SITE.use("https://firststep.example")


def a_feed(booking: Talking, person: Caller, discreet: bool = False) -> str:
    """Its token."""
    wanted = OpenCalendarFeed(discreet=discreet)
    answer = booking.asked_by(person).open_calendar_feed(wanted=wanted)
    return load(OpenedCalendarFeed, answer, Reading.WIRE).token


def read(booking: Talking, token: str) -> str:
    return text_of(booking.asked_by(NOBODY).get_calendar_feed(token=token))


def text_of(file: dict[str, Any]) -> str:
    assert file["media_type"] == CALENDAR_TYPE
    return base64.b64decode(file["content"]).decode()


def events_in(text: str) -> list[Any]:
    calendar: Any = icalendar.Calendar.from_ical(text)
    return list(calendar.walk("VEVENT"))


def uids(text: str) -> list[str]:
    return [str(each["uid"]) for each in events_in(text)]


def uid_of(consultation_id: UUID) -> str:
    return f"{consultation_id}@firststep"
