"""The Calendar: a specialist's availability, and what may still be booked in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import FieldError
from contracts.booking import (
    Availability,
    AvailabilityChanged,
    BadHours,
    BadPeriod,
    Hours,
    NoFreeConsultations,
    Slot,
    SlotNotOffered,
    SlotsQuery,
    SlotTaken,
    TooSoon,
)
from services.booking.availability import SLOT, WeeklyHours, require_sensible
from services.booking.base import Base

LONGEST_PERIOD = timedelta(days=62)
LOOK_AT_THE_HORIZON_EVERY = timedelta(hours=1)
USUAL_PERIOD = timedelta(days=14)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
TIME_ZONES = available_timezones() - {"localtime"}  # which is whatever the host's clock shows


class Calendar(Base):
    """One for each specialist, under the specialist's id; locked by whoever books in it."""

    __tablename__ = "calendars"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    listed: Mapped[bool] = mapped_column(default=False)
    listing_version: Mapped[int] = mapped_column(default=0)
    offers_free_consultations: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    hours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    minimum_notice_hours: Mapped[int] = mapped_column(default=12)
    horizon_days: Mapped[int] = mapped_column(default=60)
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    review_at: Mapped[datetime | None] = mapped_column(default=None, index=True)

    def open(
        self, availability: Availability, booked: Collection[datetime], now: datetime
    ) -> list[AvailabilityChanged]:
        """Take on new hours; raises ``BadHours``."""
        if availability.time_zone not in TIME_ZONES:
            raise BadHours(
                errors=[FieldError("time_zone", "Not an IANA time zone.", availability.time_zone)]
            )
        require_sensible(availability.hours)
        offered_before = self.offers_free_consultations
        self.offers_free_consultations = availability.offers_free_consultations
        self.time_zone = availability.time_zone
        self.hours = [
            {"weekday": each.weekday, "starts": each.starts, "ends": each.ends}
            for each in availability.hours
        ]
        self.minimum_notice_hours = availability.minimum_notice_hours
        self.horizon_days = availability.horizon_days
        return self.review(booked, now, changed=offered_before != self.offers_free_consultations)

    def learn_listing(self, listed: bool, version: int) -> None:
        """Take on what profiles says, unless something newer is known."""
        if version > self.listing_version:
            self.listing_version = version
            self.listed = listed

    def slots(
        self, query: SlotsQuery, booked: Collection[datetime], now: datetime
    ) -> Iterator[Slot]:
        """What can be booked in a period; raises ``BadPeriod``."""
        starting_from = query.starting_from or now
        until = query.until or starting_from + min(USUAL_PERIOD, END_OF_TIME - starting_from)
        if not timedelta(0) < until - starting_from <= LONGEST_PERIOD:
            raise BadPeriod(
                errors=[
                    FieldError(
                        "to",
                        f"Must be after from, by {LONGEST_PERIOD.days} days at most.",
                        until.isoformat(),
                    )
                ]
            )
        if not self.listed or not self.offers_free_consultations:
            return
        for start in self._free(starting_from, until, booked, now):
            yield Slot(starts_at=start, ends_at=start + SLOT)

    def require_bookable(
        self, starts_at: datetime, booked: Collection[datetime], now: datetime
    ) -> None:
        """Raises the refusal that stands against booking this time."""
        if not self.listed or not self.offers_free_consultations:
            raise NoFreeConsultations
        if starts_at in booked:
            raise SlotTaken
        if starts_at < self._earliest(now):
            raise TooSoon(
                f"{starts_at.isoformat()} is too close to be booked: "
                f"the notice is {self.minimum_notice_hours} hours"
            )
        if starts_at >= self._latest(now):
            raise SlotNotOffered(f"slots are offered {self.horizon_days} days ahead")
        offered = self._free(starts_at, starts_at + SLOT, booked, now)
        if next(offered, None) != starts_at:
            raise SlotNotOffered

    def review(
        self, booked: Collection[datetime], now: datetime, changed: bool = False
    ) -> list[AvailabilityChanged]:
        """Look up the next free slot again; the event where it, or ``changed``, is news."""
        next_slot_at = next(self._free(now, self._latest(now), booked, now), None)
        self.review_at = self._stays_true_until(next_slot_at, now)
        if next_slot_at == self.next_slot_at and not changed:
            return []
        self.next_slot_at = next_slot_at
        self.version += 1
        return [
            AvailabilityChanged(
                specialist_id=self.specialist_id,
                version=self.version,
                offers_free_consultations=self.offers_free_consultations,
                next_slot_at=next_slot_at,
            )
        ]

    def _stays_true_until(self, next_slot_at: datetime | None, now: datetime) -> datetime:
        """Until the slot is too close; where there is none, one may come over the horizon."""
        if next_slot_at is None:
            return now + LOOK_AT_THE_HORIZON_EVERY
        return next_slot_at - timedelta(hours=self.minimum_notice_hours)

    def _free(
        self, starting_from: datetime, until: datetime, booked: Collection[datetime], now: datetime
    ) -> Iterator[datetime]:
        weekly = WeeklyHours(self.time_zone, tuple(Hours(**each) for each in self.hours))
        earliest = max(starting_from, self._earliest(now))
        latest = min(until, self._latest(now))
        if earliest >= latest:
            return
        for start in weekly.slots(earliest, latest):
            if all(abs(start - other) >= SLOT for other in booked):
                yield start

    def _earliest(self, now: datetime) -> datetime:
        return now + timedelta(hours=self.minimum_notice_hours)

    def _latest(self, now: datetime) -> datetime:
        return now + timedelta(days=self.horizon_days)

    def to_resource(self) -> Availability:
        return Availability(
            offers_free_consultations=self.offers_free_consultations,
            time_zone=self.time_zone,
            hours=[Hours(**each) for each in self.hours],
            minimum_notice_hours=self.minimum_notice_hours,
            horizon_days=self.horizon_days,
        )
