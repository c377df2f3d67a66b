"""RPC methods of availability, listings from profiles, and the clocks that review calendars."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.maintenance.reencryption import reencrypt
from chassis.messaging.subscribe import subscribe
from chassis.preconditions import require_current
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking import availability as contract
from contracts.booking.availability import (
    MOST_SHOWN_OUTSIDE,
    AvailabilitySet,
    ConsultationOutside,
)
from contracts.profiles.accounts import Role
from contracts.profiles.specialists import SpecialistListed, SpecialistUnlisted
from services.booking import dependencies
from services.booking.availability import queries
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import OpeningHours
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.next_slots import announce_next_slots
from services.booking.consultations.place_changes import follow_place
from services.booking.consultations.queries import consultations_ahead
from services.booking.external_calendars.zone_changes import reread_all
from services.booking.waitlist.offering import calendar_changed


class Availability:
    store = dependencies.store
    caller = dependencies.caller
    meetings = dependencies.meetings
    links = dependencies.links

    @rpc
    def set_availability(self, availability: contract.Availability) -> AvailabilitySet:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            known = tx.get(Calendar, specialist_id, with_for_update=True)
            require_current(None if known is None else self._shown(known))
            calendar = known or tx.lock_or_create(Calendar, specialist_id)
            now = utc_now()
            busy = busy_times(tx, specialist_id, now)
            zones, had_place = calendar.opening_hours.zones, calendar.has_place
            another_link = self._keep_link(calendar, availability.meeting_link)
            tx.emit(*calendar.open(availability, busy, now))
            follow_place(tx, calendar, self.meetings, had_place, another_link, now)
            calendar_changed(tx, calendar, now)
            if calendar.opening_hours.zones != zones:
                reread_all(tx, specialist_id, now)
            shown = calendar.to_resource(availability.meeting_link)
            ahead = tx.scalars(consultations_ahead(specialist_id, now))
            return tx.reply(_with_consultations_outside(shown, calendar.opening_hours, ahead))

    @rpc
    def get_availability(self) -> contract.Availability:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.reading() as session:
            calendar = session.get(Calendar, specialist_id)
        if calendar is None:
            raise NotFound("You have not set your availability yet.")
        return self._shown(calendar)

    def _shown(self, calendar: Calendar) -> contract.Availability:
        """As its specialist sees it, with the meeting link opened."""
        return calendar.to_resource(self.links.open(calendar.sealed_meeting_link))

    def _keep_link(self, calendar: Calendar, link: str | None) -> bool:
        """Seal and keep the specialist's own meeting link. Returns whether it is a new one."""
        if link == self.links.open(calendar.sealed_meeting_link):
            return False
        calendar.sealed_meeting_link = None if link is None else self.links.seal(link)
        return True

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
        """Announce next slots again: some have passed, others have come over the horizon."""
        with self.store.reading() as session:
            doubtful = list(session.scalars(queries.calendars_to_review(utc_now())))
        for_each(doubtful, self._review_calendar)

    def _review_calendar(self, specialist_id: UUID) -> None:
        now = utc_now()
        with self.store.transaction() as tx:
            announce_next_slots(tx, tx.lock(Calendar, specialist_id), now)

    @every(minutes=1)
    def close_calendars_without_place(self) -> None:
        """Stop offers without a place: those set while the platform made rooms, or needed none."""
        if self.meetings.makes_rooms:
            return
        with self.store.reading() as session:
            without = list(session.scalars(queries.calendars_without_place()))
        for_each(without, self._close_calendar_without_place)

    def _close_calendar_without_place(self, specialist_id: UUID) -> None:
        now = utc_now()
        with self.store.transaction() as tx:
            calendar = tx.lock(Calendar, specialist_id)
            busy = busy_times(tx, specialist_id, now)
            tx.emit(*calendar.stop_without_place(busy, now))

    @every(days=1)
    def reseal_meeting_links(self) -> None:
        """Re-encrypt links after a key rotation: the old key can be removed a day later."""
        reencrypt(self.store, Calendar.sealed_meeting_link, self.links.keys)


def _with_consultations_outside(
    shown: contract.Availability, hours: OpeningHours, ahead: Iterable[Consultation]
) -> AvailabilitySet:
    outside = [each for each in ahead if not hours.covers(each.starts_at)]
    return AvailabilitySet(
        **vars(shown),
        consultations_outside=[
            ConsultationOutside(id=each.id, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in outside[:MOST_SHOWN_OUTSIDE]
        ],
        consultations_outside_count=len(outside),
    )
