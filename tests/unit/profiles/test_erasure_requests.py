"""Requests for erasure and exports: their rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.profiles.featuring import SpecialistUnfeatured
from contracts.profiles.privacy import AccountErased
from contracts.profiles.specialists import SpecialistUnlisted
from firststep.platform import SERVICES as ALL_SERVICES
from services.profiles.privacy.erasures import ERASED_EVENTS, OVERDUE_AFTER, Erasure
from tests.profiles import builders
from tests.profiles.builders import NOW

LATER = NOW + timedelta(minutes=1)
A_SECOND = timedelta(seconds=1)
SERVICES = ("profiles", "booking", "notifications", "content")


def a_receipt() -> Erasure:
    return Erasure.request(new_id(), NOW)[0]


def test_a_request_is_told_and_waits_for_every_service() -> None:
    account_id = new_id()
    receipt, event = Erasure.request(account_id, NOW)
    assert event == AccountErased(account_id=account_id)
    assert sorted(receipt.unanswered()) == sorted(SERVICES)
    assert receipt.to_resource().complete_at is None


def test_nobody_guesses_the_id_of_a_receipt() -> None:
    ids = [a_receipt().id for _ in range(3)]
    assert {each.version for each in ids} == {4}  # chance alone: RFC 9562
    assert len(set(ids)) == 3


def test_a_receipt_says_nothing_of_whose_it_is() -> None:
    receipt = a_receipt()
    assert str(receipt.account_id) not in str(receipt.to_resource())


@given(st.permutations(SERVICES), st.lists(st.sampled_from(SERVICES)))
def test_a_receipt_is_complete_when_all_have_answered_in_any_order_and_repetition(
    order: list[str], again: list[str]
) -> None:
    receipt = a_receipt()
    heard = [*order[:-1], *(each for each in again if each != order[-1])]
    for service in heard:
        receipt.record_answer(service, LATER)
        assert receipt.complete_at is None
    assert receipt.unanswered() == [order[-1]]
    receipt.record_answer(order[-1], LATER + A_SECOND)
    assert receipt.complete_at == LATER + A_SECOND
    for service in again:
        receipt.record_answer(service, LATER + OVERDUE_AFTER)
    assert receipt.complete_at == LATER + A_SECOND
    shown = receipt.to_resource().services
    assert getattr(shown, order[0]) == LATER
    assert getattr(shown, order[-1]) == LATER + A_SECOND


@pytest.mark.parametrize(
    ("age", "hangs"),
    [(timedelta(0), False), (OVERDUE_AFTER, False), (OVERDUE_AFTER + A_SECOND, True)],
)
def test_an_erasure_hangs_when_it_is_pending_for_over_an_hour(age: timedelta, hangs: bool) -> None:
    assert timedelta(hours=1) == OVERDUE_AFTER
    receipt = a_receipt()
    assert receipt.is_overdue(NOW + age) == hangs
    for service in SERVICES:
        receipt.record_answer(service, NOW)
    assert not receipt.is_overdue(NOW + age)


def test_every_service_of_the_platform_is_waited_for() -> None:

    assert {answer.producer for answer in ERASED_EVENTS} == set(ALL_SERVICES)


def test_a_specialist_who_goes_is_unlisted_and_unfeatured_first() -> None:
    specialist = builders.a_specialist(listed=True, bookable=True)
    before = specialist.version
    unlisted, unfeatured = specialist.withdraw(NOW)
    assert isinstance(unlisted, SpecialistUnlisted)
    assert isinstance(unfeatured, SpecialistUnfeatured)
    assert (unlisted.version, unfeatured.version) == (before + 1, before + 2)


@pytest.mark.parametrize("specialist", [builders.a_specialist(), builders.an_empty_specialist()])
def test_a_specialist_who_was_not_listed_goes_without_a_word(specialist: Any) -> None:
    assert specialist.withdraw(NOW) == []
