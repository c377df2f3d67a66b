"""RPC methods, subscriptions and schedules of featuring."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from marshmallow.validate import Length

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.messaging.subscribe import subscribe
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking.availability import AvailabilityChanged
from contracts.profiles import specialists as contract
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import (
    MOST_EXPOSURES,
    MOST_IDS,
    Exposure,
    FeaturingReport,
    Feed,
    FeedQuery,
)
from services.profiles import dependencies
from services.profiles.featuring import corrections, exposures, feed, queries
from services.profiles.featuring.corrections import Cause
from services.profiles.specialists.profile import NO_PROFILE
from services.profiles.specialists.specialists import Specialist

log = structlog.get_logger()


class Featuring:
    store = dependencies.store
    caller = dependencies.caller

    # Featured specialists

    @rpc
    def list_featured(self) -> list[UUID]:
        """The ids of all featured specialists. The gateway decides the order."""
        with self.store.reading() as session:
            return list(session.scalars(queries.featured_ids()))

    @rpc
    def get_featured(
        self, ids: Annotated[list[UUID], Length(max=MOST_IDS)]
    ) -> list[contract.Specialist]:
        """The featured ones of these specialists."""
        with self.store.reading() as session:
            return [each.to_resource() for each in session.scalars(queries.featured_of(ids))]

    @rpc
    def get_feed(self, query: FeedQuery) -> Feed:
        with self.store.reading() as session:
            return feed.read(session, query)

    # Exposures and report

    @rpc
    def record_exposures(
        self, counts: Annotated[list[Exposure], Length(max=MOST_EXPOSURES)]
    ) -> None:
        with self.store.transaction() as tx:
            exposures.record(tx, counts)
            tx.reply(None)

    @rpc
    def get_featuring(self) -> FeaturingReport:
        specialist_id, now = self.caller.with_role(Role.SPECIALIST), utc_now()
        with self.store.reading() as session:
            specialist = session.get(Specialist, specialist_id)
            if specialist is None:
                raise NotFound(NO_PROFILE)
            specialist.require_written()
            return FeaturingReport(
                featured=specialist.featured,
                since=specialist.featuring_since,
                against=specialist.obstacles(now),
                days=list(exposures.of_specialist(session, specialist_id, now.date())),
            )

    # Facts and corrections

    @subscribe(AvailabilityChanged)
    def learn_availability(self, event: AvailabilityChanged, tx: Transaction) -> None:
        specialist = tx.lock_or_create(Specialist, event.specialist_id)
        tx.emit(*specialist.learn_availability(event, utc_now()))

    @every(minutes=1)
    def mend_featuring(self) -> None:
        """Correct ``featured`` where time has changed it: a slot came near or passed. Other causes
        are corrected and logged for the operator."""
        with self.store.reading() as session:
            untrue = list(session.scalars(queries.featuring_untrue(utc_now())))
        for_each(untrue, self._mend)

    def _mend(self, specialist_id: UUID) -> None:
        now = utc_now()
        with self.store.transaction() as tx:
            specialist = tx.lock(Specialist, specialist_id)
            was = specialist.featured
            cause = Cause.TIME if specialist.featuring_was_true() else Cause.UNEXPLAINED
            tx.emit(*specialist.review_featuring(now))
            if specialist.featured == was:
                return  # another process was faster
            corrections.count(tx, now.date(), cause)
        if cause is Cause.UNEXPLAINED:
            log.error("featuring_inconsistent", specialist=str(specialist_id), featured=was)
