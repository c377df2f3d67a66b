"""Several processes book at once, at times that overlap: nobody is ever in two places."""

from __future__ import annotations

import itertools
import random
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import CallContext, Caller, entered
from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.booking.consultations import OverlappingBooking, SlotTaken
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import SLOT
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import EVERY_DAY, an_availability, on
from tests.support.databases import connected_database
from tests.support.platform import House, a_house
from tests.support.service_client import at_once
from tests.system.processes import Settings, serving

PROCESSES = 3
ATTEMPTS = 200
TIMES = 20
QUARTER = timedelta(minutes=15)
FIRST = datetime.combine(datetime.now(UTC).date() + timedelta(days=3), time(9), UTC)


def test_200_attempts_over_20_overlapping_times_on_three_processes_overlap_nowhere(
    tmp_path: Path, real: Settings
) -> None:
    with ExitStack() as stack:
        fleet = [serving(tmp_path, real, "booking") for _ in range(PROCESSES)]
        for process in [stack.enter_context(each) for each in fleet]:
            process.wait_until_ready()
        house = stack.enter_context(
            a_house(real["broker"], real["database"], real["mail"], services=())
        )
        specialists = [a_specialist(house) for _ in range(2)]
        clients = [new_id() for _ in range(ATTEMPTS // 2)]
        wishes = [
            (client, specialist, FIRST + QUARTER * random.randrange(TIMES))
            for client, specialist in itertools.product(clients, specialists)
        ]

        outcomes = at_once([partial(book, house, *wish) for wish in wishes])

        assert len(outcomes) == ATTEMPTS
        kinds = {type(each) for each in outcomes}
        assert kinds <= {dict, SlotTaken, OverlappingBooking}, kinds
        assert dict in kinds
        assert SlotTaken in kinds
        booked = consultations(real)
        assert len(booked) == [type(each) for each in outcomes].count(dict)
        for whose in ("specialist_id", "client_id"):
            by_person = sorted((getattr(each, whose), each.starts_at) for each in booked)
            for (one, earlier), (other, later) in pairwise(by_person):
                assert one != other or later - earlier >= SLOT


def a_specialist(house: House) -> UUID:
    """Listed, open all day, on a grid of a quarter of an hour."""
    id = new_id()
    hours = [on(day, "00:00", "24:00") for day in EVERY_DAY]
    with entered(CallContext(caller=Caller(id, frozenset(["specialist"])))):
        house.remote("booking").set_availability(
            availability={
                **vars(an_availability(hours, meeting_link="https://video.example/ada")),
                "grid_minutes": 15,
            }
        )
    database = connected_database(house.database, "booking")
    with database.transaction() as tx:
        tx.execute(update(Calendar).where(Calendar.specialist_id == id).values(listed=True))
    database.dispose()
    return id


def book(house: House, client: UUID, specialist: UUID, starts_at: datetime) -> Any:
    """The consultation, or the refusal."""
    with entered(CallContext(caller=Caller(client, frozenset(["client"]), verified=True))):
        try:
            return house.remote("booking").book_consultation(
                specialist_id=specialist, starts_at=starts_at
            )
        except DomainError as refusal:
            return refusal


def consultations(settings: Settings) -> list[Consultation]:
    database = connected_database(settings["database"], "booking")
    with database.reading() as session:
        found = list(session.scalars(select(Consultation)))
    database.dispose()
    return found
