"""A licence is handed in, decided by an admin, and ends on its day: the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import NotFound
from chassis.events import Event
from chassis.ids import new_id
from contracts.profiles.featuring import NotFeatured, SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.licences import (
    DecideLicence,
    Decision,
    LicenceChanged,
    LicenceDeclined,
    LicenceEnded,
    LicenceExpired,
    LicenceExpiring,
    LicenceStatus,
    NothingToDecide,
    OwnLicence,
    ReasonMissing,
    SpecialistVerified,
)
from contracts.profiles.right_to_practise import RightToPractiseChanged
from contracts.profiles.specialists import (
    ChangeProfile,
    NoSuchCode,
    SpecialistListed,
    SpecialistUnlisted,
)
from services.profiles.licences.licences import Licence
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import (
    LIST,
    NOW,
    UNLIST,
    a_submission,
    a_written_specialist,
    an_empty_licence,
    news_of,
)

ADMIN = new_id()
LAST_DAY = date(2026, 9, 1)
"""The first day on which the licence of these tests is valid no more."""
MIDNIGHT = datetime(2026, 9, 1, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


def verified(licence: Licence, specialist: Specialist, now: datetime = NOW) -> list[Event]:
    seen = DecideLicence(decision=Decision.VERIFIED, version=licence.version)
    return licence.decide(seen, specialist, ADMIN, now)


def declined(licence: Licence, specialist: Specialist, reason: str = "Illegible.") -> list[Event]:
    seen = DecideLicence(decision=Decision.DECLINED, version=licence.version, reason=reason)
    return licence.decide(seen, specialist, ADMIN, NOW)


def waiting(**changes: Any) -> tuple[Licence, Specialist]:
    """A licence that was handed in, and its holder."""
    specialist = a_written_specialist()
    licence = an_empty_licence(specialist.id)
    licence.submit(a_submission(**{"expires_on": LAST_DAY, **changes}), NOW)
    return licence, specialist


def in_force(listed: bool = True, bookable: bool = False) -> tuple[Licence, Specialist]:
    licence, specialist = waiting()
    verified(licence, specialist)
    if listed:
        specialist.change(LIST, NOW)
    if bookable:
        next_slot_at = MIDNIGHT + timedelta(days=1)
        specialist.learn_availability(news_of(specialist.id, next_slot_at=next_slot_at), NOW)
        specialist.review_featuring(MIDNIGHT - A_SECOND)
    return licence, specialist


def types(events: list[Event]) -> list[type[Event]]:
    return [type(each) for each in events]


# Handing in


def test_what_is_handed_in_waits() -> None:
    licence, specialist = waiting()
    resource = licence.to_resource()
    assert (resource.status, resource.version) == (LicenceStatus.SUBMITTED, 1)
    assert resource.expires_on == LAST_DAY
    assert resource.in_force is None
    assert not specialist.verified


@pytest.mark.parametrize("ends", [NOW.date(), NOW.date() - timedelta(days=1)])
def test_a_licence_that_has_ended_is_not_taken(ends: date) -> None:
    with pytest.raises(LicenceEnded) as refusal:
        an_empty_licence(new_id()).submit(a_submission(expires_on=ends), NOW)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("expires_on", str(ends))


def test_a_country_that_does_not_exist_is_named() -> None:
    with pytest.raises(NoSuchCode) as refusal:
        an_empty_licence(new_id()).submit(a_submission(country="XX"), NOW)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("country", "XX")


def test_the_same_again_is_not_handed_in_again() -> None:
    licence, specialist = waiting()
    verified(licence, specialist)
    licence.submit(a_submission(expires_on=LAST_DAY), NOW)
    assert licence.status == LicenceStatus.VERIFIED


def test_the_same_may_be_handed_in_again_after_it_was_declined() -> None:
    licence, specialist = waiting()
    declined(licence, specialist)
    licence.submit(a_submission(expires_on=LAST_DAY), NOW)
    assert (licence.status, licence.reason) == (LicenceStatus.SUBMITTED, "")


def test_a_document_comes_after_the_licence() -> None:
    with pytest.raises(NotFound):
        an_empty_licence(new_id()).attach("key", NOW)
    licence, _ = waiting()
    licence.attach("key", NOW)
    assert licence.to_resource().has_document
    assert licence.version == 2


# Deciding


def test_a_verified_licence_verifies_its_holder_until_it_ends() -> None:
    licence, specialist = waiting()
    [event] = verified(licence, specialist)
    assert event == SpecialistVerified(specialist_id=specialist.id, version=1)
    assert licence.status == LicenceStatus.VERIFIED
    assert specialist.verified
    assert specialist.verified_at(MIDNIGHT - A_SECOND)
    assert not specialist.verified_at(MIDNIGHT)


def test_a_declined_licence_says_why() -> None:
    licence, specialist = waiting()
    assert declined(licence, specialist) == [
        LicenceDeclined(specialist_id=specialist.id, version=1, reason="Illegible.")
    ]
    assert licence.to_resource().reason == "Illegible."
    assert not specialist.verified


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_nothing_is_declined_without_a_reason(reason: str) -> None:
    licence, specialist = waiting()
    with pytest.raises(ReasonMissing):
        declined(licence, specialist, reason)


@pytest.mark.parametrize("decision", Decision)
def test_nobody_decides_on_their_own_licence(decision: Decision) -> None:
    licence, specialist = waiting()
    seen = DecideLicence(decision=decision, version=licence.version, reason="Why not.")
    with pytest.raises(OwnLicence):
        licence.decide(seen, specialist, specialist.id, NOW)
    assert licence.status == LicenceStatus.SUBMITTED


def test_what_changed_since_it_was_looked_at_is_not_decided() -> None:
    licence, specialist = waiting()
    seen = DecideLicence(decision=Decision.VERIFIED, version=licence.version)
    licence.submit(a_submission(number="FORGED"), NOW)
    with pytest.raises(LicenceChanged):
        licence.decide(seen, specialist, ADMIN, NOW)
    assert not specialist.verified


def test_a_decision_that_is_sent_twice_does_not_count_as_another() -> None:
    licence, specialist = in_force()
    licence.submit(a_submission(number="PT-2042"), NOW)
    seen = DecideLicence(decision=Decision.DECLINED, version=licence.version, reason="Illegible.")
    licence.decide(seen, specialist, ADMIN, NOW)
    with pytest.raises(LicenceChanged):
        licence.decide(seen, specialist, ADMIN, NOW)
    assert specialist.listed


def test_a_licence_that_ended_while_it_waited_is_not_verified() -> None:
    licence, specialist = waiting()
    with pytest.raises(LicenceEnded):
        verified(licence, specialist, MIDNIGHT)


def test_an_admin_may_think_better_of_declining() -> None:
    licence, specialist = waiting()
    declined(licence, specialist)
    assert types(verified(licence, specialist)) == [SpecialistVerified]


def test_there_is_nothing_to_decide_twice() -> None:
    licence, specialist = in_force()
    with pytest.raises(NothingToDecide):
        verified(licence, specialist)
    declined(licence, specialist)
    with pytest.raises(NothingToDecide):
        declined(licence, specialist)


def test_a_verified_licence_can_be_taken_back_and_the_listing_with_it() -> None:
    licence, specialist = in_force()
    assert types(declined(licence, specialist)) == [
        LicenceDeclined,
        SpecialistUnlisted,
        RightToPractiseChanged,
    ]
    assert licence.to_resource().in_force is None
    assert not specialist.listed
    # and it is for the specialist to list the profile again
    assert types(verified(licence, specialist)) == [SpecialistVerified, RightToPractiseChanged]
    assert not specialist.listed


def declined_first() -> tuple[Licence, Specialist]:
    licence, specialist = waiting()
    declined(licence, specialist)
    return licence, specialist


def after_its_end() -> tuple[Licence, Specialist]:
    licence, specialist = in_force()
    licence.review(specialist, MIDNIGHT)
    return licence, specialist


@pytest.mark.parametrize("begin", [waiting, in_force, declined_first, after_its_end])
@pytest.mark.parametrize("now", [NOW, MIDNIGHT])
@pytest.mark.parametrize("decision", Decision)
def test_an_admin_is_shown_the_decisions_that_are_accepted(
    begin: Callable[[], tuple[Licence, Specialist]], now: datetime, decision: Decision
) -> None:
    licence, specialist = begin()
    shown = licence.for_review(None, specialist, now).decisions
    wanted = DecideLicence(decision=decision, version=licence.version, reason="Illegible.")
    try:
        licence.decide(wanted, specialist, ADMIN, now)
    except (NothingToDecide, LicenceEnded):
        assert decision not in shown
    else:
        assert decision in shown


# Renewing


def test_who_renews_in_time_stays_verified_and_listed_meanwhile() -> None:
    licence, specialist = in_force()
    licence.submit(a_submission(expires_on=date(2029, 1, 1)), NOW)
    resource = licence.to_resource()
    assert resource.status is LicenceStatus.SUBMITTED
    assert resource.in_force is not None
    assert resource.in_force.expires_on == LAST_DAY
    assert specialist.listed
    assert specialist.verified_until == LAST_DAY

    assert types(verified(licence, specialist)) == [SpecialistVerified]
    assert specialist.verified_until == date(2029, 1, 1)


def test_a_renewal_that_is_declined_leaves_what_is_in_force() -> None:
    licence, specialist = in_force()
    licence.submit(a_submission(number="PT-2042"), NOW)
    assert types(declined(licence, specialist)) == [LicenceDeclined]
    assert specialist.listed
    assert specialist.verified_until == LAST_DAY
    # a second look may take that back as well
    assert types(declined(licence, specialist))[:2] == [LicenceDeclined, SpecialistUnlisted]


# The clock


@pytest.mark.parametrize(
    ("days_before", "warned_of"),
    [(31, []), (30, [30]), (29, [29]), (8, [8]), (7, [7]), (1, [1])],
)
def test_an_end_is_warned_of_from_30_days_before(days_before: int, warned_of: list[int]) -> None:
    licence, specialist = in_force()
    events = licence.review(specialist, MIDNIGHT - timedelta(days=days_before))
    assert [each.days_left for each in events if isinstance(each, LicenceExpiring)] == warned_of
    assert len(events) == len(warned_of)


@given(st.lists(st.integers(-5, 24 * 80), min_size=1, max_size=60).map(sorted))
def test_it_is_warned_at_30_and_7_days_once_each_and_ended_once(hours: list[int]) -> None:
    licence, specialist = in_force()
    moments = [MIDNIGHT - timedelta(days=40) + timedelta(hours=each) for each in hours]
    told = [event for moment in moments for event in licence.review(specialist, moment)]
    warnings = [each.days_left for each in told if isinstance(each, LicenceExpiring)]
    assert warnings == sorted(warnings, reverse=True)
    assert len([each for each in warnings if each > 7]) <= 1
    assert len([each for each in warnings if each <= 7]) <= 1
    ended = [each for each in told if isinstance(each, LicenceExpired)]
    assert len(ended) == (moments[-1] >= MIDNIGHT)
    assert specialist.verified == (moments[-1] < MIDNIGHT)


def test_a_renewed_licence_is_warned_of_anew() -> None:
    licence, specialist = in_force()
    assert licence.review(specialist, MIDNIGHT - timedelta(days=5))
    licence.submit(a_submission(expires_on=date(2027, 9, 1)), NOW)
    verified(licence, specialist)
    assert licence.review(specialist, MIDNIGHT) == []
    [event] = licence.review(specialist, datetime(2027, 8, 30, tzinfo=UTC))
    assert isinstance(event, LicenceExpiring)


def test_at_its_end_the_holder_is_unlisted_and_unfeatured_at_once() -> None:
    licence, specialist = in_force(bookable=True)
    assert specialist.featured
    assert licence.review(specialist, MIDNIGHT - A_SECOND) != []  # the warning
    assert specialist.listed
    expired, unlisted, unfeatured, right = licence.review(specialist, MIDNIGHT)
    assert isinstance(expired, LicenceExpired)
    assert expired.expires_on == LAST_DAY
    assert isinstance(unlisted, SpecialistUnlisted)
    assert isinstance(unfeatured, SpecialistUnfeatured)
    assert unfeatured.reason is NotFeatured.NOT_VERIFIED
    assert isinstance(right, RightToPractiseChanged)
    assert expired.version < unlisted.version < unfeatured.version < right.version
    assert licence.status == LicenceStatus.EXPIRED
    assert licence.review(specialist, MIDNIGHT) == []


def test_a_renewal_after_the_end_brings_listing_and_featuring_back() -> None:
    licence, specialist = in_force(bookable=True)
    licence.review(specialist, MIDNIGHT)
    licence.submit(a_submission(expires_on=date(2029, 1, 1)), MIDNIGHT)
    events = verified(licence, specialist, MIDNIGHT)
    assert types(events)[:3] == [SpecialistVerified, SpecialistListed, SpecialistFeatured]


def test_who_was_not_listed_or_withdrew_meanwhile_is_not_listed_by_a_renewal() -> None:
    for listed in (True, False):
        licence, specialist = in_force(listed)
        licence.review(specialist, MIDNIGHT)
        if listed:
            specialist.change(UNLIST, MIDNIGHT)
        licence.submit(a_submission(expires_on=date(2029, 1, 1)), MIDNIGHT)
        verified(licence, specialist, MIDNIGHT)
        assert not specialist.listed


def test_a_profile_that_became_incomplete_meanwhile_is_not_listed_by_a_renewal() -> None:
    licence, specialist = in_force()
    licence.review(specialist, MIDNIGHT)
    specialist.change(ChangeProfile(biography=""), MIDNIGHT)
    licence.submit(a_submission(expires_on=date(2029, 1, 1)), MIDNIGHT)
    verified(licence, specialist, MIDNIGHT)
    assert not specialist.listed


def test_a_renewal_that_waits_outlives_the_end_of_what_was_in_force() -> None:
    licence, specialist = in_force()
    licence.submit(a_submission(expires_on=date(2029, 1, 1)), NOW)
    licence.review(specialist, MIDNIGHT)
    assert licence.status == LicenceStatus.SUBMITTED
    events = verified(licence, specialist, MIDNIGHT)
    assert types(events)[:2] == [SpecialistVerified, SpecialistListed]
