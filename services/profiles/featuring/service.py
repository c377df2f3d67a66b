"""Who is featured: what profiles can be asked, what it hears, what it does on a clock."""

from __future__ import annotations

from sqlalchemy import select

from chassis.clock import every
from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.booking import AvailabilityChanged
from contracts.profiles import specialists as contract
from services.profiles.discovery.directory import enter
from services.profiles.featuring import queries
from services.profiles.part import Part
from services.profiles.specialists.specialists import Specialist


class Featuring(Part):
    @rpc
    def list_featured(self, page: PageQuery) -> Page[contract.Specialist]:
        featured = select(Specialist).where(Specialist.featured.is_(True))
        with self.store.reading() as session:
            return newest_first(session, featured, Specialist.id, page, Specialist.to_resource)

    @subscribe(AvailabilityChanged)
    def learn_availability(self, event: AvailabilityChanged, tx: Transaction) -> None:
        specialist = tx.lock_or_create(Specialist, event.specialist_id)
        tx.emit(*specialist.learn_availability(event, utc_now()))
        enter(tx, specialist)

    @every(minutes=1)
    def review_featuring(self) -> None:
        """Time alone makes the truth about featuring change: a slot comes near, or passes."""
        now = utc_now()
        with self.store.reading() as session:
            doubtful = list(session.scalars(queries.featuring_in_doubt(now)))
        for specialist_id in doubtful:
            with self.store.transaction() as tx:
                specialist = tx.lock(Specialist, specialist_id)
                tx.emit(*specialist.review_featuring(now))
                enter(tx, specialist)
