"""What booking keeps goes when its time is over, and not a day before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from chassis.ids import new_id
from chassis.maintenance.pruning import prune
from chassis.times import utc_now
from contracts.booking.consultations import CancellationReason, ConsultationStatus, Party
from contracts.booking.outcomes import Wish
from services.booking.availability.busy import Busy
from services.booking.availability.external_busy_times import BusyTime
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import CONTENT
from services.booking.holds.holds import Hold
from services.booking.outcomes.outcomes import Outcome
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.specialist_facts import SpecialistFacts
from services.booking.retention import RULES, Retention
from tests.booking.builders import MONDAY, a_calendar, at
from tests.support.ids import an_id_made_at
from tests.support.service_client import Talking

A_DAY = timedelta(days=1)
START = at("09:00", days_later=1)


def kept(booking: Talking, *rows: Any) -> None:
    with booking.store.transaction() as tx:
        tx.add_all(rows)


def found(booking: Talking, kind: Any, id: Any) -> Any:
    with booking.store.reading() as session:
        return session.get(kind, id)


def a_consultation_that_ended(at: datetime, cancelled: bool = False) -> Consultation:
    consultation, _ = Consultation.book(
        a_calendar(), new_id(), START, Busy(), [], MONDAY, "sealed", "https://meet.example/1"
    )
    if cancelled:
        consultation.cancel(Party.SPECIALIST, CancellationReason.OTHER, MONDAY)
    else:  # closed long ago, or the schedule of the running service would close it now
        consultation.status = ConsultationStatus.COMPLETED
    consultation.meeting_address = "1 Main Street"
    consultation.read_note("192.0.2.0/24", MONDAY)
    consultation.starts_at, consultation.ends_at = at - timedelta(minutes=30), at
    consultation.id = an_id_made_at(at - timedelta(days=7))
    return consultation


def clock(booking: Talking) -> Retention:
    """The clock's methods, outside of their process."""
    service = Retention()
    service.store = booking.store
    return service


@pytest.mark.parametrize("cancelled", [False, True])
def test_note_link_and_place_of_a_consultation_go_after_30_days_and_the_rest_stays(
    booking: Talking, cancelled: bool
) -> None:
    now = utc_now()
    consultations = {
        days: a_consultation_that_ended(now - days * A_DAY, cancelled) for days in (29, 31)
    }
    kept(booking, *consultations.values())

    clock(booking).forget_content()

    left = {days: found(booking, Consultation, each.id) for days, each in consultations.items()}
    content = {
        days: [getattr(each, column.key) for column in CONTENT] for days, each in left.items()
    }
    of_note = 1 if cancelled else 0  # which went at once
    assert None not in content[29][of_note:]
    assert content[31] == [None] * len(CONTENT)
    assert left[31].client_id == consultations[31].client_id
    assert left[31].version == consultations[31].version


def test_all_that_only_the_two_sides_may_know_is_forgotten_together() -> None:
    consultation = a_consultation_that_ended(MONDAY)
    consultation.forget_content()
    assert [getattr(consultation, column.key) for column in CONTENT] == [None] * len(CONTENT)


def test_an_outcome_stays_for_a_year(booking: Talking) -> None:
    now = utc_now()
    outcomes = {
        days: Outcome(
            id=new_id(),
            consultation_id=new_id(),
            account_id=new_id(),
            wish=Wish.CONTINUE,
            said_at=now - days * A_DAY,
        )
        for days in (364, 366)
    }
    kept(booking, *outcomes.values())

    prune(booking.store, RULES, now)

    left = [days for days, each in outcomes.items() if found(booking, Outcome, each.id)]
    assert left == [364]


def test_what_was_looked_for_instead_goes_30_days_after_the_lost_consultation(
    booking: Talking,
) -> None:
    now = utc_now()
    facts = SpecialistFacts(specialist_id=new_id(), languages=["en"], topics=["anxiety"])
    consultations = {days: a_consultation_that_ended(now - days * A_DAY) for days in (29, 31)}
    kept(booking, *consultations.values())
    kept(booking, *(LostConsultation.of(each.id, facts) for each in consultations.values()))

    prune(booking.store, RULES, now)

    left = [
        days for days, each in consultations.items() if found(booking, LostConsultation, each.id)
    ]
    assert left == [29]


def test_what_was_held_or_taken_elsewhere_goes_a_day_after_it_is_over(booking: Talking) -> None:
    now = utc_now()
    times = {hours: now - timedelta(hours=hours) for hours in (-1, 23, 25)}
    holds = {each: Hold.of(new_id(), new_id(), at, now + A_DAY) for each, at in times.items()}
    specialist_id, calendar_id = new_id(), new_id()
    kept(booking, *holds.values())
    with booking.store.transaction() as tx:
        tx.execute(
            insert(BusyTime),
            [
                {
                    "calendar_id": calendar_id,
                    "specialist_id": specialist_id,
                    "starts_at": at - A_DAY,
                    "ends_at": at,
                }
                for at in times.values()
            ],
        )

    prune(booking.store, RULES, now)

    assert [each for each, hold in holds.items() if found(booking, Hold, hold.id)] == [-1, 23]
    left = [found(booking, BusyTime, (calendar_id, at - A_DAY)) for at in times.values()]
    assert [each is not None for each in left] == [True, True, False]
