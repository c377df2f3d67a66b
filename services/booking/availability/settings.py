"""Availability settings: a specialist's hours, minimum notice, limits and place."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.availability import Availability, DateOverride, Hours, Stay, Stretch
from services.booking.availability.limits import Limits
from services.booking.availability.opening_hours import OpeningHours
from services.booking.availability.validation import require_valid

PLAIN = (
    "offers_free_consultations",
    "time_zone",
    "grid_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_hours",
    "horizon_days",
    "most_per_day",
    "most_per_week",
    "monthly_budget",
    "paced",
    "cancellation_notice_hours",
    "in_person_address",
)


class AvailabilitySettings:
    """The part of a ``Calendar`` that its specialist sets."""

    offers_free_consultations: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    hours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    overrides: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    stays: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    grid_minutes: Mapped[int] = mapped_column(default=30)
    buffer_before_minutes: Mapped[int] = mapped_column(default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(default=0)
    minimum_notice_hours: Mapped[int] = mapped_column(default=12)
    horizon_days: Mapped[int] = mapped_column(default=60)
    most_per_day: Mapped[int | None] = mapped_column(default=None)
    most_per_week: Mapped[int | None] = mapped_column(default=None)
    monthly_budget: Mapped[int | None] = mapped_column(default=None)
    paced: Mapped[bool] = mapped_column(default=True)
    cancellation_notice_hours: Mapped[int] = mapped_column(default=12)
    in_person_address: Mapped[str | None] = mapped_column(default=None)
    sealed_meeting_link: Mapped[str | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    """When these hours were set: later bookings keep to their limits."""

    def change_settings(self, availability: Availability, now: datetime) -> None:
        """Raises ``BadHours``."""
        require_valid(availability)
        self.opened_at = now
        for name in PLAIN:
            setattr(self, name, getattr(availability, name))
        self.hours = [asdict(each) for each in availability.hours]
        self.overrides = [
            {**asdict(each), "day": each.day.isoformat()} for each in availability.overrides
        ]
        self.stays = [
            {
                "first_day": each.first_day.isoformat(),
                "last_day": each.last_day.isoformat(),
                "time_zone": each.time_zone,
            }
            for each in availability.stays
        ]

    @property
    def opening_hours(self) -> OpeningHours:
        return OpeningHours(
            time_zone=self.time_zone,
            hours=tuple(Hours(**each) for each in self.hours),
            overrides=tuple(_override(each) for each in self.overrides),
            stays=tuple(_stay(each) for each in self.stays),
            grid_minutes=self.grid_minutes,
        )

    @property
    def has_place(self) -> bool:
        """Whether the specialist gave a place, apart from rooms that the platform makes."""
        return self.in_person_address is not None or self.sealed_meeting_link is not None

    @property
    def limits(self) -> Limits:
        return Limits(self.most_per_day, self.most_per_week, self.monthly_budget, self.paced)

    def earliest(self, now: datetime) -> datetime:
        """The first start that still respects the minimum notice."""
        return now + timedelta(hours=self.minimum_notice_hours)

    def latest(self, now: datetime) -> datetime:
        """The horizon: slots that start then or later are too far ahead."""
        return now + timedelta(days=self.horizon_days)

    def to_resource(self, meeting_link: str | None = None) -> Availability:
        """As its specialist sees it. ``meeting_link``: the decrypted ``sealed_meeting_link``."""
        hours = self.opening_hours
        return Availability(
            hours=list(hours.hours),
            overrides=list(hours.overrides),
            stays=list(hours.stays),
            meeting_link=meeting_link,
            **{name: getattr(self, name) for name in PLAIN},
        )


def _override(kept: dict[str, Any]) -> DateOverride:
    return DateOverride(
        day=date.fromisoformat(kept["day"]), hours=[Stretch(**each) for each in kept["hours"]]
    )


def _stay(kept: dict[str, Any]) -> Stay:
    return Stay(
        first_day=date.fromisoformat(kept["first_day"]),
        last_day=date.fromisoformat(kept["last_day"]),
        time_zone=kept["time_zone"],
    )
