"""Dependencies of the booking service; each part names those that it uses.

All parts are one class in the end, so a name means the same in each of them: a part writes
``store = dependencies.store``.
"""

from __future__ import annotations

from chassis.runtime.container import current_caller
from chassis.store import Store
from services.booking.base import Base
from services.booking.meeting_links import MeetingLinks
from services.booking.meetings import Meetings
from services.booking.notes import Notes
from services.booking.visitor_hashes import VisitorHashes

store = Store(Base)
caller = current_caller()
notes = Notes()
meetings = Meetings()
links = MeetingLinks()
visitors = VisitorHashes()
