"""A specialist's profile: written once, changed, listed and withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import NotFound
from chassis.events import Event
from contracts.profiles.specialists import (
    ChangeProfile,
    Fee,
    Listing,
    NoSuchCode,
    ProfileExists,
    ProfileIncomplete,
    SpecialistListed,
    SpecialistStatus,
    SpecialistUnlisted,
    SpecialistUpdated,
    WriteProfile,
)
from tests.profiles.builders import LIST, NOW, UNLIST, a_profile, a_specialist, an_empty_specialist


def test_a_written_profile_is_a_draft_with_what_was_given() -> None:
    specialist = an_empty_specialist()
    specialist.write(a_profile(languages=["de", "en"]))
    resource = specialist.to_resource()
    assert resource.status is SpecialistStatus.DRAFT
    assert resource.display_name == "Dr Ada Example"
    assert resource.languages == ["de", "en"]
    assert not resource.featured
    assert resource.next_slot_at is None
    assert resource.next_slots == []


def test_a_profile_is_written_once() -> None:
    specialist = a_specialist()
    with pytest.raises(ProfileExists):
        specialist.write(a_profile(display_name="Somebody Else"))
    assert specialist.display_name == "Dr Ada Example"


def test_a_profile_that_was_never_written_can_not_be_changed() -> None:
    with pytest.raises(NotFound):
        an_empty_specialist().change(LIST, NOW)


def test_what_is_left_out_of_a_change_stays() -> None:
    specialist = a_specialist()
    specialist.change(ChangeProfile(headline="Another way"), NOW)
    assert specialist.headline == "Another way"
    assert specialist.biography == "I listen first."


def test_what_is_given_empty_becomes_empty() -> None:
    specialist = a_specialist()
    specialist.change(ChangeProfile(headline="", topics=[]), NOW)
    assert (specialist.headline, specialist.topics) == ("", [])


def test_changing_a_draft_tells_nothing() -> None:
    assert a_specialist().change(ChangeProfile(headline="Another way"), NOW) == []


def test_listing_is_told() -> None:
    specialist = a_specialist()
    assert specialist.change(LIST, NOW) == [
        SpecialistListed(
            specialist_id=specialist.id,
            version=1,
            display_name="Dr Ada Example",
            headline="Where to start",
            languages=["en"],
            topics=["anxiety"],
        )
    ]
    assert specialist.listed


def test_a_profile_is_completed_and_listed_in_one_change() -> None:
    specialist = a_specialist()
    specialist.headline = ""
    complete = ChangeProfile(headline="Where to start", status=Listing.LISTED)
    [event] = specialist.change(complete, NOW)
    assert isinstance(event, SpecialistListed)
    assert event.headline == "Where to start"


@pytest.mark.parametrize(
    ("part", "nothing"),
    [("headline", ""), ("biography", ""), ("topics", []), ("languages", [])],
)
def test_each_part_that_is_missing_stands_against_listing(part: str, nothing: Any) -> None:
    specialist = a_specialist()
    specialist.change(ChangeProfile(**{part: nothing}), NOW)
    with pytest.raises(ProfileIncomplete) as refusal:
        specialist.change(LIST, NOW)
    assert [each.field for each in refusal.value.errors] == [part]


def test_all_missing_parts_are_named_at_once() -> None:
    specialist = an_empty_specialist()
    specialist.write(WriteProfile(display_name="Dr Ada Example"))
    with pytest.raises(ProfileIncomplete) as refusal:
        specialist.change(LIST, NOW)
    missing = [each.field for each in refusal.value.errors]
    needed = ["headline", "biography", "topics", "languages", "online", "licence"]
    assert missing == needed


@pytest.mark.parametrize(("in_person", "online"), [(True, False), (False, True), (True, True)])
def test_sessions_in_person_or_online_are_enough_to_be_listed(
    in_person: bool, online: bool
) -> None:
    change = ChangeProfile(in_person=in_person, online=online, status=Listing.LISTED)
    assert a_specialist().change(change, NOW)


@pytest.mark.parametrize("ends", [None, NOW.date(), NOW.date() - timedelta(days=1)])
def test_nobody_is_listed_without_a_licence_in_force(ends: date | None) -> None:
    specialist = a_specialist()
    specialist.verified_until = ends
    with pytest.raises(ProfileIncomplete) as refusal:
        specialist.change(LIST, NOW)
    assert [each.field for each in refusal.value.errors] == ["licence"]


def test_a_listed_profile_can_not_lose_a_part_that_it_needs() -> None:
    with pytest.raises(ProfileIncomplete):
        a_specialist(listed=True).change(ChangeProfile(biography=""), NOW)


def test_a_listed_profile_that_reads_differently_is_told() -> None:
    specialist = a_specialist(listed=True)
    [event] = specialist.change(ChangeProfile(headline="Another way"), NOW)
    assert event == SpecialistUpdated(
        specialist_id=specialist.id,
        version=2,
        display_name="Dr Ada Example",
        headline="Another way",
        languages=["en"],
        topics=["anxiety"],
    )


@pytest.mark.parametrize(
    "change", [LIST, ChangeProfile(), ChangeProfile(headline="Where to start")]
)
def test_a_change_that_changes_nothing_tells_nothing(change: ChangeProfile) -> None:
    assert a_specialist(listed=True).change(change, NOW) == []


def test_withdrawing_is_told() -> None:
    specialist = a_specialist(listed=True)
    events: list[Event] = specialist.change(UNLIST, NOW)
    assert events == [SpecialistUnlisted(specialist_id=specialist.id, version=2)]
    assert not specialist.listed


def test_a_withdrawn_profile_may_be_incomplete_but_not_listed_again_that_way() -> None:
    specialist = a_specialist(listed=True)
    specialist.change(UNLIST, NOW)
    assert specialist.change(ChangeProfile(biography=""), NOW) == []
    with pytest.raises(ProfileIncomplete):
        specialist.change(LIST, NOW)


def test_a_withdrawn_profile_can_be_listed_again() -> None:
    specialist = a_specialist(listed=True)
    specialist.change(UNLIST, NOW)
    [event] = specialist.change(LIST, NOW)
    assert isinstance(event, SpecialistListed)
    assert event.version == 3


# What a profile says


def test_a_biography_is_rendered_whenever_it_is_written() -> None:
    specialist = an_empty_specialist()
    specialist.write(a_profile(biography="I *listen* <b>first</b>."))
    assert specialist.biography == "I *listen* <b>first</b>."
    shown = "<p>I <em>listen</em> &lt;b&gt;first&lt;/b&gt;.</p>"
    assert specialist.to_resource().biography_html.strip() == shown
    specialist.change(ChangeProfile(biography="Anew."), NOW)
    assert specialist.to_resource().biography_html.strip() == "<p>Anew.</p>"
    specialist.change(ChangeProfile(headline="Another way"), NOW)
    assert specialist.to_resource().biography_html.strip() == "<p>Anew.</p>"


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"languages": ["en", "xx"]}, "languages.1", "xx"),
        ({"languages": ["qqq"]}, "languages.0", "qqq"),
        ({"countries": ["DE", "AT", "XX"]}, "countries.2", "XX"),
        ({"fees": [Fee(amount="9", currency="ABC", minutes=50)]}, "fees.0.currency", "ABC"),
    ],
)
def test_what_does_not_exist_is_named(change: dict[str, Any], field: str, value: str) -> None:
    specialist = a_specialist()
    with pytest.raises(NoSuchCode) as refusal:
        specialist.change(ChangeProfile(**change), NOW)
    [error] = refusal.value.errors
    assert (error.field, error.value) == (field, value)


def test_all_that_does_not_exist_is_named_at_once() -> None:
    with pytest.raises(NoSuchCode) as refusal:
        an_empty_specialist().write(a_profile(languages=["xx"], countries=["XX"]))
    named = {each.field for each in refusal.value.errors}
    assert named == {"languages.0", "countries.0"}


def test_languages_and_countries_of_the_world_are_known() -> None:
    specialist = a_specialist()
    change = ChangeProfile(
        languages=["en", "ar", "swh", "gsw"],
        countries=["DE"],
        fees=[Fee(amount="12000", currency="JPY", minutes=50)],
    )
    specialist.change(change, NOW)
    resource = specialist.to_resource()
    assert resource.languages == ["en", "ar", "swh", "gsw"]
    assert resource.fees == [Fee(amount="12000", currency="JPY", minutes=50)]


def test_what_is_said_twice_is_kept_once_in_its_order() -> None:
    specialist = a_specialist()
    specialist.change(ChangeProfile(languages=["de", "en", "de"]), NOW)
    assert specialist.languages == ["de", "en"]


def test_a_photo_of_a_listed_profile_is_told_as_a_change() -> None:
    specialist = a_specialist(listed=True)
    [event] = specialist.show_photo("key")
    assert isinstance(event, SpecialistUpdated)
    assert specialist.show_photo("key") == []
    assert specialist.to_resource().photo is not None
