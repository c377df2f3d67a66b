"""The export of an account's data, and the subscription that erases it."""

from __future__ import annotations

from chassis.database.transaction import Transaction
from chassis.messaging import erasure
from chassis.messaging.subscribe import subscribe
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.times import utc_now
from contracts.booking.privacy import BookingData, PersonalDataErased
from contracts.profiles.privacy import AccountErased
from services.booking import dependencies
from services.booking.availability.calendars import Calendar
from services.booking.calendar_feeds.calendar_feeds import CalendarFeed
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import consultations_of
from services.booking.external_calendars.queries import resources_of
from services.booking.holds.queries import held_for
from services.booking.outcomes.queries import outcomes_of
from services.booking.preferences.preferences import Preferences
from services.booking.privacy.erasure import erase
from services.booking.waitlist.queries import waits_of


class Privacy:
    store = dependencies.store
    caller = dependencies.caller
    notes = dependencies.notes
    links = dependencies.links

    @rpc
    def export_personal_data(self) -> BookingData:
        account_id = self.caller.known()
        mine = consultations_of(account_id).order_by(Consultation.id)
        waits = waits_of(account_id)
        now = utc_now()
        with self.store.reading() as session:
            calendar = session.get(Calendar, account_id)
            preferences = session.get(Preferences, account_id)
            feed = session.get(CalendarFeed, account_id)
            held = session.scalars(held_for(account_id, now))
            return BookingData(
                availability=None
                if calendar is None
                else calendar.to_resource(self.links.open(calendar.sealed_meeting_link)),
                consultations=[
                    # a note is exported to its author only
                    each.to_resource(
                        account_id, self.notes.open if each.client_id == account_id else None
                    )
                    for each in session.scalars(mine)
                ],
                preferences=None if preferences is None else preferences.to_resource(),
                waitlist=[each.to_resource() for each in session.scalars(waits)],
                outcomes=[each.to_resource() for each in session.scalars(outcomes_of(account_id))],
                held_slots=[each.to_resource() for each in held],
                calendar_feed=None if feed is None else feed.to_resource(),
                external_calendars=resources_of(session, account_id, now),
            )

    @subscribe(AccountErased)
    def erase_account(self, event: AccountErased, tx: Transaction) -> None:
        tx.mark_erased(event.account_id)
        erase(tx, event.account_id, utc_now())

    @every(seconds=5, quiet_s=30)
    def finish_erasures(self) -> None:
        erasure.finish(
            self.store,
            lambda tx, id: erase(tx, id, utc_now()),
            lambda id: PersonalDataErased(account_id=id),
        )
