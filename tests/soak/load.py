"""The load: bookings, each repeated under its key until it is answered for good."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import httpx

from chassis.context import Caller
from contracts.profiles.accounts import Role
from contracts.profiles.specialists import SpecialistStatus
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import SLOT, WEEKDAYS
from services.profiles.specialists.specialists import Specialist
from tests.support.databases import connected_database
from tests.support.tokens import a_token_of, key_of

SPECIALISTS = 100
DAYS_AHEAD = 30
SLOTS = (DAYS_AHEAD - 3) * 48
ASKED_AGAIN = 0.1
PAUSE_S = 0.3
ANSWER_WITHIN_S = 20


@dataclass(frozen=True)
class Wish:
    """Somebody wants a slot. Everybody wants but one."""

    specialist_id: UUID
    starts_at: datetime
    client_id: UUID = field(default_factory=uuid4)
    key: str = field(default_factory=lambda: uuid4().hex)


@dataclass
class Answers:
    """What the platform said; ``booked`` by consultation."""

    booked: dict[UUID, Wish] = field(default_factory=dict)
    refused: list[Wish] = field(default_factory=list)
    unanswered: list[Wish] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unexpected: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)


class Load:
    """So many clients at a time, together at most ``rate`` bookings a second."""

    def __init__(self, gateways: Callable[[], list[str]], clients: int, rate: float) -> None:
        self.answers = Answers()
        self._gateways = gateways
        self._interval = clients / rate
        self._specialists = [uuid4() for _ in range(SPECIALISTS)]
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._first_slot = midnight + timedelta(days=2)
        self._no_more = threading.Event()
        self._give_up = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def prepare(self, database: str) -> None:
        """Specialists who are there day and night, and the key of their clients' tokens."""
        hours = [{"weekday": day, "starts": "00:00", "ends": "24:00"} for day in WEEKDAYS]
        booking = connected_database(database, "booking")
        with booking.transaction() as tx:
            for id in self._specialists:
                tx.add(
                    Calendar(
                        specialist_id=id,
                        hours=hours,
                        horizon_days=DAYS_AHEAD,
                        listed=True,
                        offers_free_consultations=True,
                        in_person_address="1 Main Street",
                    )
                )
        booking.dispose()
        profiles = connected_database(database, "profiles")
        with profiles.transaction() as tx:
            for id in self._specialists:
                licensed = {"status": SpecialistStatus.LISTED, "verified_until": date.max}
                tx.add(Specialist(id=id, display_name="Dr Ada", **licensed))
        self._key = key_of(profiles)
        profiles.dispose()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wish for no more; what was wished for is still being asked."""
        self._no_more.set()

    def wait(self, until: float) -> None:
        """Return when everything is answered, or at this (monotonic) time."""
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self.give_up()

    def give_up(self) -> None:
        self._no_more.set()
        self._give_up.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with httpx.Client(timeout=ANSWER_WITHIN_S) as http:
            while not self._no_more.is_set():
                began = time.monotonic()
                self._book(http, self._a_wish())
                time.sleep(max(0.0, self._interval - (time.monotonic() - began)))

    def _a_wish(self) -> Wish:
        starts_at = self._first_slot + random.randrange(SLOTS) * SLOT
        return Wish(random.choice(self._specialists), starts_at)

    def _book(self, http: httpx.Client, wish: Wish) -> None:
        answer = self._answer(http, wish)
        if answer is None:
            self.answers.unanswered.append(wish)
        elif answer.status_code == httpx.codes.CONFLICT:
            self.answers.refused.append(wish)
        else:
            id = UUID(answer.json()["id"])
            self.answers.booked[id] = wish
            if random.random() < ASKED_AGAIN:
                self._ask_again(http, wish, id)

    def _ask_again(self, http: httpx.Client, wish: Wish, id: UUID) -> None:
        answer = self._answer(http, wish)
        if answer is not None and answer.json().get("id") != str(id):
            self.answers.changed.append(f"{id}: then {answer.text}")

    def _answer(self, http: httpx.Client, wish: Wish) -> httpx.Response | None:
        """The first answer that is one; ``None`` where there was none in all the time."""
        while not self._give_up.is_set():
            try:
                answer = self._ask(http, wish)
            except httpx.TransportError as error:
                self.answers.tries[type(error).__name__] += 1
            else:
                self.answers.tries[str(answer.status_code)] += 1
                if answer.status_code in (httpx.codes.CREATED, httpx.codes.CONFLICT):
                    return answer
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    self.answers.unexpected[f"{answer.status_code} {answer.text}"] += 1
            time.sleep(PAUSE_S)
        return None

    def _ask(self, http: httpx.Client, wish: Wish) -> httpx.Response:
        caller = Caller(wish.client_id, frozenset({Role.CLIENT}), verified=True)
        token = a_token_of(self._key, caller)
        return http.post(
            f"{random.choice(self._gateways())}/api/v1/consultations",
            json={
                "specialist_id": str(wish.specialist_id),
                "starts_at": wish.starts_at.isoformat(),
            },
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": wish.key},
        )
