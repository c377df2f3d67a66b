"""The booking service, made up of its parts."""

from services.booking.attendance.service import Attendance
from services.booking.availability.service import Availability
from services.booking.calendar_feeds.service import CalendarFeeds
from services.booking.consultations.service import Consultations
from services.booking.external_calendars.service import ExternalCalendars
from services.booking.holds.service import Holds
from services.booking.invariants.service import Invariants
from services.booking.monthly_figures.service import MonthlyFigures
from services.booking.outcomes.service import Outcomes
from services.booking.preferences.service import AccountPreferences
from services.booking.privacy.service import Privacy
from services.booking.rescue.service import Rescue
from services.booking.retention import Retention
from services.booking.right_to_practise.service import RightsToPractise
from services.booking.sign_ups.service import SignUps
from services.booking.slots.service import Slots
from services.booking.waitlist.service import Waitlist


class BookingService(
    Availability,
    Slots,
    Consultations,
    RightsToPractise,
    Attendance,
    Outcomes,
    Holds,
    SignUps,
    Waitlist,
    Rescue,
    CalendarFeeds,
    ExternalCalendars,
    MonthlyFigures,
    AccountPreferences,
    Privacy,
    Invariants,
    Retention,
):
    name = "booking"
