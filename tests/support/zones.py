"""Where it is which time of the day: people are asked by day alone."""

from __future__ import annotations

from datetime import UTC, datetime


def zone_at(hour: int, moment: datetime | None = None) -> str:
    """Where it is that hour of the day then; now, unless it is said."""
    ahead = (hour - (moment or datetime.now(UTC)).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"
