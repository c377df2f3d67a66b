"""A specialist may not practise any more: what becomes of consultations, notes, and the feed.

One test per cause says what follows; the rule itself is profiles': see
``tests/profiles/test_right_to_practise.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import Forbidden, NotFound, Unauthenticated
from chassis.events import Event
from chassis.ids import new_id
from chassis.pagination import PageQuery
from contracts.booking.consultations import (
    Attendance,
    CancelConsultation,
    CancellationReason,
    ConsultationCancelled,
    ConsultationsAtRisk,
    ConsultationStatus,
    NotListed,
    Party,
)
from contracts.profiles.privacy import AccountErased
from contracts.profiles.right_to_practise import RightToPractiseChanged, Standing
from services.booking.consultations.consultations import Consultation
from services.booking.service import BookingService
from tests.booking.calendar_feed_steps import a_feed, read, uid_of, uids
from tests.booking.rescue_steps import held_for, of_topic, rescued
from tests.booking.steps import (
    SECRET,
    a_client,
    a_specialist,
    attend,
    book,
    book_with_note,
    listed,
    reschedule,
    seen,
    slots_of,
    unlisted,
)
from tests.support.begun_consultations import let_begin
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once, serving, somebody

AN_HOUR, TWO_DAYS = timedelta(hours=1), timedelta(hours=48)
AT_ONCE = [each for each in Standing if not each.may_practise and each != Standing.LICENCE_EXPIRED]
ENDED = [*AT_ONCE, Standing.LICENCE_EXPIRED]


def right(specialist: Caller, standing: Standing, version: int = 9) -> RightToPractiseChanged:
    return RightToPractiseChanged(
        specialist_id=specialist.known(), version=version, standing=standing
    )


def with_second_factor(person: Caller) -> Caller:
    return replace(person, second_factor=True)


def status_of(booking: Talking, client: Caller, id: UUID) -> ConsultationStatus:
    return seen(booking, client, id).status


def starts_in(booking: Talking, id: UUID, time: timedelta) -> None:
    """As if it had been booked for then, and all that follows from its start with it."""
    with booking.store.transaction() as tx:
        consultation = tx.lock(Consultation, id)
        later = datetime.now(UTC) + time - consultation.starts_at
        consultation.starts_at += later
        consultation.ends_at += later
        if consultation.cancels_at is not None:
            consultation.cancels_at += later


def let_the_clock_look(booking: Talking) -> None:
    clocks = BookingService()
    clocks.store = booking.store
    clocks.cancel_undecided_consultations()


def at_risk(booking: Talking, specialist: Caller) -> list[tuple[Standing, list[UUID]]]:
    told = booking.told(ConsultationsAtRisk, specialist.known())
    return [(each.cause, each.consultation_ids) for each in told]


# The causes, one by one


@pytest.mark.parametrize("cause", AT_ONCE)
def test_at_once_what_lies_ahead_is_cancelled_and_the_client_is_offered_others(
    booking: Talking, cause: Standing
) -> None:
    topic = f"topic-{new_id()}"
    specialist, other = of_topic(booking, topic), of_topic(booking, topic)
    clients = [a_client(), a_client()]
    ids = [
        book(booking, each, specialist, slot).id
        for each, slot in zip(clients, slots_of(booking, specialist), strict=False)
    ]

    booking.hears(right(specialist, cause))

    for client, id in zip(clients, ids, strict=True):
        shown = seen(booking, client, id)
        assert (shown.status, shown.cancelled_by) == ("cancelled", Party.SPECIALIST)
        assert shown.cancellation_reason == CancellationReason.SPECIALIST_UNAVAILABLE
        [told] = booking.told(ConsultationCancelled, id)
        assert (told.cancelled_by, told.specialist_unavailable) == (Party.SPECIALIST, True)
        assert eventually(partial(rescued, booking, id))
        assert [each.specialist_id for each in held_for(booking, client)] == [other.account_id]
    assert at_risk(booking, specialist) == [(cause, ids)]


@pytest.mark.parametrize("cause", ENDED)
def test_notes_and_the_feed_close(booking: Talking, cause: Standing) -> None:
    specialist, clients = a_specialist(booking), [a_client(), a_client()]
    ahead, behind = [book_with_note(booking, each, specialist).id for each in clients]
    let_begin(booking.store, behind)
    token = a_feed(booking, specialist)
    assert uid_of(behind) in uids(read(booking, token))
    assert seen(booking, with_second_factor(specialist), behind).note == SECRET

    booking.hears(right(specialist, cause))

    with pytest.raises(NotFound):
        read(booking, token)
    assert uids(read(booking, a_feed(booking, specialist))) == []
    for id in (ahead, behind):
        shown = seen(booking, with_second_factor(specialist), id)
        assert (shown.note, shown.note_withheld) == (None, False)
    sealed = {row.id: row.sealed_note for row in booking.rows("consultations")}
    assert (sealed[ahead], sealed[behind]) == (None, None)


@pytest.mark.parametrize("cause", ENDED)
def test_nothing_is_booked_moved_or_waited_for(booking: Talking, cause: Standing) -> None:
    specialist, client = a_specialist(booking), a_client()
    first, second, *_ = slots_of(booking, specialist)
    id = book(booking, client, specialist, first).id
    booking.hears(right(specialist, cause))
    assert slots_of(booking, specialist) == []
    with pytest.raises(NotListed):
        book(booking, a_client(), specialist, second)
    with pytest.raises(NotListed):
        booking.asked_by(a_client()).join_waitlist(
            specialist_id=specialist.known(), time_zone="UTC"
        )
    if cause == Standing.LICENCE_EXPIRED:
        for side in (client, specialist):
            with pytest.raises(NotListed):
                reschedule(booking, side, id, second)


def test_erasure_cancels_for_its_own_reason_and_closes_the_same(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    of_topic(booking, topic)
    id = book_with_note(booking, client, specialist).id
    token = a_feed(booking, specialist)
    booking.hears(AccountErased(account_id=specialist.known()))
    shown = seen(booking, client, id)
    assert (shown.status, shown.note) == (ConsultationStatus.CANCELLED, None)
    assert shown.cancellation_reason == CancellationReason.ACCOUNT_ERASED
    assert eventually(partial(rescued, booking, id))
    with pytest.raises(NotFound):
        read(booking, token)


def test_what_has_begun_is_left_and_both_may_say_what_became_of_it(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    let_begin(booking.store, id)
    booking.hears(right(specialist, Standing.ROLE_REVOKED))
    assert at_risk(booking, specialist) == []
    without_role = replace(specialist, roles=frozenset())
    assert attend(booking, without_role, id, Attendance.HELD).status == "completed"


def test_unlisting_closes_new_bookings_and_nothing_else(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    second = slots_of(booking, specialist)[1]
    booked = book_with_note(booking, client, specialist)
    token = a_feed(booking, specialist)
    booking.hears(unlisted(specialist.known(), version=2))
    with pytest.raises(NotListed):
        book(booking, a_client(), specialist, second)
    assert seen(booking, with_second_factor(specialist), booked.id).note == SECRET
    assert reschedule(booking, client, booked.id, second).starts_at == second
    assert uids(read(booking, token)) == [uid_of(booked.id)]
    assert at_risk(booking, specialist) == []


# A licence that expired


def test_of_an_expired_licence_admins_are_told_at_once_and_nothing_is_cancelled_yet(
    booking: Talking,
) -> None:
    specialist, clients = a_specialist(booking), [a_client() for _ in range(3)]
    slots = slots_of(booking, specialist)[:3]
    ids = [book(booking, each, specialist, at).id for each, at in zip(clients, slots, strict=True)]
    let_begin(booking.store, ids[2])
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED))
    assert at_risk(booking, specialist) == [(Standing.LICENCE_EXPIRED, ids[:2])]
    let_the_clock_look(booking)
    assert status_of(booking, clients[0], ids[0]) == ConsultationStatus.BOOKED


def test_what_nobody_decided_is_cancelled_48_hours_before_its_start(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    of_topic(booking, topic)
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED))
    starts_in(booking, id, TWO_DAYS + timedelta(minutes=5))
    let_the_clock_look(booking)
    assert status_of(booking, client, id) == ConsultationStatus.BOOKED
    starts_in(booking, id, TWO_DAYS - timedelta(seconds=1))
    let_the_clock_look(booking)
    shown = seen(booking, client, id)
    assert shown.status == ConsultationStatus.CANCELLED
    assert shown.cancellation_reason == CancellationReason.SPECIALIST_UNAVAILABLE
    assert eventually(partial(rescued, booking, id))


def test_a_licence_verified_in_time_leaves_everything_booked(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED, 9))
    booking.hears(right(specialist, Standing.GOOD, 10))
    starts_in(booking, id, AN_HOUR)
    let_the_clock_look(booking)
    assert status_of(booking, client, id) == ConsultationStatus.BOOKED


def test_an_admin_who_declines_after_the_end_cancels_at_once(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED, 9))
    booking.hears(right(specialist, Standing.LICENCE_DECLINED, 10))
    assert status_of(booking, client, id) == ConsultationStatus.CANCELLED


@pytest.mark.parametrize("decided", [Standing.GOOD, Standing.LICENCE_DECLINED])
def test_with_a_renewal_waiting_admins_are_told_and_all_goes_on_until_they_decide(
    booking: Talking, decided: Standing
) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    token = a_feed(booking, specialist)
    booking.hears(right(specialist, Standing.RENEWAL_WAITING, 9), unlisted(specialist.known(), 8))
    assert at_risk(booking, specialist) == [(Standing.RENEWAL_WAITING, [id])]
    starts_in(booking, id, AN_HOUR)
    let_the_clock_look(booking)
    assert seen(booking, with_second_factor(specialist), id).note == SECRET
    assert uids(read(booking, token)) == [uid_of(id)]
    booking.hears(right(specialist, decided, 10))
    stays = decided.may_practise
    assert (status_of(booking, client, id) == ConsultationStatus.BOOKED) == stays


def test_what_began_undecided_is_looked_at_no_more(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED))
    starts_in(booking, id, -AN_HOUR)
    let_the_clock_look(booking)
    assert status_of(booking, client, id) == ConsultationStatus.BOOKED
    [row] = [each for each in booking.rows("consultations") if each.id == id]
    assert row.cancels_at is None


# The list of those at risk


def listed_at_risk(booking: Talking, specialist: Caller, limit: int = 100) -> list[dict[str, Any]]:
    """Of all pages, the consultations with this specialist."""
    found, cursor = [], None
    while True:
        page = PageQuery(cursor=cursor, limit=limit)
        answer = booking.asked_by(somebody("admin")).list_consultations_at_risk(page=page)
        found += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            starts = [each["starts_at"] for each in found]
            assert starts == sorted(starts)
            return [each for each in found if each["specialist_id"] == str(specialist.known())]


def test_an_admin_sees_what_will_be_cancelled_when_and_why_the_soonest_first(
    booking: Talking,
) -> None:
    specialist, clients = a_specialist(booking), [a_client() for _ in range(3)]
    slots = slots_of(booking, specialist)[:3]
    booked = [
        book(booking, each, specialist, at) for each, at in zip(clients, slots[::-1], strict=True)
    ]
    assert listed_at_risk(booking, specialist) == []
    before = datetime.now(UTC)
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED))
    found = listed_at_risk(booking, specialist, limit=2)
    assert [each["id"] for each in found] == [str(each.id) for each in booked[::-1]]
    for each, consultation, client in zip(found, booked[::-1], clients[::-1], strict=True):
        assert each["client_id"] == str(client.known())
        assert each["cause"] == Standing.LICENCE_EXPIRED
        assert before <= datetime.fromisoformat(each["since"]) <= datetime.now(UTC)
        cancels_at = datetime.fromisoformat(each["cancels_at"])
        assert consultation.starts_at - cancels_at == TWO_DAYS


def test_with_a_renewal_waiting_nothing_is_cancelled_by_itself(booking: Talking) -> None:
    specialist = a_specialist(booking)
    book(booking, a_client(), specialist, slots_of(booking, specialist)[0])
    booking.hears(right(specialist, Standing.RENEWAL_WAITING))
    [found] = listed_at_risk(booking, specialist)
    assert (found["cause"], found["cancels_at"]) == (Standing.RENEWAL_WAITING, None)


def test_a_repeated_standing_keeps_since_when_it_is(booking: Talking) -> None:
    specialist = a_specialist(booking)
    book(booking, a_client(), specialist, slots_of(booking, specialist)[0])
    since = []
    for version in (9, 10):
        booking.hears(right(specialist, Standing.LICENCE_EXPIRED, version))
        since.append(listed_at_risk(booking, specialist)[0]["since"])
    assert since[0] == since[1]


@pytest.mark.parametrize("then", [Standing.GOOD, Standing.LICENCE_DECLINED])
def test_what_is_decided_is_at_risk_no_more(booking: Talking, then: Standing) -> None:
    specialist = a_specialist(booking)
    book(booking, a_client(), specialist, slots_of(booking, specialist)[0])
    booking.hears(right(specialist, Standing.LICENCE_EXPIRED, 9), right(specialist, then, 10))
    assert listed_at_risk(booking, specialist) == []


def test_what_has_begun_or_was_cancelled_is_at_risk_no_more(booking: Talking) -> None:
    specialist, clients = a_specialist(booking), [a_client(), a_client()]
    slots = slots_of(booking, specialist)[-2:]
    begun, cancelled = (
        book(booking, each, specialist, at).id for each, at in zip(clients, slots, strict=True)
    )
    booking.hears(right(specialist, Standing.RENEWAL_WAITING))
    let_begin(booking.store, begun)
    booking.asked_by(clients[1]).cancel_consultation(
        consultation_id=cancelled, cancellation=CancelConsultation()
    )
    assert listed_at_risk(booking, specialist) == []


def test_only_admins_see_what_is_at_risk(booking: Talking) -> None:
    for role in ("client", "specialist", "editor", "marketing"):
        with pytest.raises(Forbidden):
            booking.asked_by(somebody(role)).list_consultations_at_risk(page=PageQuery())
    with pytest.raises(Unauthenticated):
        booking.asked_by(NOBODY).list_consultations_at_risk(page=PageQuery())


# It comes back


@pytest.mark.parametrize("cause", AT_ONCE)
def test_restored_it_comes_back_and_what_was_cancelled_stays_cancelled(
    booking: Talking, cause: Standing
) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, *_] = slots_of(booking, specialist)
    id = book(booking, client, specialist, slot).id
    booking.hears(
        right(specialist, cause, 9),
        right(specialist, Standing.GOOD, 10),
        listed(specialist.known(), version=11),
    )
    assert status_of(booking, client, id) == ConsultationStatus.CANCELLED
    again = book_with_note(booking, a_client(), specialist)
    assert seen(booking, with_second_factor(specialist), again.id).note == SECRET
    token = a_feed(booking, specialist)
    assert uid_of(again.id) in uids(read(booking, token))


# Out of order, repeated, and in races


def test_older_news_of_the_right_is_dropped(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    booking.hears(right(specialist, Standing.GOOD, 10), right(specialist, Standing.ROLE_REVOKED, 9))
    assert status_of(booking, client, id) == ConsultationStatus.BOOKED


def told_in_any_order(
    booking: Talking, news: Callable[[Caller], list[Event]]
) -> Iterator[list[datetime]]:
    """What is free after each order in which the news may arrive."""
    for order in permutations(range(len(news(a_client())))):
        specialist = a_specialist(booking, profile_listed=False)
        told = news(specialist)
        booking.hears(*(told[each] for each in order))
        yield slots_of(booking, specialist)


def test_in_any_order_nobody_can_book_whose_right_ended_last(booking: Talking) -> None:
    def news(specialist: Caller) -> list[Event]:
        return [
            listed(specialist.known(), version=4),
            right(specialist, Standing.ACCOUNT_SUSPENDED, 6),
            right(specialist, Standing.ROLE_REVOKED, 7),
        ]

    assert not any(told_in_any_order(booking, news))


def test_in_any_order_who_was_listed_again_can_be_booked(booking: Talking) -> None:
    def news(specialist: Caller) -> list[Event]:
        return [
            right(specialist, Standing.ACCOUNT_SUSPENDED, 6),
            right(specialist, Standing.GOOD, 7),
            listed(specialist.known(), version=8),
        ]

    assert all(told_in_any_order(booking, news))


def test_who_was_restored_can_be_booked_only_once_they_are_listed_again(booking: Talking) -> None:
    specialist = a_specialist(booking)
    booking.hears(right(specialist, Standing.ACCOUNT_SUSPENDED, 6))
    booking.hears(right(specialist, Standing.GOOD, 7))  # that they are unlisted comes later
    assert slots_of(booking, specialist) == []
    booking.hears(listed(specialist.known(), version=8))
    assert slots_of(booking, specialist)


def test_told_twice_it_takes_effect_once(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    again = booking.hears(right(specialist, Standing.ACCOUNT_SUSPENDED))
    booking.hears_again(*again)
    booking.hears(right(specialist, Standing.ACCOUNT_SUSPENDED))
    assert len(booking.told(ConsultationCancelled, id)) == len(at_risk(booking, specialist)) == 1


@pytest.mark.parametrize("cause", AT_ONCE)
def test_a_booking_at_the_moment_in_which_the_right_ends_does_not_slip_through(
    postgres_databases: Databases, rabbitmq_url: str, cause: Standing
) -> None:
    """Over RabbitMQ, with two instances: each is refused, or cancelled.

    No other specialist is there, with whom the cancelled clients would be offered times.
    """
    database = postgres_databases.fresh("booking")
    with serving(BookingService, database, broker=rabbitmq_url, instances=2) as booking:
        specialist = a_specialist(booking)
        slots = slots_of(booking, specialist)[:8]
        rush: list[Callable[[], object]] = [
            partial(book, booking, a_client(), specialist, each) for each in slots
        ]
        rush.insert(4, partial(booking.hears, right(specialist, cause)))
        for outcome in at_once(rush):
            assert not isinstance(outcome, Exception) or isinstance(outcome, NotListed)
        kept = [r for r in booking.rows("consultations") if r.specialist_id == specialist.known()]
        assert {row.status for row in kept} <= {"cancelled"}
