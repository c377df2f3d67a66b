"""What can be asked about availability, and what keeps calendars true."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from chassis.clock import every
from chassis.errors import NotFound
from chassis.preconditions import require_current
from chassis.rounds import for_each
from chassis.rpc import rpc
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.booking import availability as contract
from contracts.booking.availability import (
    MOST_SHOWN_OUTSIDE,
    AvailabilitySet,
    ConsultationOutside,
)
from contracts.profiles.accounts import Role
from contracts.profiles.specialists import SpecialistListed, SpecialistUnlisted
from services.booking.availability import queries
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import consultations_ahead
from services.booking.outside.rereading import read_anew
from services.booking.part import Part
from services.booking.slots.news import tell_of_slots
from services.booking.slots.queries import taken_times
from services.booking.waitlist.offering import calendar_changed


class Availability(Part):
    @rpc
    def set_availability(self, availability: contract.Availability) -> AvailabilitySet:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            calendar = tx.lock_or_create(Calendar, specialist_id)
            require_current(calendar.to_resource())
            now = utc_now()
            zones = calendar.opening_hours.zones
            tx.emit(*calendar.open(availability, taken_times(tx, specialist_id, now), now))
            calendar_changed(tx, calendar, now)
            if calendar.opening_hours.zones != zones:
                read_anew(tx, specialist_id, now)
            ahead = tx.scalars(consultations_ahead(specialist_id, now))
            return tx.reply(_with_consultations_outside(calendar, ahead))

    @rpc
    def get_availability(self) -> contract.Availability:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.reading() as session:
            calendar = session.get(Calendar, specialist_id)
        if calendar is None:
            raise NotFound(f"there is no calendar of {specialist_id}")
        return calendar.to_resource()

    @subscribe(SpecialistListed)
    def open_calendar(self, event: SpecialistListed, tx: Transaction) -> None:
        calendar = tx.lock_or_create(Calendar, event.specialist_id)
        calendar.learn_listing(True, event.version)
        calendar_changed(tx, calendar, utc_now())

    @subscribe(SpecialistUnlisted)
    def close_calendar(self, event: SpecialistUnlisted, tx: Transaction) -> None:
        calendar = tx.lock_or_create(Calendar, event.specialist_id)
        calendar.learn_listing(False, event.version)

    @every(minutes=1)
    def review_calendars(self) -> None:
        """As time goes, next slots pass and new ones come over the horizon."""
        with self.store.reading() as session:
            doubtful = list(session.scalars(queries.calendars_to_review(utc_now())))
        for_each(doubtful, self._review_calendar)

    def _review_calendar(self, specialist_id: UUID) -> None:
        now = utc_now()
        with self.store.transaction() as tx:
            tell_of_slots(tx, tx.lock(Calendar, specialist_id), now)


def _with_consultations_outside(
    calendar: Calendar, ahead: Iterable[Consultation]
) -> AvailabilitySet:
    hours = calendar.opening_hours
    outside = [each for each in ahead if not hours.covers(each.starts_at)]
    return AvailabilitySet(
        **vars(calendar.to_resource()),
        consultations_outside=[
            ConsultationOutside(id=each.id, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in outside[:MOST_SHOWN_OUTSIDE]
        ],
        consultations_outside_count=len(outside),
    )
