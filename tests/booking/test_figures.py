"""A calendar's figures, as the service answers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from chassis.errors import Forbidden, Unauthenticated
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking.figures import Figures, MonthOfFigures, PublishedFigures, PublishedMonth
from services.booking.consultations.consultations import Consultation
from services.booking.monthly_figures import service as figures_service
from services.booking.monthly_figures.months import last_twelve
from services.booking.outcomes.outcomes import Outcome
from tests.booking.builders import HALF_AN_HOUR, an_availability
from tests.booking.steps import a_client
from tests.support.service_client import NOBODY, Talking, somebody

NOW = datetime(2040, 3, 15, 12, 0, tzinfo=UTC)
"""For figures alone, in the middle of a month. For other clocks it lies ahead: none closes what is
booked then."""


def numbers(month: MonthOfFigures | PublishedMonth) -> list[int | None]:
    return [
        month.booked,
        month.held,
        month.cancelled,
        month.missed,
        month.both_wish_to_continue,
    ]


# Months


# What is not told


# Asked of the service


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures_service, "utc_now", lambda: NOW)


def put(
    booking: Talking, specialist_id: UUID, starts_at: datetime, status: str
) -> tuple[UUID, UUID]:
    """Its id, and its client's."""
    row: dict[str, Any] = {
        "id": new_id(),
        "version": 1,
        "specialist_id": specialist_id,
        "client_id": new_id(),
        "starts_at": starts_at,
        "ends_at": starts_at + HALF_AN_HOUR,
        "status": status,
        "booked_at": starts_at - timedelta(days=1),
    }
    with booking.store.transaction() as tx:
        tx.execute(insert(Consultation).values(**row))
    return row["id"], row["client_id"]


def say(booking: Talking, id: UUID, wishes: dict[UUID, str]) -> None:
    rows = [
        {"id": new_id(), "consultation_id": id, "account_id": who, "wish": wish, "said_at": NOW}
        for who, wish in wishes.items()
    ]
    with booking.store.transaction() as tx:
        tx.execute(insert(Outcome), rows)


def figures(answer: Any) -> Figures:
    return load(Figures, answer, Reading.WIRE)


def test_a_specialist_sees_their_own_months_in_their_own_zone(booking: Talking) -> None:
    specialist = somebody("specialist")
    zone = "Pacific/Auckland"
    booking.asked_by(specialist).set_availability(availability=an_availability(time_zone=zone))
    this = last_twelve(zone, NOW)[-1]
    before = last_twelve(zone, NOW)[0]
    id = specialist.known()
    for n, status in enumerate(["booked", "completed", "completed", "cancelled", "missed"]):
        put(booking, id, this.begins + n * HALF_AN_HOUR, status)
    put(booking, id, this.begins - HALF_AN_HOUR, "completed")
    put(booking, id, before.begins, "missed")
    put(booking, id, before.begins - HALF_AN_HOUR, "missed")
    put(booking, new_id(), this.begins, "completed")
    found = figures(booking.asked_by(specialist).get_my_figures())
    assert found.time_zone == zone
    assert len(found.months) == 12
    assert numbers(found.months[-1])[:4] == [5, 2, 1, 1]
    assert numbers(found.months[-2])[:4] == [1, 1, 0, 0]
    assert numbers(found.months[0])[:4] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("client", "specialist", "count"),
    [
        ("continue", "good_fit", 1),
        ("continue", "not_a_fit", 0),
        ("try_another", "good_fit", 0),
        ("continue", None, 0),
        (None, "good_fit", 0),
    ],
)
def test_both_wish_to_continue_where_both_said_so_and_nowhere_else(
    booking: Talking, client: str | None, specialist: str | None, count: int
) -> None:
    who, months = somebody("specialist"), last_twelve("UTC", NOW)
    id, client_id = put(booking, who.known(), months[-2].begins, "completed")
    said = {client_id: client, who.known(): specialist}
    say(booking, id, {account: wish for account, wish in said.items() if wish})
    found = figures(booking.asked_by(who).get_my_figures())
    assert [each.both_wish_to_continue for each in found.months[-2:]] == [count, 0]


@pytest.mark.parametrize("status", ["booked", "missed", "cancelled"])
def test_both_wish_to_continue_is_counted_among_those_held(booking: Talking, status: str) -> None:
    """What a wish was given for may be said later to have been missed."""
    who, months = somebody("specialist"), last_twelve("UTC", NOW)
    id, client_id = put(booking, who.known(), months[-1].begins, status)
    say(booking, id, {client_id: "continue", who.known(): "good_fit"})
    found = figures(booking.asked_by(who).get_my_figures())
    assert (found.months[-1].held, found.months[-1].both_wish_to_continue) == (0, 0)


def test_who_has_no_hours_yet_has_figures_too(booking: Talking) -> None:
    found = figures(booking.asked_by(somebody("specialist")).get_my_figures())
    assert found.time_zone == "UTC"
    assert {each.booked for each in found.months} == {0}


def test_admins_see_all_but_no_group_below_five(booking: Talking) -> None:
    months = last_twelve("UTC", NOW)
    many, few = months[3], months[5]
    for n in range(6):
        put(booking, new_id(), many.begins + n * HALF_AN_HOUR, "completed")
        put(booking, new_id(), many.begins + n * HALF_AN_HOUR, "cancelled")
    for n in range(5):
        put(booking, new_id(), many.begins + n * HALF_AN_HOUR, "missed")
    for n in range(4):
        put(booking, new_id(), few.begins + n * HALF_AN_HOUR, "completed")
    answer = booking.asked_by(somebody("admin")).get_figures()
    found = load(PublishedFigures, answer, Reading.WIRE)
    assert numbers(found.months[3])[:4] == [17, 6, 6, 5]
    assert numbers(found.months[5]) == [None] * 5


def test_figures_are_for_whom_they_concern(booking: Talking) -> None:
    for who, refusal in ((a_client(), Forbidden), (NOBODY, Unauthenticated)):
        with pytest.raises(refusal):
            booking.asked_by(who).get_my_figures()
        with pytest.raises(refusal):
            booking.asked_by(who).get_figures()
    with pytest.raises(Forbidden):
        booking.asked_by(somebody("specialist")).get_figures()
    with pytest.raises(Forbidden):
        booking.asked_by(somebody("admin")).get_my_figures()
