"""Private addresses at which calendars find consultations, and files that they take in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import eventlet
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from chassis.context import Caller
from chassis.database.refusals import Erased
from chassis.errors import NotFound, Unauthenticated
from chassis.ids import new_id
from contracts.booking.feeds import OpenCalendarFeed, OpenedCalendarFeed
from contracts.profiles.preferences import Language, PreferencesChanged
from contracts.profiles.privacy import AccountErased
from services.booking.calendar_feeds import calendar_files
from services.booking.calendar_feeds.calendar_files import feed
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import HALF_AN_HOUR, MONDAY
from tests.booking.calendar_feed_steps import SITE, a_feed, events_in, read, text_of, uid_of, uids
from tests.booking.steps import a_client, a_specialist, book, slots_of
from tests.support.platform import URL
from tests.support.service_client import NOBODY, Talking

TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


# One consultation


def test_each_side_takes_its_consultation_into_a_calendar(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    for party in (specialist, client):
        given = {"consultation_id": consultation.id, "discreet": False}
        text = text_of(booking.asked_by(party).get_consultation_file(**given))
        assert uids(text) == [uid_of(consultation.id)]
        assert "METHOD:PUBLISH" in text
        [event] = events_in(text)
        assert event["location"] == consultation.meeting_link
        assert event["url"] == f"{URL}/consultations/{consultation.id}"
        assert "ORGANIZER:mailto:no-reply@firststep.example" in text


def test_for_others_there_is_no_file(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    given = {"consultation_id": consultation.id, "discreet": False}
    with pytest.raises(NotFound):
        booking.asked_by(a_client()).get_consultation_file(**given)
    with pytest.raises(Unauthenticated):
        booking.asked_by(NOBODY).get_consultation_file(**given)
    with pytest.raises(NotFound):
        booking.asked_by(client).get_consultation_file(consultation_id=new_id(), discreet=False)


# Feeds


def test_whoever_knows_the_address_sees_when_and_nothing_personal(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    for party in (specialist, client):
        text = read(booking, a_feed(booking, party, discreet=True))
        assert uids(text) == [uid_of(consultation.id)]
        assert "SUMMARY:Appointment" in text
        assert not [id for id in (specialist, client) if str(id.account_id) in text]


def test_a_feed_stays_the_same_text_while_nothing_changes(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots, token = slots_of(booking, specialist), a_feed(booking, specialist)
    book(booking, a_client(), specialist, slots[0])
    before = read(booking, token)
    assert read(booking, token) == before
    book(booking, a_client(), specialist, slots[1])
    assert read(booking, token) != before


def test_others_have_their_turn_while_a_feed_is_written(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, turns = a_specialist(booking), []
    slots, token = slots_of(booking, specialist), a_feed(booking, specialist)
    for each in slots[:3]:
        book(booking, a_client(), specialist, each)
    written: list[Any] = []

    def _event(consultation: Consultation, *how: Any) -> Any:
        written.append(consultation)
        eventlet.spawn(lambda: turns.append(len(written)))
        return original(consultation, *how)

    original = calendar_files._event
    monkeypatch.setattr(calendar_files, "_event", _event)
    read(booking, token)
    assert turns == [1, 2, 3]


def test_a_new_address_replaces_the_one_before(booking: Talking) -> None:
    client = a_client()
    first, second = a_feed(booking, client), a_feed(booking, client)
    read(booking, second)
    with pytest.raises(NotFound):
        read(booking, first)


def test_a_revoked_address_and_one_that_never_was_lead_nowhere(booking: Talking) -> None:
    client, other = a_client(), a_client()
    token, others = a_feed(booking, client), a_feed(booking, other)
    booking.asked_by(client).close_calendar_feed()
    booking.asked_by(client).close_calendar_feed()  # harmless
    for gone in (token, "", "no-such-token", token[:-1], "ü" * 50):
        with pytest.raises(NotFound) as refusal:
            read(booking, gone)
        assert token not in refusal.value.detail
    read(booking, others)


def test_no_token_is_kept_but_in_the_answer_that_bore_it(booking: Talking) -> None:
    token = a_feed(booking, a_client())
    assert token not in str(booking.rows("calendar_feeds"))
    assert token not in repr(OpenedCalendarFeed(token=token, discreet=False))


def test_only_who_is_signed_in_has_a_feed(booking: Talking) -> None:
    with pytest.raises(Unauthenticated):
        a_feed(booking, NOBODY)
    with pytest.raises(Unauthenticated):
        booking.asked_by(NOBODY).close_calendar_feed()


def test_what_was_cancelled_stays_for_thirty_days_and_says_so(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    now = datetime.now(UTC)
    made = [book(booking, a_client(), specialist, each).id for each in slots[:3]]
    set_aside(booking, made[0], status="cancelled", cancelled_at=now - timedelta(days=29))
    set_aside(booking, made[1], status="cancelled", cancelled_at=now - timedelta(days=31))
    text = read(booking, a_feed(booking, specialist))
    assert [(str(each["uid"]), str(each["status"])) for each in events_in(text)] == [
        (uid_of(made[0]), "CANCELLED"),
        (uid_of(made[2]), "CONFIRMED"),
    ]


def test_what_took_place_stays_for_a_month(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    now = datetime.now(UTC)
    made = [book(booking, a_client(), specialist, each).id for each in slots[:2]]
    for id, days in zip(made, (30, 32), strict=True):
        then = now - timedelta(days=days)
        set_aside(booking, id, status="completed", starts_at=then, ends_at=then + HALF_AN_HOUR)
    assert uids(read(booking, a_feed(booking, specialist))) == [uid_of(made[0])]


def set_aside(booking: Talking, id: UUID, **columns: Any) -> None:
    with booking.store.transaction() as tx:
        tx.execute(update(Consultation).where(Consultation.id == id).values(**columns))


def test_erasure_revokes_the_address_and_no_other_can_be_had(booking: Talking) -> None:
    client = a_client()
    token = a_feed(booking, client)
    booking.hears(AccountErased(account_id=client.known()))
    with pytest.raises(NotFound):
        read(booking, token)
    with pytest.raises(Erased):
        a_feed(booking, client)


# Round trip


@st.composite
def consultations(draw: st.DrawFn) -> list[Consultation]:
    return [
        Consultation(
            id=new_id(),
            version=draw(st.integers(1, 9)),
            specialist_id=new_id(),
            client_id=new_id(),
            starts_at=starts_at,
            ends_at=starts_at + HALF_AN_HOUR,
            status=draw(st.sampled_from(["booked", "completed", "missed", "cancelled"])),
            booked_at=MONDAY,
            cancelled_at=draw(st.sampled_from([None, MONDAY])),
        )
        for starts_at in draw(st.lists(TIMES, max_size=8))
    ]


@given(consultations(), st.booleans())
def test_a_feed_read_by_either_reader_gives_the_consultations_back(
    written: list[Consultation], discreet: bool
) -> None:
    text = feed(written, discreet, SITE)
    expected = [
        (
            uid_of(each.id),
            each.version - 1,
            each.starts_at,
            each.ends_at,
            "CANCELLED" if each.status == "cancelled" else "CONFIRMED",
        )
        for each in written
    ]
    one = [
        (each["uid"], each["sequence"], each["dtstart"].dt, each["dtend"].dt, each["status"])
        for each in events_in(text)
    ]
    other = [
        (
            each.uid.value,
            int(each.sequence.value),
            each.dtstart.value,
            each.dtend.value,
            each.status.value,
        )
        for each in vobject.readOne(text).contents.get("vevent", [])
    ]
    assert one == expected
    assert other == expected


# Discreet by preference


def prefers(booking: Talking, person: Caller, discreet: bool, version: int = 1) -> None:
    booking.hears(
        PreferencesChanged(
            account_id=person.known(),
            version=version,
            time_zone=None,
            language=Language.EN,
            country=None,
            discreet=discreet,
        )
    )


def test_a_file_is_discreet_as_its_reader_prefers_unless_they_say_otherwise(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    prefers(booking, client, True)

    def is_discreet(reader: Caller, wanted: bool | None) -> bool:
        given = {"consultation_id": consultation.id, "discreet": wanted}
        text = text_of(booking.asked_by(reader).get_consultation_file(**given))
        return "SUMMARY:Appointment" in text

    assert [is_discreet(client, wanted) for wanted in (None, True, False)] == [True, True, False]
    assert not is_discreet(specialist, None)


def test_a_feed_follows_the_preference_unless_it_was_opened_otherwise(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    book(booking, client, specialist, slots_of(booking, specialist)[0])

    def is_discreet(token: str) -> bool:
        return "SUMMARY:Appointment" in read(booking, token)

    opened = booking.asked_by(client).open_calendar_feed(wanted=OpenCalendarFeed())
    assert opened["discreet"] is False
    assert not is_discreet(opened["token"])
    prefers(booking, client, True)
    assert is_discreet(opened["token"])
    assert booking.asked_by(client).open_calendar_feed(wanted=OpenCalendarFeed())["discreet"]

    assert not is_discreet(a_feed(booking, client, discreet=False))
    token = a_feed(booking, client, discreet=True)
    prefers(booking, client, False, version=2)
    assert is_discreet(token)
