"""Where random lives of consultations are played: on bare aggregates, or through the service."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.events import Event, as_mapping
from chassis.ids import new_id
from chassis.messaging.subscribe import subscriptions_of
from chassis.schemas import Reading, load
from contracts.booking import consultations as contract
from contracts.booking.availability import Availability
from contracts.booking.consultations import Attendance, ConsultationStatus, Party
from contracts.booking.outcomes import Wish
from contracts.booking.slots import MOST_ON_A_PAGE, Slots, SlotsQuery
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.invariants.checking import check_invariants
from services.booking.outcomes.outcomes import Outcome
from services.booking.service import BookingService
from tests.booking.builders import a_calendar, busy_at
from tests.booking.steps import listed, slots_of
from tests.support.eventually import eventually
from tests.support.service_client import Asking, Talking


class Told(NamedTuple):
    """An event: its type, and whom it is about."""

    kind: str
    about: str
    next_slots: tuple[datetime, ...] = ()


class World(Protocol):
    """What can be done in it; each method raises what stands against it."""

    now: datetime

    def a_specialist(self) -> UUID: ...

    def open(self, specialist: UUID, availability: Availability) -> None: ...

    def slots(self, specialist: UUID, until: datetime) -> list[datetime]: ...

    def book(self, client: UUID, specialist: UUID, start: datetime) -> UUID: ...

    def cancel(self, id: UUID, by: Party) -> None: ...

    def move(self, id: UUID, by: Party, start: datetime) -> None: ...

    def times_to_move_to(self, id: UUID, by: Party, until: datetime) -> list[datetime]: ...

    def attend(self, id: UUID, by: Party, attendance: Attendance) -> None: ...

    def say(self, id: UUID, by: Party, wish: Wish) -> None: ...

    def clocks_tick(self) -> None: ...

    def seen(self, id: UUID) -> contract.Consultation: ...

    def told(self) -> list[Told]:
        """All events about its consultations and specialists."""

    def broken(self) -> list[Any]:
        """What an audit finds."""


class BareWorld:
    """Aggregates, and what the service asks of its database as plain lists."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._calendars: dict[UUID, Calendar] = {}
        self._consultations: dict[UUID, Consultation] = {}
        self._outcomes: list[Outcome] = []
        self._told: list[Event] = []

    def a_specialist(self) -> UUID:
        calendar = a_calendar(hours=[], offers=False)
        self._calendars[calendar.specialist_id] = calendar
        return calendar.specialist_id

    def open(self, specialist: UUID, availability: Availability) -> None:
        self._told += self._calendars[specialist].open(
            availability, self._busy(specialist), self.now
        )

    def slots(self, specialist: UUID, until: datetime) -> list[datetime]:
        free = self._calendars[specialist].free_times(self._busy(specialist), self.now)
        return [each for each in free.bookable(self.now) if each < until]

    def book(self, client: UUID, specialist: UUID, start: datetime) -> UUID:
        consultation, event = Consultation.book(
            self._calendars[specialist],
            client,
            start,
            self._busy(specialist),
            self._bookings(client),
            self.now,
        )
        self._consultations[consultation.id] = consultation
        self._told.append(event)
        self._review(specialist)
        return consultation.id

    def cancel(self, id: UUID, by: Party) -> None:
        consultation = self._consultations[id]
        self._told.append(consultation.cancel(by, None, self.now))
        self._review(consultation.specialist_id)
        self._release(consultation.specialist_id, consultation.starts_at)

    def move(self, id: UUID, by: Party, start: datetime) -> None:
        consultation = self._consultations[id]
        specialist, previous = consultation.specialist_id, consultation.starts_at
        event = consultation.reschedule(
            by,
            self._calendars[specialist],
            start,
            self._busy(specialist).without_booked(consultation.starts_at),
            self._bookings(consultation.client_id, beside=id),
            self.now,
        )
        self._told.append(event)
        self._review(specialist)
        self._release(specialist, previous)

    def times_to_move_to(self, id: UUID, by: Party, until: datetime) -> list[datetime]:
        consultation = self._consultations[id]
        return consultation.times_to_move_to(
            by,
            self._calendars[consultation.specialist_id],
            self._busy(consultation.specialist_id).without_booked(consultation.starts_at),
            self._bookings(consultation.client_id, beside=id),
            (self.now, until),
            self.now,
        )

    def attend(self, id: UUID, by: Party, attendance: Attendance) -> None:
        self._told += self._consultations[id].attend(by, attendance, self.now)

    def say(self, id: UUID, by: Party, wish: Wish) -> None:
        consultation = self._consultations[id]
        said = {each.account_id: each for each in self._outcomes if each.consultation_id == id}
        account_id = consultation.account_of(by)
        if account_id in said:
            said[account_id].require_same(wish)
            return
        outcome = Outcome.say(consultation, by, wish, self.now)
        self._outcomes.append(outcome)
        other = said.get(consultation.other_side(account_id))
        self._told += outcome.matched_with(other, consultation)

    def clocks_tick(self) -> None:
        for consultation in self._consultations.values():
            self._told += consultation.close(self.now)
        for specialist in self._calendars:
            self._review(specialist)

    def seen(self, id: UUID) -> contract.Consultation:
        consultation = self._consultations[id]
        return consultation.to_resource(consultation.client_id)

    def told(self) -> list[Told]:
        return [
            Told(each.type(), each.subject(), tuple(getattr(each, "next_slots", ())))
            for each in self._told
        ]

    def broken(self) -> list[Any]:
        """A calendar's next slots are what its slots begin with."""
        wrong = []
        for id, calendar in self._calendars.items():
            if calendar.offers_free_consultations:
                horizon = self.now + timedelta(days=calendar.horizon_days)
                first = self.slots(id, horizon)[:3]
                wrong += [calendar] if first != calendar.announced_slots else []
        return wrong

    def _review(self, specialist: UUID) -> None:
        self._told += self._calendars[specialist].review(self._busy(specialist), self.now)

    def _release(self, specialist: UUID, starts_at: datetime) -> None:
        busy = self._busy(specialist)
        self._told += self._calendars[specialist].released(starts_at, busy, self.now)

    def _busy(self, specialist: UUID) -> Busy:
        return busy_at(
            *(
                each.starts_at
                for each in self._consultations.values()
                if each.specialist_id == specialist and each.status != ConsultationStatus.CANCELLED
            )
        )

    def _bookings(self, client: UUID, beside: UUID | None = None) -> list[ClientBooking]:
        return [
            ClientBooking(
                each.id,
                each.specialist_id,
                each.starts_at,
                each.status,
                each.missed_by,
                each.disputable_until,
            )
            for each in self._consultations.values()
            if each.client_id == client
            and each.id != beside
            and each.status != ConsultationStatus.CANCELLED
        ]


class ServedWorld:
    """The service itself, on a database; its clock shows what the test says."""

    def __init__(self, booking: Talking, now: datetime) -> None:
        self.now = now
        self._booking = booking
        self._clocks = BookingService()
        self._clocks.store = booking.store
        self._specialists: set[UUID] = set()
        self._sides: dict[UUID, dict[Party, Caller]] = {}

    def a_specialist(self) -> UUID:
        """Who has nothing in common with anybody: no other stands in for them."""
        specialist = new_id()
        self._specialists.add(specialist)
        self._booking.hears(replace(listed(specialist), topics=[str(specialist)]))
        return specialist

    def open(self, specialist: UUID, availability: Availability) -> None:
        caller = _as_specialist(specialist)
        self._booking.asked_by(caller).set_availability(availability=availability)

    def slots(self, specialist: UUID, until: datetime) -> list[datetime]:
        query = SlotsQuery(starting_from=self.now, until=until)
        return slots_of(self._booking, _as_specialist(specialist), query)

    def book(self, client: UUID, specialist: UUID, start: datetime) -> UUID:
        caller = Caller(client, frozenset(["client"]), verified=True)
        answer = self._booking.asked_by(caller).book_consultation(
            specialist_id=specialist, starts_at=start
        )
        id = UUID(answer["id"])
        self._sides[id] = {Party.CLIENT: caller, Party.SPECIALIST: _as_specialist(specialist)}
        return id

    def cancel(self, id: UUID, by: Party) -> None:
        self._asked(id, by).cancel_consultation(consultation_id=id, cancellation={})

    def move(self, id: UUID, by: Party, start: datetime) -> None:
        self._asked(id, by).reschedule_consultation(consultation_id=id, starts_at=start)

    def times_to_move_to(self, id: UUID, by: Party, until: datetime) -> list[datetime]:
        query = SlotsQuery(starting_from=self.now, until=until, limit=MOST_ON_A_PAGE)
        answer = self._asked(id, by).list_slots_to_move_to(consultation_id=id, query=query)
        return [each.starts_at for each in load(Slots, answer, Reading.WIRE).items]

    def attend(self, id: UUID, by: Party, attendance: Attendance) -> None:
        self._asked(id, by).say_attendance(consultation_id=id, attendance=attendance)

    def say(self, id: UUID, by: Party, wish: Wish) -> None:
        self._asked(id, by).say_outcome(consultation_id=id, outcome=wish)

    def clocks_tick(self) -> None:
        self._clocks.close_consultations()
        self._clocks.review_calendars()

    def seen(self, id: UUID) -> contract.Consultation:
        answer = self._asked(id, Party.CLIENT).get_consultation(consultation_id=id)
        return load(contract.Consultation, answer, Reading.WIRE)

    def told(self) -> list[Told]:
        """When booking has heard what it tells itself."""
        eventually(self._has_heard_all)
        rows = sorted(self._booking.rows("outbox"), key=lambda each: each.seq)
        bodies = [as_mapping(row.body) for row in rows]
        told = [
            Told(body["type"], body["subject"], _times(body["data"].get("next_slots", [])))
            for body in bodies
        ]
        return [each for each in told if each.about in map(str, self._here())]

    def _has_heard_all(self) -> bool:
        hears = {heard.type() for _, heard in subscriptions_of(BookingService)}
        heard = {row.event_id for row in self._booking.rows("inbox") if row.status == "done"}
        return heard >= {row.event_id for row in self._booking.rows("outbox") if row.type in hears}

    def _here(self) -> set[UUID]:
        return self._specialists.union(self._sides)

    def broken(self) -> list[Any]:
        """Of this world: for those before it, time went back."""
        with self._booking.store.reading() as session:
            found = check_invariants(session, self.now).shown
        return [each for each in found if self._here().intersection(each.about)]

    def _asked(self, id: UUID, by: Party) -> Asking:
        return self._booking.asked_by(self._sides[id][by])


def _times(said: list[str]) -> tuple[datetime, ...]:
    return tuple(map(datetime.fromisoformat, said))


def _as_specialist(id: UUID) -> Caller:
    return Caller(id, frozenset(["specialist"]))


def let_clocks_show(now: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    """In all of booking."""
    for name, module in list(sys.modules.items()):
        if name.startswith("services.booking.") and hasattr(module, "utc_now"):
            monkeypatch.setattr(module, "utc_now", now)
