"""Random lives of consultations, held against a simple model; after each step all that must be
true is true, and just what the model expects was told.

Weekly hours, overrides, buffers, notice, horizon and limits are played, in UTC. Not played: zones,
stays and pacing (``test_availability``, ``test_limits``), external calendars
(``test_external_calendars``), the waitlist and rescue (``test_waitlist``, ``test_rescue``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.booking.availability import Availability, DateOverride, Stretch
from contracts.booking.consultations import Attendance, Party
from contracts.booking.outcomes import Wish
from services.booking.service import BookingService
from tests.booking.builders import every_day
from tests.booking.model import (
    BOOKED,
    CANCELLED,
    CLIENT,
    COMPLETED,
    COUNTING,
    HALF_AN_HOUR,
    Meeting,
    Model,
    limits_of,
)
from tests.booking.model_worlds import BareWorld, ServedWorld, Told, World, let_clocks_show
from tests.support.databases import Databases
from tests.support.service_client import serving

BEGINNING = datetime(2026, 3, 25, 8, 0, tzinfo=UTC)
"""So that lives go through the end of a month."""
OF_CALENDARS = ("AvailabilityChanged", "FreeConsultationsPaused", "FreeConsultationsResumed")
PASSES = (
    timedelta(minutes=10),
    timedelta(minutes=45),
    timedelta(hours=5),
    timedelta(hours=17),
    timedelta(days=1),
    timedelta(days=2, hours=1),
    timedelta(days=9),
    timedelta(days=31),
)

overrides = st.lists(
    st.builds(
        lambda days, hours: DateOverride(
            day=(BEGINNING + timedelta(days=days)).date(), hours=hours
        ),
        days=st.integers(0, 12),
        hours=st.sampled_from([[], [Stretch(starts="13:00", ends="14:30")]]),
    ),
    max_size=3,
    unique_by=lambda override: override.day,
)
availabilities = st.builds(
    lambda opens, lasts, **rest: Availability(
        offers_free_consultations=True,
        time_zone="UTC",
        hours=every_day(f"{opens:02}:00", f"{opens + lasts:02}:00"),
        paced=False,
        **rest,
    ),
    opens=st.integers(8, 10),
    lasts=st.integers(1, 3),
    grid_minutes=st.sampled_from([15, 30, 60]),
    overrides=overrides,
    buffer_before_minutes=st.sampled_from([0, 0, 20]),
    buffer_after_minutes=st.sampled_from([0, 0, 10]),
    minimum_notice_hours=st.sampled_from([0, 0, 5, 24]),
    cancellation_notice_hours=st.sampled_from([0, 12]),
    horizon_days=st.sampled_from([2, 10]),
    most_per_day=st.sampled_from([None, None, 1, 2]),
    most_per_week=st.sampled_from([None, None, 2, 4]),
    monthly_budget=st.sampled_from([None, None, 1, 3]),
)
sides = st.sampled_from(Party)
some = st.integers(0, 999)
"""Which of those that there are."""


class Lives(RuleBasedStateMachine):
    make: Callable[[datetime], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make(BEGINNING)
        self.model = Model(BEGINNING)
        self.clients = [new_id() for _ in range(3)]
        self.told = 0

    @initialize(first=availabilities, second=availabilities)
    def open_two(self, first: Availability, second: Availability) -> None:
        self.specialists = [self.world.a_specialist() for _ in range(2)]
        for which, hours in enumerate((first, second)):
            self.set_hours(which, hours)

    # What happens

    @rule(which=some, hours=availabilities)
    def set_hours(self, which: int, hours: Availability) -> None:
        specialist = self.specialists[which % 2]
        self.world.open(specialist, hours)
        self._expect_told((kind, specialist) for kind in self.model.open(specialist, hours))

    @rule(who=some, whom=some, when=some)
    def book(self, who: int, whom: int, when: int) -> None:
        client, specialist = self.clients[who % 3], self.specialists[whom % 2]
        start = self._some_time(specialist, when)
        allowed = self.model.can_book(client, specialist, start)
        id = self._attempt(allowed, lambda: self.world.book(client, specialist, start))
        if id is not None:
            hours = self.model.hours[specialist]
            self.model.meetings[id] = Meeting(
                client,
                specialist,
                start,
                timedelta(hours=hours.cancellation_notice_hours),
                self.model.openings[specialist],
            )
            self._expect_told([("ConsultationBooked", id), *self._news_of(specialist)])

    @precondition(lambda self: self.model.meetings)
    @rule(which=some, by=sides)
    def cancel(self, which: int, by: Party) -> None:
        id, meeting = self._some_meeting(which)
        allowed = meeting.can_change(by, self.model.now)
        self._attempt(allowed, lambda: self.world.cancel(id, by))
        if allowed:
            meeting.status = CANCELLED
            news = self._news_of(meeting.specialist, released=meeting.start)
            self._expect_told([("ConsultationCancelled", id), *news])

    @precondition(lambda self: self.model.meetings)
    @rule(which=some, by=sides, when=some)
    def move(self, which: int, by: Party, when: int) -> None:
        id, meeting = self._some_meeting(which)
        start = self._some_time(meeting.specialist, when)
        allowed = self.model.can_move(meeting, by, start)
        self._attempt(allowed, lambda: self.world.move(id, by, start))
        if allowed:
            before, meeting.start = meeting.start, start
            if by != CLIENT:
                meeting.notice = timedelta(0)
            news = self._news_of(meeting.specialist, released=before)
            self._expect_told([("ConsultationRescheduled", id), *news])

    @precondition(lambda self: self.model.meetings)
    @rule(which=some, by=sides)
    def look_where_to_move(self, which: int, by: Party) -> None:
        """What is listed is just what can be moved to."""
        id, meeting = self._some_meeting(which)
        until = self.model.now + timedelta(days=20)
        allowed = meeting.can_change(by, self.model.now)
        found = self._attempt(allowed, lambda: self.world.times_to_move_to(id, by, until))
        if allowed:
            assert found == self.model.times_to_move_to(meeting, by)

    @precondition(lambda self: self.model.meetings)
    @rule(which=some, by=sides, attendance=st.sampled_from(Attendance))
    def attend(self, which: int, by: Party, attendance: Attendance) -> None:
        id, meeting = self._some_meeting(which)
        allowed = meeting.can_say_attendance(by, attendance, self.model.now)
        self._attempt(allowed, lambda: self.world.attend(id, by, attendance))
        if allowed:
            before = meeting.status, meeting.missed_by
            meeting.say_attendance(by, attendance, self.model.now)
            kind = "ConsultationMissed" if meeting.missed_by else "ConsultationCompleted"
            news = before != (meeting.status, meeting.missed_by)
            self._expect_told([(kind, id)] if news else [])

    @precondition(lambda self: self.model.meetings)
    @rule(which=some, by=sides, wish=st.sampled_from(Wish))
    def say(self, which: int, by: Party, wish: Wish) -> None:
        id, meeting = self._some_meeting(which)
        allowed = meeting.can_say_wish(by, wish, self.model.now)
        self._attempt(allowed, lambda: self.world.say(id, by, wish))
        if allowed:
            news = by not in meeting.wishes
            meeting.wishes[by] = wish
            both = set(meeting.wishes.values()) == {Wish.CONTINUE, Wish.GOOD_FIT}
            self._expect_told([("BothWishToContinue", id)] if news and both else [])

    @rule(passes=st.sampled_from(PASSES))
    def time_passes(self, passes: timedelta) -> None:
        self.model.now += passes
        self.world.now = self.model.now
        self.world.clocks_tick()
        over = [("ConsultationCompleted", id) for id in self.model.close_what_is_over()]
        self._expect_told(over, beside=OF_CALENDARS)

    @precondition(lambda self: self.model.of_all(BOOKED))
    @rule(which=some)
    def one_is_over(self, which: int) -> None:
        """Time passes just so far that somebody has met: most of life happens then."""
        booked = sorted(each.end for each in self.model.of_all(BOOKED))
        ends = booked[which % len(booked)]
        if ends > self.model.now:
            self.time_passes(ends - self.model.now)

    # What is true after each step

    @invariant()
    def each_is_what_the_model_says(self) -> None:
        for id, meeting in self.model.meetings.items():
            seen = self.world.seen(id)
            assert (seen.status, seen.starts_at) == (meeting.status, meeting.start)
            assert seen.missed_by == meeting.missed_by
            assert seen.ends_at - seen.starts_at == HALF_AN_HOUR

    @invariant()
    def slots_are_hours_less_what_is_booked(self) -> None:
        for specialist, hours in self.model.hours.items():
            until = self.model.now + timedelta(days=hours.horizon_days)
            assert self.world.slots(specialist, until) == self.model.slots(specialist)

    @invariant()
    def nobody_is_at_two_places(self) -> None:
        live = self.model.of_all(*COUNTING)
        for one, other in combinations(live, 2):
            if abs(one.start - other.start) < HALF_AN_HOUR:
                assert one.specialist != other.specialist
                # who was missed may meet somebody else in the same half hour
                assert one.client != other.client or not one.status == other.status == BOOKED

    @invariant()
    def each_pair_has_one_free_consultation(self) -> None:
        had = Counter(
            (each.client, each.specialist)
            for each in self.model.meetings.values()
            if each.status in (BOOKED, COMPLETED) or each.missed_by == CLIENT
        )
        assert max(had.values(), default=0) <= 1

    @invariant()
    def limits_are_kept(self) -> None:
        for specialist, hours in self.model.hours.items():
            theirs = self.model.of(specialist, *COUNTING)
            for limit, part_of in limits_of(hours):
                counted = Counter(part_of(each.start) for each in theirs)
                for each in theirs:
                    if each.placed_under == self.model.openings[specialist]:
                        assert counted[part_of(each.start)] <= limit

    @invariant()
    def only_a_mutual_wish_is_told_and_once(self) -> None:
        wished = [each for each in self.world.told() if each.kind == "BothWishToContinue"]
        told = Counter(each.about for each in wished)
        mutual = {
            str(id): 1
            for id, each in self.model.meetings.items()
            if set(each.wishes.values()) == {Wish.CONTINUE, Wish.GOOD_FIT}
        }
        assert told == mutual

    @invariant()
    def an_audit_finds_nothing(self) -> None:
        assert self.world.broken() == []

    # How

    def _attempt(self, allowed: bool, attempt: Callable[[], Any]) -> Any:
        """It is done or refused as the model says; of what is refused nothing is told."""
        if allowed:
            return attempt()
        with pytest.raises(DomainError):
            attempt()
        self._expect_told([])
        return None

    def _news_of(
        self, specialist: UUID, released: datetime | None = None
    ) -> Iterator[tuple[str, UUID]]:
        """What is told of a calendar in which something has changed."""
        for kind in self.model.review(specialist):
            yield kind, specialist
        if released in self.model.slots(specialist):
            yield "SlotReleased", specialist

    def _expect_told(
        self, expected: Iterable[tuple[str, UUID]], beside: Collection[str] = ()
    ) -> None:
        """Since the last step just this was told; and ``beside`` it what only a clock knows."""
        told = self.world.told()
        new = [each for each in told[self.told :] if each.kind not in beside]
        assert Counter((each.kind, each.about) for each in new) == Counter(
            (kind, str(about)) for kind, about in expected
        )
        if beside:
            self._take_on(told[self.told :])
        self.told = len(told)

    def _take_on(self, told: Sequence[Told]) -> None:
        """What a clock told of calendars."""
        for each in told:
            if each.kind == "AvailabilityChanged":
                self.model.next_told[UUID(each.about)] = list(each.next_slots)
            elif each.kind == "FreeConsultationsPaused":
                self.model.paused.add(UUID(each.about))
            elif each.kind == "FreeConsultationsResumed":
                self.model.paused.remove(UUID(each.about))

    def _some_time(self, specialist: UUID, which: int) -> datetime:
        """A slot mostly; else one that another has, or that is nobody's."""
        slots = self.model.slots(specialist)
        taken = [each.start for each in self.model.meetings.values()]
        odd = [self.model.now + timedelta(minutes=7), self.model.now + timedelta(days=3)]
        times = slots[:6] * 4 + slots[-2:] + taken + odd
        return times[which % len(times)]

    def _some_meeting(self, which: int) -> tuple[UUID, Meeting]:
        meetings = list(self.model.meetings.items())
        return meetings[which % len(meetings)]


def play(make: Callable[[datetime], World], lives: int, steps: int, shrunk: bool = True) -> None:
    phases = [each for each in Phase if shrunk or each != Phase.shrink]

    class Here(Lives):
        pass

    Here.make = make
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_lives_go_as_the_model_says() -> None:
    play(BareWorld, lives=60, steps=30)


@pytest.mark.parametrize(("kind", "lives"), [("sqlite", 6), ("postgres", 3)])
def test_lives_go_as_the_model_says_through_the_service(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, kind: str, lives: int
) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    worlds: list[ServedWorld] = []
    let_clocks_show(lambda: worlds[-1].now if worlds else BEGINNING, monkeypatch)
    with serving(BookingService, databases.fresh("booking")) as booking:

        def make(now: datetime) -> World:
            worlds.append(ServedWorld(booking, now))
            return worlds[-1]

        play(make, lives=lives, steps=20, shrunk=False)
