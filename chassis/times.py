"""The clock on the wall. Rules never read it: they are given ``now``."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
