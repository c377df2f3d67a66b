"""What each part of the booking service stands on."""

from __future__ import annotations

from chassis.runtime.container import current_caller
from chassis.store import Store
from services.booking.base import Base
from services.booking.meeting_links import MeetingLinks
from services.booking.meetings import Meetings
from services.booking.notes import Notes


class Part:
    """The service's own database, and whoever calls."""

    store = Store(Base)
    caller = current_caller()
    notes = Notes()
    meetings = Meetings()
    links = MeetingLinks()
