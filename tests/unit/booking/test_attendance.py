"""Whether a consultation took place: what its sides say, what a clock does, what follows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chassis.ids import new_id
from contracts.booking.attendance import (
    AttendanceClosed,
    AttendanceGiven,
    ConsultationCompleted,
    ConsultationMissed,
    NotHeld,
    NotOver,
)
from contracts.booking.consultations import (
    AlreadyBooked,
    Attendance,
    BookingPaused,
    ConsultationStatus,
    Party,
)
from services.booking.availability.busy import Busy
from services.booking.consultations.client_limits import ClientBooking, require_free
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import MONDAY, a_calendar, at

HELD, CLIENT_MISSED, SPECIALIST_MISSED = Attendance
CLIENT, SPECIALIST = Party.CLIENT, Party.SPECIALIST
START = at("09:00", days_later=1)
END = START + timedelta(minutes=30)
TWO_DAYS = timedelta(hours=48)
A_MOMENT = timedelta(seconds=1)


def a_consultation() -> Consultation:
    return Consultation.book(a_calendar(), new_id(), START, Busy(), [], MONDAY)[0]


@pytest.mark.parametrize("by", Party)
def test_either_side_says_when_it_is_over_that_it_took_place(by: Party) -> None:
    consultation = a_consultation()
    for too_early in (START, END - A_MOMENT):
        for attendance in Attendance:
            with pytest.raises(NotOver):
                consultation.attend(by, attendance, too_early)
    assert consultation.attend(by, HELD, END) == [
        ConsultationCompleted(
            consultation_id=consultation.id,
            version=2,
            client_id=consultation.client_id,
            specialist_id=consultation.specialist_id,
            ask=[CLIENT, SPECIALIST],
        )
    ]
    assert consultation.status == ConsultationStatus.COMPLETED


@pytest.mark.parametrize("by", Party)
@pytest.mark.parametrize(
    ("attendance", "missed_by"), [(CLIENT_MISSED, CLIENT), (SPECIALIST_MISSED, SPECIALIST)]
)
def test_either_side_says_who_missed_it(
    by: Party, attendance: Attendance, missed_by: Party
) -> None:
    consultation = a_consultation()
    [event] = consultation.attend(by, attendance, END)
    assert isinstance(event, ConsultationMissed)
    assert (event.missed_by, event.starts_at, event.version) == (missed_by, START, 2)
    assert event.disputable_until == END + TWO_DAYS
    assert consultation.status == ConsultationStatus.MISSED


@pytest.mark.parametrize("first", Attendance)
@pytest.mark.parametrize("second", Attendance)
def test_where_the_sides_differ_it_counts_as_completed(
    first: Attendance, second: Attendance
) -> None:
    consultation = a_consultation()
    consultation.attend(SPECIALIST, first, END)
    before = consultation.status
    events = consultation.attend(CLIENT, second, END)
    if first == second:
        assert consultation.status == before
        assert events == []
    else:
        assert consultation.status == ConsultationStatus.COMPLETED
        assert [type(each) for each in events] == (
            [] if before == ConsultationStatus.COMPLETED else [ConsultationCompleted]
        )


def test_what_one_side_said_can_be_put_right_until_the_other_has_said_it_too() -> None:
    consultation = a_consultation()
    consultation.attend(SPECIALIST, CLIENT_MISSED, END)
    [event] = consultation.attend(SPECIALIST, HELD, END)
    assert isinstance(event, ConsultationCompleted)
    consultation.attend(CLIENT, HELD, END)
    for by in Party:
        with pytest.raises(AttendanceClosed):
            consultation.attend(by, CLIENT_MISSED, END + A_MOMENT)


@pytest.mark.parametrize("by", Party)
def test_what_a_side_said_it_puts_right_once(by: Party) -> None:
    consultation = a_consultation()
    told = consultation.attend(by, SPECIALIST_MISSED, END)
    told += consultation.attend(by, HELD, END)
    for _ in range(3):
        told += consultation.attend(by, HELD, END)
        with pytest.raises(AttendanceGiven):
            consultation.attend(by, SPECIALIST_MISSED, END)
    assert [type(each) for each in told] == [ConsultationMissed, ConsultationCompleted]


def test_the_same_said_again_changes_nothing_and_is_no_correction() -> None:
    consultation = a_consultation()
    consultation.attend(CLIENT, SPECIALIST_MISSED, END)
    assert consultation.attend(CLIENT, SPECIALIST_MISSED, END + A_MOMENT) == []
    assert consultation.disputable_until == END + TWO_DAYS
    assert consultation.attend(CLIENT, HELD, END)


def test_putting_it_right_wins_no_time_and_leaves_the_other_side_a_day() -> None:
    in_time, late = a_consultation(), a_consultation()
    for each in (in_time, late):
        each.attend(SPECIALIST, HELD, END)
    a_day_before_it_is_settled = END + TWO_DAYS - timedelta(hours=24)
    [event] = in_time.attend(SPECIALIST, CLIENT_MISSED, a_day_before_it_is_settled)
    assert isinstance(event, ConsultationMissed)
    assert event.disputable_until == END + TWO_DAYS
    with pytest.raises(AttendanceGiven):
        late.attend(SPECIALIST, CLIENT_MISSED, a_day_before_it_is_settled + A_MOMENT)
    for each in (in_time, late):
        with pytest.raises(AttendanceClosed):
            each.attend(CLIENT, SPECIALIST_MISSED, END + TWO_DAYS)


def test_it_can_be_said_for_48_hours_and_disputed_for_48_hours_from_then() -> None:
    late, disputed = a_consultation(), a_consultation()
    with pytest.raises(AttendanceClosed):
        late.attend(CLIENT, HELD, END + TWO_DAYS)
    said_at = END + TWO_DAYS - A_MOMENT
    disputed.attend(SPECIALIST, CLIENT_MISSED, said_at)
    with pytest.raises(AttendanceClosed):
        disputed.attend(CLIENT, HELD, said_at + TWO_DAYS)
    assert disputed.attend(CLIENT, HELD, said_at + TWO_DAYS - A_MOMENT)


def test_what_was_cancelled_was_not_attended() -> None:
    consultation = a_consultation()
    consultation.cancel(SPECIALIST, None, MONDAY)
    with pytest.raises(NotHeld):
        consultation.attend(CLIENT, HELD, END)


def test_each_side_sees_what_it_said_itself() -> None:
    consultation = a_consultation()
    consultation.attend(SPECIALIST, CLIENT_MISSED, END)
    seen = [
        consultation.to_resource(consultation.account_of(each)).your_attendance for each in Party
    ]
    assert seen == [None, CLIENT_MISSED]


@pytest.mark.parametrize("by", Party)
def test_a_side_sees_until_when_it_can_answer(by: Party) -> None:
    other = CLIENT if by == SPECIALIST else SPECIALIST
    said_at = END + timedelta(hours=47)
    consultation = a_consultation()
    assert consultation.attendance_until(by) == END + TWO_DAYS
    consultation.attend(other, SPECIALIST_MISSED, said_at)
    assert consultation.attendance_until(by) == said_at + TWO_DAYS
    consultation.attend(by, HELD, said_at)
    assert [consultation.attendance_until(each) for each in Party] == [None, None]


def test_a_side_sees_until_when_it_can_correct_its_answer() -> None:
    consultation = a_consultation()
    consultation.attend(CLIENT, SPECIALIST_MISSED, END)
    until = consultation.attendance_until(CLIENT)
    assert until == END + TWO_DAYS - timedelta(hours=24)
    consultation.attend(CLIENT, HELD, until)
    assert consultation.attendance_until(CLIENT) is None


def test_nobody_can_answer_for_what_was_cancelled() -> None:
    consultation = a_consultation()
    consultation.cancel(SPECIALIST, None, MONDAY)
    assert consultation.attendance_until(CLIENT) is None


# What nobody closed


def test_what_nobody_closed_for_48_hours_took_place() -> None:
    consultation = a_consultation()
    assert consultation.close(END + TWO_DAYS - A_MOMENT) == []
    [event] = consultation.close(END + TWO_DAYS)
    assert isinstance(event, ConsultationCompleted)
    assert consultation.close(END + TWO_DAYS) == []


def test_the_clock_leaves_alone_what_somebody_closed() -> None:
    consultation = a_consultation()
    consultation.attend(SPECIALIST, CLIENT_MISSED, END)
    assert consultation.close(END + TWO_DAYS) == []
    assert consultation.status == ConsultationStatus.MISSED


# What follows


def missed(by: Party, starts_at: datetime, disputable: bool = False) -> ClientBooking:
    until = starts_at + timedelta(days=365) if disputable else starts_at
    return ClientBooking(new_id(), new_id(), starts_at, ConsultationStatus.MISSED, by, until)


def test_what_the_specialist_missed_does_not_count_once_it_is_settled() -> None:
    settled = missed(SPECIALIST, START)
    require_free([settled], settled.specialist_id, END, now=END)
    open_ = missed(SPECIALIST, START, disputable=True)
    with pytest.raises(AlreadyBooked):
        require_free([open_], open_.specialist_id, END, now=END)


def test_what_the_client_missed_counts() -> None:
    engagement = missed(CLIENT, START)
    with pytest.raises(AlreadyBooked):
        require_free([engagement], engagement.specialist_id, END, now=END)


def test_who_missed_two_can_not_book_for_30_days_from_the_second() -> None:
    second = START + timedelta(days=10)
    misses = [missed(CLIENT, second), missed(CLIENT, START)]
    until = second + timedelta(days=30)
    with pytest.raises(BookingPaused, match=f"{until:%Y-%m-%d}"):
        require_free(misses, new_id(), until, now=until - A_MOMENT)
    require_free(misses, new_id(), until, now=until)


def test_one_miss_and_what_specialists_missed_pause_nothing() -> None:
    others = [missed(SPECIALIST, START + timedelta(days=each)) for each in range(3)]
    require_free([missed(CLIENT, START), *others], new_id(), END, now=END)


def test_a_third_miss_pauses_again() -> None:
    days = [START + timedelta(days=each) for each in (0, 1, 60)]
    with pytest.raises(BookingPaused):
        require_free([missed(CLIENT, each) for each in days], new_id(), END, now=days[-1])
