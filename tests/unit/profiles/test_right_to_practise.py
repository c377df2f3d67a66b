"""The right to practise: what ends it, what gives it back, and what is told of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.events import Event
from chassis.ids import new_id
from contracts.profiles.accounts import Role
from contracts.profiles.licences import DecideLicence, Decision, LicenceStatus, NothingToDecide
from contracts.profiles.right_to_practise import RightToPractiseChanged, Standing
from contracts.profiles.specialists import ProfileIncomplete, SpecialistUnlisted
from services.profiles.accounts.accounts import Account
from services.profiles.licences.licences import Licence
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import (
    LIST,
    NOTHING_CHOSEN,
    NOW,
    UNLIST,
    a_submission,
    a_written_specialist,
    an_empty_licence,
)

ADMIN = new_id()
LAST_DAY = date(2026, 9, 1)
ENDED = NOW.replace(year=2026, month=9, day=1, hour=0)
LATER = ENDED + timedelta(days=1)


@dataclass
class Practice:
    """A person's account, licence and profile, and what was told of them."""

    account: Account
    licence: Licence
    specialist: Specialist

    def told(self, *events: Event) -> list[Standing]:
        return [each.standing for each in events if isinstance(each, RightToPractiseChanged)]

    def submits(self, expires_on: date = date(2029, 1, 1)) -> None:
        self.licence.submit(a_submission(expires_on=expires_on), NOW)

    def decided(self, decision: Decision) -> list[Event]:
        seen = DecideLicence(decision=decision, version=self.licence.version, reason="Forged.")
        return self.licence.decide(seen, self.specialist, ADMIN, LATER)

    def declined(self) -> list[Event]:
        return self.decided(Decision.DECLINED)

    def verified(self) -> list[Event]:
        return self.decided(Decision.VERIFIED)

    def expires(self) -> list[Event]:
        return self.licence.review(self.specialist, ENDED)

    def suspended(self) -> list[Event]:
        return self.account.suspend(self.specialist, NOW)

    def restored(self) -> list[Event]:
        return self.account.restore(self.specialist, NOW)

    def revoked(self) -> list[Event]:
        return self.account.revoke(Role.SPECIALIST, self.specialist, NOW)

    def granted(self) -> list[Event]:
        return self.account.grant(Role.SPECIALIST, self.specialist, NOW)


def a_practice() -> Practice:
    """Of a listed specialist whose licence is in force."""
    specialist = a_written_specialist()
    account, _ = Account.register(
        specialist.id, "ada@example.org", "Ada", Role.SPECIALIST, NOTHING_CHOSEN, "hash", NOW
    )
    practice = Practice(account, an_empty_licence(specialist.id), specialist)
    practice.submits(LAST_DAY)
    seen = DecideLicence(decision=Decision.VERIFIED, version=practice.licence.version)
    practice.licence.decide(seen, specialist, ADMIN, NOW)
    specialist.change(LIST, NOW)
    return practice


def expires_while_a_renewal_waits(practice: Practice) -> list[Event]:
    practice.submits()
    return practice.expires()


def expires_and_the_renewal_is_declined(practice: Practice) -> list[Event]:
    expires_while_a_renewal_waits(practice)
    return practice.declined()


ENDS: dict[Standing, Callable[[Practice], list[Event]]] = {
    Standing.LICENCE_WITHDRAWN: Practice.declined,
    Standing.LICENCE_DECLINED: expires_and_the_renewal_is_declined,
    Standing.LICENCE_EXPIRED: Practice.expires,
    Standing.ROLE_REVOKED: Practice.revoked,
    Standing.ACCOUNT_SUSPENDED: Practice.suspended,
}


def test_each_cause_is_tried() -> None:
    assert set(ENDS) == {each for each in Standing if not each.may_practise}


@pytest.mark.parametrize("cause", ENDS)
def test_the_right_ends_is_told_once_with_its_cause_and_the_listing_ends_with_it(
    cause: Standing,
) -> None:
    practice = a_practice()
    events = ENDS[cause](practice)
    assert practice.told(*events) == [cause]
    assert not practice.specialist.listed
    with pytest.raises(ProfileIncomplete):
        practice.specialist.change(LIST, LATER)


@pytest.mark.parametrize("cause", [Standing.ROLE_REVOKED, Standing.ACCOUNT_SUSPENDED])
def test_what_ends_with_the_account_unlists(cause: Standing) -> None:
    practice = a_practice()
    assert SpecialistUnlisted in [type(each) for each in ENDS[cause](practice)]


def test_with_a_renewal_waiting_the_right_goes_on_until_it_is_decided() -> None:
    practice = a_practice()
    assert practice.told(*expires_while_a_renewal_waits(practice)) == [Standing.RENEWAL_WAITING]
    assert practice.told(*practice.verified()) == [Standing.GOOD]


def test_another_document_for_the_licence_that_ends_is_no_renewal() -> None:
    practice = a_practice()
    practice.licence.attach("another-document", NOW)
    assert practice.told(*practice.expires()) == [Standing.LICENCE_EXPIRED]


def test_a_renewal_that_ends_while_it_waits_keeps_nobody_in_practice() -> None:
    practice = a_practice()
    practice.submits(LAST_DAY + timedelta(days=2))
    assert practice.told(*practice.expires()) == [Standing.RENEWAL_WAITING]
    assert practice.told(*practice.licence.review(practice.specialist, LATER)) == []
    two_days_later = ENDED + timedelta(days=2)
    told = practice.told(*practice.licence.review(practice.specialist, two_days_later))
    assert told == [Standing.LICENCE_EXPIRED]


def test_a_licence_handed_in_after_the_end_gives_no_right_by_itself() -> None:
    practice = a_practice()
    practice.expires()
    practice.submits()
    assert practice.specialist.standing == Standing.LICENCE_EXPIRED
    assert practice.told(*practice.verified()) == [Standing.GOOD]


def test_an_admin_may_decide_that_an_expired_licence_is_not_renewed() -> None:
    practice = a_practice()
    practice.expires()
    assert practice.licence.status == LicenceStatus.EXPIRED
    assert practice.told(*practice.declined()) == [Standing.LICENCE_DECLINED]
    with pytest.raises(NothingToDecide):
        practice.declined()


def test_a_renewal_declined_before_the_end_leaves_the_right_until_then() -> None:
    practice = a_practice()
    practice.submits()
    assert practice.told(*practice.declined()) == []
    assert practice.told(*practice.expires()) == [Standing.LICENCE_EXPIRED]
    assert practice.told(*practice.declined()) == [Standing.LICENCE_DECLINED]


def test_unlisting_oneself_and_a_first_licence_tell_nothing() -> None:
    practice = a_practice()
    assert practice.told(*practice.specialist.change(UNLIST, NOW)) == []
    newcomer = a_practice()
    newcomer.licence = an_empty_licence(newcomer.specialist.id)
    newcomer.submits()
    assert newcomer.told(*newcomer.declined(), *newcomer.verified()) == []


RESTORES: dict[Standing, Callable[[Practice], list[Event]]] = {
    Standing.LICENCE_WITHDRAWN: Practice.verified,
    Standing.LICENCE_DECLINED: Practice.verified,
    Standing.ROLE_REVOKED: Practice.granted,
    Standing.ACCOUNT_SUSPENDED: Practice.restored,
}


@pytest.mark.parametrize("cause", RESTORES)
def test_what_ended_comes_back(cause: Standing) -> None:
    practice = a_practice()
    if cause == Standing.LICENCE_WITHDRAWN:
        practice.submits()
        practice.verified()
    ENDS[cause](practice)
    assert practice.told(*RESTORES[cause](practice)) == [Standing.GOOD]
    lapsed = cause == Standing.LICENCE_DECLINED  # an expiry took the listing
    assert practice.specialist.listed == lapsed
    practice.specialist.change(LIST, NOW)


def test_what_stands_against_it_still_is_told_when_one_cause_goes() -> None:
    practice = a_practice()
    practice.suspended()
    assert practice.told(*practice.revoked(), *practice.expires()) == []
    assert practice.told(*practice.restored()) == [Standing.ROLE_REVOKED]
    assert practice.told(*practice.granted()) == [Standing.LICENCE_EXPIRED]


def test_a_licence_verified_while_the_account_is_suspended_lists_nobody() -> None:
    practice = a_practice()
    practice.expires()
    practice.suspended()
    practice.submits()
    assert practice.told(*practice.verified()) == []
    assert not practice.specialist.listed


@given(st.lists(st.sampled_from(["suspended", "restored", "revoked", "granted"]), max_size=12))
def test_versions_grow_and_the_last_one_told_is_the_truth(steps: list[str]) -> None:
    practice = a_practice()
    told = [e for step in steps for e in getattr(practice, step)()]
    rights = [each for each in told if isinstance(each, RightToPractiseChanged)]
    versions = [each.version for each in rights]
    assert versions == sorted(set(versions))
    good = practice.account.suspended_at is None and practice.account.practises
    assert (rights[-1].standing if rights else Standing.GOOD).may_practise == good
