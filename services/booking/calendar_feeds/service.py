"""RPC methods of calendar files and calendar feeds."""

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
from services.booking import dependencies
from services.booking.availability.queries import may_practise
from services.booking.calendar_feeds import queries
from services.booking.calendar_feeds.calendar_feeds import CalendarFeed, digest_of, new_token
from services.booking.calendar_feeds.site_urls import Site
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.participants import NO_CONSULTATION
from services.booking.preferences.queries import preferences_of


class CalendarFeeds:
    store = dependencies.store
    caller = dependencies.caller
    site = Site()

    @rpc
    def get_consultation_file(self, consultation_id: UUID, discreet: bool | None) -> File:
        from services.booking.calendar_feeds.calendar_files import published

        reader, now = self.caller.known(), utc_now()
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
            discreet = _is_discreet(session, reader, discreet)
        if consultation is None:
            raise NotFound(NO_CONSULTATION)
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
        """The feed of a token. It needs no other authentication."""
        from services.booking.calendar_feeds.calendar_files import feed

        now = utc_now()
        with self.store.reading() as session:
            found = session.scalar(queries.feed_under(digest_of(token)))
            if found is None:
                raise NotFound(
                    "There is no calendar at this address. It may have been revoked or replaced."
                )
            practises = may_practise(session, found.account_id)
            shown = queries.in_feed_of(found.account_id, practises, now)
            consultations = session.scalars(shown).all()
            discreet = _is_discreet(session, found.account_id, found.discreet)
        return _file(feed(_one_by_one(consultations), discreet, self.site))


def _is_discreet(session: Session, account_id: UUID, wanted: bool | None) -> bool:
    """As requested, or else as in the account's preferences."""
    return preferences_of(session, account_id).discreet if wanted is None else wanted


def _one_by_one(consultations: Iterable[Consultation]) -> Iterator[Consultation]:
    """Yields to other greenlets in between: writing hundreds of events takes a while."""
    for each in consultations:
        yield each
        yield_now()


def _file(text: str) -> File:
    return File.of(text.encode(), CALENDAR_TYPE)
