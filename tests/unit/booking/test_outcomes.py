"""What each side wants afterwards, in private."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from chassis.ids import new_id
from contracts.booking.attendance import NotHeld, NotOver
from contracts.booking.consultations import Attendance, Party
from contracts.booking.outcomes import (
    BothWishToContinue,
    OutcomeClosed,
    OutcomeGiven,
    OutcomeNotYours,
    Wish,
)
from services.booking.availability.busy import Busy
from services.booking.consultations.consultations import Consultation
from services.booking.outcomes.outcomes import ALLOWED, TO_CONTINUE, Outcome, to_ask
from tests.booking.builders import MONDAY, a_calendar, at

START = at("09:00", days_later=1)
END = START + timedelta(minutes=30)
A_MOMENT = timedelta(seconds=1)
EACH_PAIR = list(product(ALLOWED[Party.CLIENT], ALLOWED[Party.SPECIALIST]))


def a_consultation() -> Consultation:
    return Consultation.book(a_calendar(), new_id(), START, Busy(), [], MONDAY)[0]


@pytest.mark.parametrize(("client", "specialist"), sorted(EACH_PAIR))
@pytest.mark.parametrize("first", Party)
def test_only_where_both_want_to_go_on_they_are_told_and_nothing_else_ever_is(
    client: Wish, specialist: Wish, first: Party
) -> None:
    consultation = a_consultation()
    wishes = {Party.CLIENT: client, Party.SPECIALIST: specialist}
    [second] = set(Party) - {first}
    one = Outcome.say(consultation, first, wishes[first], END)
    assert one.matched_with(None, consultation) == []
    other = Outcome.say(consultation, second, wishes[second], END)
    both = (client, specialist) == (Wish.CONTINUE, Wish.GOOD_FIT)
    told = BothWishToContinue(
        consultation_id=consultation.id,
        client_id=consultation.client_id,
        specialist_id=consultation.specialist_id,
    )
    assert other.matched_with(one, consultation) == ([told] if both else [])


@pytest.mark.parametrize("by", Party)
def test_nobody_says_what_is_the_other_sides(by: Party) -> None:
    for wish in set(Wish) - ALLOWED[by]:
        with pytest.raises(OutcomeNotYours):
            Outcome.say(a_consultation(), by, wish, END)


def test_it_can_be_said_for_14_days_from_its_end() -> None:
    limit = END + timedelta(days=14)
    with pytest.raises(NotOver):
        Outcome.say(a_consultation(), Party.CLIENT, Wish.CONTINUE, END - A_MOMENT)
    with pytest.raises(OutcomeClosed):
        Outcome.say(a_consultation(), Party.CLIENT, Wish.CONTINUE, limit)
    assert Outcome.say(a_consultation(), Party.CLIENT, Wish.CONTINUE, limit - A_MOMENT)


def test_nothing_is_said_about_what_did_not_take_place() -> None:
    cancelled, missed = a_consultation(), a_consultation()
    cancelled.cancel(Party.SPECIALIST, None, MONDAY)
    missed.attend(Party.CLIENT, Attendance.SPECIALIST_MISSED, END)
    for each in (cancelled, missed):
        with pytest.raises(NotHeld):
            Outcome.say(each, Party.CLIENT, Wish.CONTINUE, END)


def test_whoever_has_said_nothing_is_asked_unless_the_other_said_no() -> None:
    client, specialist = Party
    assert to_ask({}) == [client, specialist]
    for yes in TO_CONTINUE & ALLOWED[client]:
        assert to_ask({client: yes}) == [specialist]
    for no in ALLOWED[client] - TO_CONTINUE:
        assert to_ask({client: no}) == []
    for no in ALLOWED[specialist] - TO_CONTINUE:
        assert to_ask({specialist: no}) == []
    assert to_ask({client: Wish.CONTINUE, specialist: Wish.GOOD_FIT}) == []


def test_it_is_said_once_and_the_same_again_changes_nothing() -> None:
    outcome = Outcome.say(a_consultation(), Party.CLIENT, Wish.NOT_NOW, END)
    outcome.require_same(Wish.NOT_NOW)
    with pytest.raises(OutcomeGiven):
        outcome.require_same(Wish.CONTINUE)
