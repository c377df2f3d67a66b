"""Profiles as others meet them: asked by RPC, told events, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import EmailNotVerified, Forbidden, Invalid, NotFound, Unauthenticated
from chassis.ids import new_id
from chassis.pagination import PageQuery
from chassis.preconditions import Stale, etag_of
from chassis.schemas import Reading, load
from contracts.profiles import specialists as contract
from contracts.profiles.discovery import SearchSpecialists, Sort
from contracts.profiles.featuring import NotFeatured, SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.specialists import (
    ChangeProfile,
    Listing,
    ProfileExists,
    ProfileIncomplete,
    SpecialistChanged,
    SpecialistListed,
    SpecialistStatus,
    SpecialistUnlisted,
    SpecialistUpdated,
)
from services.profiles.service import ProfilesService
from tests.profiles.builders import LIST, UNLIST, a_profile, a_specialist, get_licensed, news_of
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once, serving, somebody


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def with_a_profile(profiles: Talking, listed: bool = False, featured: bool = False) -> Caller:
    person = somebody("specialist")
    profiles.asked_by(person).write_profile(profile=a_profile())
    get_licensed(profiles, person)
    if listed or featured:
        profiles.asked_by(person).change_profile(change=LIST)
    if featured:
        profiles.hears(news_of(person.known(), next_slot_at=soon()))
    return person


def test_only_who_has_a_proven_address_is_listed(profiles: Talking) -> None:
    person = with_a_profile(profiles)
    unproven = replace(person, verified=False)
    with pytest.raises(EmailNotVerified):
        profiles.asked_by(unproven).change_profile(change=LIST)
    profiles.asked_by(unproven).change_profile(change=ChangeProfile(headline="Another one"))
    assert profiles.asked_by(person).change_profile(change=LIST)["status"] == "listed"


def profile_of(profiles: Talking, person: Caller) -> contract.Specialist:
    return load(contract.Specialist, profiles.asked_by(person).get_my_profile(), Reading.WIRE)


def page_of(profiles: Talking, listing: str, cursor: str | None) -> Any:
    asking = profiles.asked_by(NOBODY)
    if listing == "list_featured":
        return asking.list_featured(page=PageQuery(cursor=cursor, limit=3))
    query = SearchSpecialists(sort=Sort.NEWEST, cursor=cursor, limit=3)
    return asking.search_specialists(query=query)


def everybody(profiles: Talking, listing: str) -> list[UUID]:
    """All that a list shows, page by page."""
    found: list[UUID] = []
    cursor = None
    while True:
        page: dict[str, Any] = page_of(profiles, listing, cursor)
        found += [UUID(each["id"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


def featured(profiles: Talking) -> list[UUID]:
    return [UUID(each) for each in profiles.asked_by(NOBODY).list_featured()]


# A profile's life


def test_a_specialist_writes_their_profile_and_gets_it(profiles: Talking) -> None:
    person = somebody("specialist")
    written = profiles.asked_by(person).write_profile(profile=a_profile())
    profile = profile_of(profiles, person)
    assert load(contract.Specialist, written, Reading.WIRE) == profile
    assert profile.id == person.account_id
    assert (profile.status, profile.headline) == (SpecialistStatus.DRAFT, "Where to start")


def test_only_specialists_have_a_profile(profiles: Talking) -> None:
    for method, arguments in (
        ("write_profile", {"profile": a_profile()}),
        ("change_profile", {"change": LIST}),
        ("get_my_profile", {}),
    ):
        with pytest.raises(Forbidden):
            getattr(profiles.asked_by(somebody("client", "admin")), method)(**arguments)
        with pytest.raises(Unauthenticated):
            getattr(profiles.asked_by(NOBODY), method)(**arguments)


def test_a_profile_is_written_once_also_when_it_is_sent_twice_at_once(profiles: Talking) -> None:
    person = somebody("specialist")
    write = partial(profiles.asked_by(person).write_profile, profile=a_profile())
    outcomes = at_once([write] * 5)
    assert len([each for each in outcomes if isinstance(each, ProfileExists)]) == 4, outcomes


def test_a_profile_that_was_not_written_is_not_found_nor_changed(profiles: Talking) -> None:
    person = somebody("specialist")
    with pytest.raises(NotFound):
        profiles.asked_by(person).get_my_profile()
    with pytest.raises(NotFound):
        profiles.asked_by(person).change_profile(change=LIST)


def test_hours_that_are_heard_of_first_make_no_profile(profiles: Talking) -> None:
    person = somebody("specialist")
    profiles.hears(news_of(person.known(), next_slot_at=soon()))
    with pytest.raises(NotFound):
        profiles.asked_by(person).get_my_profile()
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)
    assert person.account_id not in everybody(profiles, "search_specialists")
    assert person.account_id not in featured(profiles)


def test_a_draft_is_seen_by_its_owner_alone(profiles: Talking) -> None:
    person = with_a_profile(profiles)
    for other in (NOBODY, somebody("client"), person):
        with pytest.raises(NotFound):
            profiles.asked_by(other).get_specialist(specialist_id=person.account_id)
    assert person.account_id not in everybody(profiles, "search_specialists")


def test_a_listed_profile_is_found_by_everybody(profiles: Talking) -> None:
    person = with_a_profile(profiles, listed=True)
    seen = profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)
    assert seen["display_name"] == "Dr Ada Example"
    assert person.account_id in everybody(profiles, "search_specialists")
    [told] = profiles.told(SpecialistListed, person.known())
    assert (told.version, told.display_name) == (1, "Dr Ada Example")


def test_a_change_of_a_listed_profile_is_seen_and_told(profiles: Talking) -> None:
    person = with_a_profile(profiles, listed=True)
    profiles.asked_by(person).change_profile(change=ChangeProfile(headline="Another way"))
    seen = profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)
    assert (seen["headline"], seen["biography"]) == ("Another way", "I listen first.")
    [told] = profiles.told(SpecialistUpdated, person.known())
    assert (told.version, told.headline) == (2, "Another way")


def test_an_incomplete_profile_is_not_listed_and_nothing_of_the_change_stays(
    profiles: Talking,
) -> None:
    person = somebody("specialist")
    profiles.asked_by(person).write_profile(profile=a_profile(biography="", languages=[]))
    get_licensed(profiles, person)
    change = ChangeProfile(headline="Another way", status=Listing.LISTED)
    with pytest.raises(ProfileIncomplete) as refusal:
        profiles.asked_by(person).change_profile(change=change)
    assert [each.field for each in refusal.value.errors] == ["biography", "languages"]
    assert profile_of(profiles, person).headline == "Where to start"
    assert profiles.told(SpecialistListed, person.known()) == []


def test_a_withdrawn_profile_is_found_no_more(profiles: Talking) -> None:
    person = with_a_profile(profiles, featured=True)
    profiles.asked_by(person).change_profile(change=UNLIST)
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)
    assert person.account_id not in everybody(profiles, "search_specialists")
    assert person.account_id not in featured(profiles)
    [told] = profiles.told(SpecialistUnlisted, person.known())
    assert told.version == 3
    assert not profile_of(profiles, person).featured


def test_nobody_sets_featured_by_hand(profiles: Talking) -> None:
    person = with_a_profile(profiles, listed=True)
    profiles.asked_by(person).change_profile(change={"featured": True, "verified": True})
    assert not profile_of(profiles, person).featured


def test_nobody_verifies_themselves(profiles: Talking) -> None:
    person = somebody("specialist")
    profiles.asked_by(person).write_profile(profile=a_profile())
    profiles.asked_by(person).change_profile(
        change={"verified": True, "verified_until": "2999-01-01", "lapsed": True}
    )
    assert not profile_of(profiles, person).verified


def test_changes_made_at_once_are_told_with_a_version_each(profiles: Talking) -> None:
    person = with_a_profile(profiles, listed=True)
    change = profiles.asked_by(person).change_profile
    outcomes = at_once(
        [partial(change, change=ChangeProfile(headline=f"Headline {n}")) for n in range(10)]
    )
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    versions = [each.version for each in profiles.told(SpecialistUpdated, person.known())]
    assert versions == list(range(2, 12))


def test_of_changes_made_at_once_to_one_version_one_is_made(profiles: Talking) -> None:
    person = with_a_profile(profiles)
    version = etag_of(contract.Specialist, profiles.asked_by(person).get_my_profile())

    def change(headline: str) -> Any:
        asking = profiles.asked_by(person, if_match=version)
        return asking.change_profile(change=ChangeProfile(headline=headline))

    outcomes = at_once([partial(change, f"Way {n}") for n in range(5)])
    refused = [each for each in outcomes if isinstance(each, Stale)]
    assert len(refused) == 4, outcomes
    present = etag_of(contract.Specialist, profiles.asked_by(person).get_my_profile())
    assert {each.etag for each in refused} == {present}


def test_a_change_that_is_repeated_under_its_key_is_not_stale(profiles: Talking) -> None:
    person = with_a_profile(profiles)
    version = etag_of(contract.Specialist, profiles.asked_by(person).get_my_profile())
    asking = profiles.asked_by(person, key="once", if_match=version)
    answers = [asking.change_profile(change=ChangeProfile(headline="Way")) for _ in range(2)]
    assert answers[0] == answers[1]


def test_specialists_are_listed_newest_first_each_once(profiles: Talking) -> None:
    people = [with_a_profile(profiles, listed=True).account_id for _ in range(5)]
    assert everybody(profiles, "search_specialists")[:5] == people[::-1]


# Featuring


def test_a_listed_specialist_is_featured_when_hours_are_heard_of(profiles: Talking) -> None:
    person = with_a_profile(profiles, listed=True)
    assert person.account_id not in featured(profiles)
    next_slot_at = soon()
    profiles.hears(news_of(person.known(), next_slot_at=next_slot_at))
    assert person.account_id in featured(profiles)
    [told] = profiles.told(SpecialistFeatured, person.known())
    assert (told.version, told.next_slot_at) == (2, next_slot_at)
    assert profile_of(profiles, person).next_slot_at == next_slot_at
    assert profile_of(profiles, person).next_slots == [next_slot_at]


def test_hours_may_be_heard_of_before_the_profile_is_written(profiles: Talking) -> None:
    person = somebody("specialist")
    profiles.hears(news_of(person.known(), next_slot_at=soon()))
    profiles.asked_by(person).write_profile(profile=a_profile())
    assert not profile_of(profiles, person).featured
    get_licensed(profiles, person)
    profiles.asked_by(person).change_profile(change=LIST)
    assert profile_of(profiles, person).featured
    assert len(profiles.told(SpecialistFeatured, person.known())) == 1


def test_who_offers_no_more_free_consultations_is_featured_no_more(profiles: Talking) -> None:
    person = with_a_profile(profiles, featured=True)
    profiles.hears(news_of(person.known(), version=2, offers=False, next_slot_at=soon()))
    assert person.account_id not in featured(profiles)
    assert person.account_id in everybody(profiles, "search_specialists")
    [told] = profiles.told(SpecialistUnfeatured, person.known())
    assert told.reason is NotFeatured.NO_FREE_CONSULTATIONS


def test_news_that_comes_late_or_twice_changes_nothing(profiles: Talking) -> None:
    person = with_a_profile(profiles, listed=True)
    older = news_of(person.known(), version=1, offers=False, next_slot_at=None)
    newer = profiles.hears(news_of(person.known(), version=2, next_slot_at=soon()))
    profiles.hears(older)
    profiles.hears_again(*newer)
    assert profile_of(profiles, person).featured
    assert len(profiles.told(SpecialistFeatured, person.known())) == 1
    assert profiles.told(SpecialistUnfeatured, person.known()) == []


def test_readers_are_told_once_for_each_transaction_that_changes_what_they_read(
    profiles: Talking,
) -> None:
    person = with_a_profile(profiles)
    profiles.asked_by(person).change_profile(change=ChangeProfile(headline="Nobody reads it"))
    assert profiles.told(SpecialistChanged, person.known()) == []
    profiles.asked_by(person).change_profile(change=LIST)
    news = profiles.hears(news_of(person.known(), next_slot_at=soon()))
    profiles.hears_again(*news)
    profiles.asked_by(person).change_profile(change=LIST)
    versions = [each.version for each in profiles.told(SpecialistChanged, person.known())]
    assert versions == [1, 2]


def test_counts_that_are_none_are_refused(profiles: Talking) -> None:
    today = datetime.now(UTC).date().isoformat()
    for wrong in (
        {"shown": -1},
        {"opened": "many"},
        {"specialist_id": "me"},
        {"day": "today"},
    ):
        count = {"specialist_id": str(new_id()), "day": today, "shown": 1, "opened": 1, **wrong}
        with pytest.raises(Invalid):
            profiles.asked_by(NOBODY).record_exposures(counts=[count])
    too_many = [new_id() for _ in range(101)]
    with pytest.raises(Invalid):
        profiles.asked_by(NOBODY).get_featured(ids=too_many)


def test_time_alone_begins_and_ends_featuring(database: str) -> None:
    now = datetime.now(UTC)
    passed, near, far = a_specialist(listed=True), a_specialist(listed=True), a_specialist(True)
    passed.learn_availability(news_of(passed.id, next_slot_at=now), now)
    assert passed.featured
    for specialist, days in ((near, 13), (far, 15)):
        in_time = now + timedelta(days=days)
        a_week_ago = now - timedelta(days=7)
        specialist.learn_availability(news_of(specialist.id, next_slot_at=in_time), a_week_ago)
        assert not specialist.featured
    store = connected_database(database, "profiles")
    with store.transaction() as tx:
        tx.add_all([passed, near, far])
    store.dispose()

    with serving(ProfilesService, database) as profiles:
        [ended] = eventually(partial(profiles.told, SpecialistUnfeatured, passed.id))
        assert ended.reason is NotFeatured.NO_SLOT_SOON
        [begun] = eventually(partial(profiles.told, SpecialistFeatured, near.id))
        assert begun.version == near.version + 1
        assert featured(profiles) == [near.id]
        assert profiles.told(SpecialistFeatured, far.id) == []
