"""An account is erased: what lies ahead is cancelled, and nothing comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from chassis.context import Caller
from chassis.database.refusals import Erased
from chassis.errors import DomainError, NotFound
from chassis.events import Envelope, Event
from chassis.ids import new_id
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.booking import consultations as contract
from contracts.booking.availability import AvailabilityChanged
from contracts.booking.consultations import (
    Attendance,
    CancellationReason,
    ConsultationCancelled,
    ConsultationStatus,
    Party,
)
from contracts.booking.privacy import BookingData
from contracts.profiles.privacy import AccountErased
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.privacy.erasure import erase
from services.booking.service import BookingService
from services.booking.waitlist.waits import Wait
from tests.booking.builders import an_availability
from tests.booking.steps import (
    a_client,
    a_specialist,
    attend,
    book,
    cancel,
    listed,
    slots_of,
    unlisted,
)
from tests.booking.waitlist_steps import AWAKE, let_holds_run_out
from tests.support.begun_consultations import let_begin
from tests.support.databases import Databases, connected_database
from tests.support.direct_handlers import handle
from tests.support.service_client import Talking, at_once, serving


def erased(who: Caller) -> AccountErased:
    return AccountErased(account_id=who.known())


def consultation(booking: Talking, id: UUID) -> contract.Consultation:
    with booking.store.reading() as session:
        found = session.get(Consultation, id)
        assert found is not None
        return found.to_resource(found.client_id)


def put_in_the_past(booking: Talking, id: UUID) -> None:
    with booking.store.transaction() as tx:
        found = tx.lock(Consultation, id)
        found.starts_at -= timedelta(days=60)
        found.ends_at -= timedelta(days=60)


# A client


def test_a_clients_consultation_ahead_is_cancelled_and_its_slot_is_free_again(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, *_] = slots_of(booking, specialist)
    booked = book(booking, client, specialist, slot)

    booking.hears(erased(client))

    shown = consultation(booking, booked.id)
    assert (shown.status, shown.cancelled_by) == (ConsultationStatus.CANCELLED, Party.CLIENT)
    assert shown.cancellation_reason == CancellationReason.ACCOUNT_ERASED
    [told] = booking.told(ConsultationCancelled, booked.id)
    assert (told.version, told.cancelled_by) == (2, Party.CLIENT)
    assert slots_of(booking, specialist)[0] == slot
    assert booking.told(AvailabilityChanged, specialist.known())[-1].next_slot_at == slot
    assert book(booking, a_client(), specialist, slot)


def test_a_slot_that_is_none_of_the_next_ones_changes_no_availability(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    book(booking, client, specialist, slots_of(booking, specialist)[3])
    before = booking.told(AvailabilityChanged, specialist.known())
    booking.hears(erased(client))
    assert booking.told(AvailabilityChanged, specialist.known()) == before


def test_what_lies_behind_stays_and_loses_only_where_they_met(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, slots_of(booking, specialist)[0])
    put_in_the_past(booking, booked.id)
    before = consultation(booking, booked.id)
    booking.hears(erased(client), erased(specialist))
    assert before.meeting_link
    assert consultation(booking, booked.id) == replace(before, meeting_link=None)
    assert booking.told(ConsultationCancelled, booked.id) == []


def test_other_peoples_consultations_stay_booked(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, slots_of(booking, specialist)[0])
    booking.hears(erased(a_client()), erased(a_specialist(booking)))
    assert consultation(booking, booked.id) == booked


def test_an_erased_client_books_nothing(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    booking.hears(erased(client))
    with pytest.raises(Erased):
        book(booking, client, specialist, slots_of(booking, specialist)[0])


# A specialist


def test_a_specialists_consultations_ahead_are_cancelled_and_the_calendar_is_dropped(
    booking: Talking,
) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)[:3]
    booked = [book(booking, a_client(), specialist, each).id for each in slots]

    booking.hears(erased(specialist))

    for id in booked:
        shown = consultation(booking, id)
        assert (shown.status, shown.cancelled_by) == (
            ConsultationStatus.CANCELLED,
            Party.SPECIALIST,
        )
        [told] = booking.told(ConsultationCancelled, id)
        assert told.cancelled_by is Party.SPECIALIST
    with pytest.raises(NotFound):
        slots_of(booking, specialist)


def test_the_client_of_an_erased_specialist_may_book_another_consultation(
    booking: Talking,
) -> None:
    specialist, client, other = a_specialist(booking), a_client(), a_specialist(booking)
    book(booking, client, specialist, slots_of(booking, specialist)[0])
    booking.hears(erased(specialist))
    assert book(booking, client, other, slots_of(booking, other)[0])


def test_no_late_news_and_no_valid_token_bring_a_calendar_back(booking: Talking) -> None:
    specialist = a_specialist(booking)
    booking.hears(erased(specialist))
    booking.hears(listed(specialist.known(), version=7), unlisted(specialist.known(), version=8))
    with pytest.raises(Erased):
        booking.asked_by(specialist).set_availability(availability=an_availability())
    assert specialist.account_id not in {row.specialist_id for row in booking.rows("calendars")}


def test_an_erasure_that_is_heard_of_again_changes_nothing(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, slots_of(booking, specialist)[0])
    booking.hears_again(*booking.hears(erased(client)))
    booking.hears(erased(client), erased(client))
    assert len(booking.told(ConsultationCancelled, booked.id)) == 1
    assert consultation(booking, booked.id).status == ConsultationStatus.CANCELLED


def test_when_both_sides_are_erased_their_consultation_is_cancelled_once(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, slots_of(booking, specialist)[0])
    booking.hears(erased(specialist), erased(client))
    assert len(booking.told(ConsultationCancelled, booked.id)) == 1


# At once with others


def test_erasures_attendance_offers_and_rescues_never_wait_for_each_other(
    postgres_databases: Databases,
) -> None:
    """Rows are locked on PostgreSQL alone; it ends one of two that wait for each other."""
    with serving(BookingService, postgres_databases.fresh("booking")) as booking:
        for _ in range(8):
            outcomes = at_once(_lives_that_cross(booking))
            broken = [each for each in outcomes if isinstance(each, Exception)]
            assert [each for each in broken if not isinstance(each, DomainError)] == []
        heard = booking.rows("inbox")
        assert [each.error for each in heard if each.error] == []


def _lives_that_cross(booking: Talking) -> list[Callable[[], Any]]:
    """What happens to clients who have met, will meet and wait for the same specialists."""
    specialists = [a_specialist(booking) for _ in range(3)]
    clients = [a_client() for _ in range(3)]
    calls: list[Callable[[], Any]] = []
    for n, client in enumerate(clients):
        met, meets, waited_for = specialists[n:] + specialists[:n]
        over = book(booking, client, met, slots_of(booking, met)[n])
        let_begin(booking.store, over.id)
        ahead = book(booking, client, meets, slots_of(booking, meets)[n])
        for each in (met, waited_for):
            let_wait(booking, client, each)
        calls += [
            partial(attend, booking, met, over.id, Attendance.SPECIALIST_MISSED),
            partial(cancel, booking, meets, ahead.id),
            partial(let_holds_run_out, booking),
        ]
    for who in (*clients, specialists[0]):
        calls.insert(0, partial(_erase, booking, who))
        calls.append(partial(_erase, booking, who))
    return calls


def let_wait(booking: Talking, client: Caller, specialist: Caller) -> None:
    now = utc_now()
    with booking.store.transaction() as tx:
        wait = Wait(specialist_id=specialist.known(), client_id=client.known(), id=new_id())
        wait.time_zone, wait.joined_at, wait.since = AWAKE, now, now
        tx.add(wait)


def _erase(booking: Talking, who: Caller) -> None:
    with booking.store.transaction() as tx:
        tx.mark_erased(who.known())
        erase(tx, who.known(), utc_now())


# In any order


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Any:
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    store = connected_database(databases.fresh("booking"), "booking")
    yield store
    store.dispose()


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_in_any_order_and_repetition_an_erased_specialist_has_no_calendar(
    store: Any, data: st.DataObject
) -> None:
    id = new_id()
    events: list[Event] = [
        listed(id, version=1),
        unlisted(id, version=2),
        listed(id, version=3),
        AccountErased(account_id=id),
    ]
    envelopes = [Envelope.around(each, utc_now(), "c") for each in events]
    repeated = data.draw(st.lists(st.sampled_from(envelopes), max_size=4))
    for envelope in data.draw(st.permutations([*envelopes, *repeated])):
        handle(BookingService, store, envelope)
    with store.reading() as session:
        assert session.get(Calendar, id) is None
        inbox = store.table("inbox")
        statuses = session.scalars(select(inbox.c.status).where(inbox.c.status != "done"))
        assert list(statuses) == []


# Export


def test_the_export_has_the_hours_and_both_sides_consultations(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    booked = book(booking, client, specialist, slots_of(booking, specialist)[0])
    for person, has_hours in ((client, False), (specialist, True)):
        answer = booking.asked_by(person).export_personal_data()
        exported = load(BookingData, answer, Reading.WIRE)
        assert exported.consultations == [booked]
        assert (exported.availability is not None) == has_hours
    answer = booking.asked_by(a_client()).export_personal_data()
    assert load(BookingData, answer, Reading.WIRE) == BookingData(
        availability=None, consultations=[]
    )
