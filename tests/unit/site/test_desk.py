"""What the desk derives from what the services say."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from chassis.times import utc_now
from contracts.booking.figures import MonthOfFigures
from contracts.profiles.featuring import ExposureOfDay, FeaturingReport
from contracts.profiles.licences import Licence, LicenceStatus
from gateway.site.desk.desk import FeaturingShown, FiguresShown, state_of

TODAY = date(2026, 11, 30)


def a_licence(status: LicenceStatus, days: int) -> Licence:
    return Licence(
        specialist_id=uuid4(),
        version=1,
        status=status,
        number="1",
        issuing_body="Chamber",
        country="DE",
        expires_on=TODAY + timedelta(days=days),
        has_document=False,
        submitted_at=utc_now(),
        decided_at=None,
        reason="",
        in_force=None,
    )


@pytest.mark.parametrize(
    ("status", "days", "state"),
    [
        (LicenceStatus.SUBMITTED, 5, "submitted"),
        (LicenceStatus.VERIFIED, 31, "verified"),
        (LicenceStatus.VERIFIED, 30, "expiring"),
        (LicenceStatus.DECLINED, 5, "declined"),
        (LicenceStatus.EXPIRED, -1, "expired"),
    ],
)
def test_a_verified_licence_expires_soon_from_thirty_days_on(
    status: LicenceStatus, days: int, state: str
) -> None:
    assert state_of(a_licence(status, days), TODAY) == state


def test_without_a_licence_there_is_none() -> None:
    assert state_of(None, TODAY) == "none"


def test_counts_under_five_are_left_out_of_the_sums() -> None:
    days = [
        ExposureOfDay(day=TODAY, shown=None, opened=None),
        ExposureOfDay(day=TODAY - timedelta(days=1), shown=12, opened=None),
        ExposureOfDay(day=TODAY - timedelta(days=2), shown=30, opened=6),
    ]
    shown = FeaturingShown(
        report=FeaturingReport(featured=True, since=None, against=[], days=days), zone="UTC"
    )
    assert (shown.shown, shown.opened) == (42, 6)
    assert shown.counted_days == days[1:]


def test_months_without_a_half_hour_are_left_out_but_the_present_one() -> None:
    months = [a_month(9, 0), a_month(10, 3), a_month(11, 0)]
    assert FiguresShown(months=months, zone="UTC").months_with_any == months[1:]


def a_month(number: int, booked: int) -> MonthOfFigures:
    return MonthOfFigures(
        month=date(2026, number, 1),
        booked=booked,
        held=0,
        cancelled=0,
        missed=0,
        both_wish_to_continue=0,
    )
