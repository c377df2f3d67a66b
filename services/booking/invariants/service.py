"""The clock that checks invariants."""

from __future__ import annotations

import structlog

from chassis.scheduling.every import every
from chassis.times import utc_now
from services.booking import dependencies
from services.booking.invariants.checking import check_invariants

log = structlog.get_logger()


class Invariants:
    store = dependencies.store

    @every(hours=1)
    def look_for_broken_invariants(self) -> None:
        """The same check as ``firststep audit``. Breaches are logged and counted."""
        with self.store.reading() as session:
            found = check_invariants(session, utc_now())
        for each in found.shown:
            log.error("invariant_broken", invariant=each.invariant, about=each.about)
        log.info("invariants_checked", broken=found.counts.total(), by_invariant=found.counts)
