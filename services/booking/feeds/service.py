"""What can be asked about consultations as calendars read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from chassis.concurrency.yielding import yield_now
from chassis.errors import NotFound
from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.booking import feeds as contract
from contracts.booking.feeds import CALENDAR_TYPE, OpenCalendarFeed
from contracts.files import File
from services.booking.consultations.consultations import Consultation
from services.booking.feeds import queries
from services.booking.feeds.calendar_feeds import CalendarFeed, digest_of, new_token
from services.booking.feeds.calendar_files import feed, published
from services.booking.feeds.site import Site
from services.booking.part import Part
from services.booking.preferences.queries import preferences_of
from services.booking.right_to_practise.queries import may_practise


class CalendarFeeds(Part):
    site = Site()

    @rpc
    def get_consultation_file(self, consultation_id: UUID, discreet: bool | None) -> File:
        reader, now = self.caller.known(), utc_now()
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
            discreet = _is_discreet(session, reader, discreet)
        if consultation is None:
            raise NotFound(f"there is no consultation {consultation_id}")
        consultation.require_party(self.caller)
        return _file(published(consultation, discreet, self.site, now))

    @rpc
    def open_calendar_feed(self, wanted: OpenCalendarFeed) -> contract.OpenedCalendarFeed:
        account_id, token, now = self.caller.known(), new_token(), utc_now()
        with self.store.transaction() as tx:
            tx.lock_or_create(CalendarFeed, account_id).open(token, wanted.discreet, now)
            discreet = _is_discreet(tx, account_id, wanted.discreet)
            return tx.reply(contract.OpenedCalendarFeed(token=token, discreet=discreet))

    @rpc
    def close_calendar_feed(self) -> None:
        mine = CalendarFeed.account_id == self.caller.known()
        with self.store.transaction() as tx:
            tx.execute(delete(CalendarFeed).where(mine))
            tx.reply(None)

    @rpc
    def get_calendar_feed(self, token: str) -> File:
        """To whoever knows the token."""
        now = utc_now()
        with self.store.reading() as session:
            found = session.scalar(queries.feed_under(digest_of(token)))
            if found is None:
                raise NotFound("there is no such calendar")
            practises = may_practise(session, found.account_id)
            shown = queries.in_feed_of(found.account_id, practises, now)
            consultations = session.scalars(shown).all()
            discreet = _is_discreet(session, found.account_id, found.discreet)
        return _file(feed(_one_by_one(consultations), discreet, self.site))


def _is_discreet(session: Session, account_id: UUID, wanted: bool | None) -> bool:
    """As wanted; else as the account prefers."""
    return preferences_of(session, account_id).discreet if wanted is None else wanted


def _one_by_one(consultations: Iterable[Consultation]) -> Iterator[Consultation]:
    """Others have their turn in between: writing hundreds takes a while."""
    for each in consultations:
        yield each
        yield_now()


def _file(text: str) -> File:
    return File.of(text.encode(), CALENDAR_TYPE)
