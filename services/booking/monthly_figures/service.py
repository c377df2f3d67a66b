"""RPC methods of monthly figures."""

from __future__ import annotations

from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.booking.figures import Figures, PublishedFigures
from contracts.profiles.accounts import Role
from services.booking import dependencies
from services.booking.availability.calendars import Calendar
from services.booking.monthly_figures import queries
from services.booking.monthly_figures.months import last_twelve
from services.booking.monthly_figures.suppression import suppress_small_counts

UTC = "UTC"


class MonthlyFigures:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def get_my_figures(self) -> Figures:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.reading() as session:
            calendar = session.get(Calendar, specialist_id)
            zone = UTC if calendar is None else calendar.time_zone
            months = last_twelve(zone, utc_now())
            return Figures(time_zone=zone, months=queries.months_of(session, specialist_id, months))

    @rpc
    def get_figures(self) -> PublishedFigures:
        self.caller.with_role(Role.ADMIN)
        with self.store.reading() as session:
            counted = queries.months_of_all(session, last_twelve(UTC, utc_now()))
        return PublishedFigures(
            time_zone=UTC, months=[suppress_small_counts(each) for each in counted]
        )
