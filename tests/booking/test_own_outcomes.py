"""What a side can read of outcomes: its own, and whether both want to continue."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import NotFound
from chassis.schemas import Reading, load
from contracts.booking.consultations import Party
from contracts.booking.outcomes import OwnOutcome, Wish
from services.booking.outcomes.outcomes import ALLOWED
from tests.booking.steps import a_client, a_pair, say
from tests.support.begun_consultations import let_begin
from tests.support.service_client import Talking

TO_CONTINUE = (Wish.CONTINUE, Wish.GOOD_FIT)
EACH_PAIR = sorted(product(ALLOWED[Party.CLIENT], ALLOWED[Party.SPECIALIST]))


def own_outcome(booking: Talking, by: Caller, id: UUID) -> OwnOutcome:
    answer = booking.asked_by(by).get_outcome(consultation_id=id)
    return load(OwnOutcome, answer, Reading.WIRE)


@pytest.mark.parametrize(("of_client", "of_specialist"), EACH_PAIR)
def test_each_reads_its_own_and_of_the_other_only_what_both_were_told(
    booking: Talking, of_client: Wish, of_specialist: Wish
) -> None:
    client, specialist, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    nothing = OwnOutcome(outcome=None, both_wish_to_continue=False)
    assert own_outcome(booking, client, consultation.id) == nothing

    say(booking, client, consultation.id, of_client)
    assert own_outcome(booking, specialist, consultation.id) == nothing
    say(booking, specialist, consultation.id, of_specialist)
    both = (of_client, of_specialist) == TO_CONTINUE
    for who, wish in ((client, of_client), (specialist, of_specialist)):
        said = own_outcome(booking, who, consultation.id)
        assert said == OwnOutcome(outcome=wish, both_wish_to_continue=both)


def test_no_third_person_reads_any(booking: Talking) -> None:
    _, _, consultation = a_pair(booking)
    with pytest.raises(NotFound):
        booking.asked_by(a_client()).get_outcome(consultation_id=consultation.id)
