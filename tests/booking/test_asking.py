"""What the two sides are asked afterwards: from what booking is told to the notices they get."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.times import utc_now
from contracts.booking.consultations import Attendance
from contracts.booking.outcomes import Wish
from contracts.profiles.privacy import AccountErased
from services.booking.service import BookingService
from services.notifications.service import NotificationsService
from tests.booking.steps import a_pair, attend, say
from tests.notifications.steps import notices_of
from tests.support.begun_consultations import AN_HOUR, let_begin
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.platform import House, a_house, an_embedded_broker
from tests.support.service_client import Talking

HELD, CLIENT_MISSED, SPECIALIST_MISSED = Attendance


@pytest.fixture(scope="module")
def house(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    mail = str(tmp_path_factory.mktemp("mail"))
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail) as running:
        yield running


class Meeting:
    """A consultation that is over, and what its sides are told of it."""

    def __init__(self, house: House) -> None:
        self._booking = Talking(BookingService, house)
        self._notifications = Talking(NotificationsService, house)
        self.client, self.specialist, consultation = a_pair(self._booking)
        self._id, self._version = consultation.id, 1
        let_begin(self._booking.store, self._id)

    def says(self, who: Caller, wish: Wish) -> None:
        say(self._booking, who, self._id, wish)

    def attended(self, who: Caller, attendance: Attendance) -> None:
        attend(self._booking, who, self._id, attendance)
        self._is_told()

    def is_closed_after_two_days(self) -> None:
        let_begin(self._booking.store, self._id, utc_now() - 49 * AN_HOUR)
        clocks = BookingService()
        clocks.store = self._booking.store
        clocks.close_consultations()
        self._is_told()

    def loses(self, who: Caller) -> None:
        self._booking.hears(AccountErased(account_id=who.known()))

    def asked(self) -> list[Caller]:
        """Who was, once for each time."""
        return [
            who
            for who in (self.client, self.specialist)
            for notice in notices_of(self._notifications, who.known())
            if notice.kind == "consultation_completed"
        ]

    def _is_told(self) -> None:
        """What came of it has reached notifications."""
        self._version += 1
        eventually(partial(self._reached, self._id, self._version))

    def _reached(self, id: UUID, version: int) -> bool:
        rows = self._notifications.rows("told_consultations")
        return (id, version) in [(each.consultation_id, each.version) for each in rows]


@pytest.fixture
def meeting(house: House) -> Meeting:
    return Meeting(house)


def test_both_are_asked_what_they_want(meeting: Meeting) -> None:
    meeting.attended(meeting.specialist, HELD)
    assert meeting.asked() == [meeting.client, meeting.specialist]


def test_who_said_no_at_once_is_not_asked_and_neither_is_the_other_when_it_is_closed(
    meeting: Meeting,
) -> None:
    meeting.says(meeting.client, Wish.NOT_NOW)
    meeting.is_closed_after_two_days()
    assert meeting.asked() == []


def test_after_a_no_nobody_is_asked_whoever_said_it(meeting: Meeting) -> None:
    meeting.says(meeting.specialist, Wish.NOT_A_FIT)
    meeting.attended(meeting.client, HELD)
    assert meeting.asked() == []


def test_who_has_said_yes_is_not_asked_for_it(meeting: Meeting) -> None:
    meeting.says(meeting.client, Wish.CONTINUE)
    meeting.is_closed_after_two_days()
    assert meeting.asked() == [meeting.specialist]


def test_what_is_disputed_and_put_right_is_asked_about_once(meeting: Meeting) -> None:
    meeting.attended(meeting.client, HELD)
    meeting.attended(meeting.client, SPECIALIST_MISSED)
    meeting.attended(meeting.specialist, HELD)
    assert meeting.asked() == [meeting.client, meeting.specialist]


def test_nobody_is_asked_about_somebody_who_is_no_more(meeting: Meeting) -> None:
    meeting.loses(meeting.client)
    meeting.is_closed_after_two_days()
    assert meeting.asked() == []
