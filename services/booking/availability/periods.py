"""The periods that slots can be listed for: 62 days at most. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.errors import FieldError
from contracts.booking.slots import BadPeriod, Period

LONGEST_PERIOD = timedelta(days=62)
DEFAULT_PERIOD = timedelta(days=14)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def period_of(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """The start and the end of a period, with the defaults filled in. Raises ``BadPeriod``."""
    starting_from = period.starting_from or now
    until = period.until or starting_from + min(DEFAULT_PERIOD, END_OF_TIME - starting_from)
    if timedelta(0) < until - starting_from <= LONGEST_PERIOD:
        return starting_from, until
    limits = f"Must be after from, by {LONGEST_PERIOD.days} days at most."
    raise BadPeriod(errors=[FieldError("to", limits, until.isoformat())])
