"""Slugs: readable addresses of specialists, which nobody else ever gets meanwhile."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import NotFound
from contracts.profiles.specialists import ChangeProfile, SpecialistListed, SpecialistUpdated
from services.profiles.specialists.slugs import LONGEST_STEM, stem_of
from tests.profiles.builders import LIST, NOW, a_profile, a_specialist, get_licensed
from tests.support.service_client import NOBODY, Talking, at_once, somebody


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Anna Keller", "anna-keller"),
        ("  Dr. ANNA  Keller-Łukasz, M.Sc.", "dr-anna-keller-lukasz-m-sc"),
        ("Jürgen Müßig", "jurgen-mussig"),
        ("Søren Đorđević", "soren-dordevic"),
        ("Ann\u00ada", "anna"),
        ("心理", "specialist"),
        ("Анна", "specialist"),
        ("!!!", "specialist"),
        ("01890a5d-ac96-774b-bcce-b302099a8057", "specialist"),
        ("x" * 200, "x" * LONGEST_STEM),
        ("Anna " * 40, "-".join(["anna"] * 12)),
    ],
)
def test_a_slug_is_the_name_in_ascii(name: str, stem: str) -> None:
    assert stem_of(name) == stem


def test_the_slug_changes_with_the_name_and_is_told() -> None:
    specialist = a_specialist()
    specialist.slug = "anna-keller"
    [listed] = specialist.change(LIST, NOW)
    assert isinstance(listed, SpecialistListed)
    assert listed.slug == "anna-keller"
    [updated] = specialist.change(ChangeProfile(display_name="Anna Lang"), NOW, "anna-lang")
    assert isinstance(updated, SpecialistUpdated)
    assert (updated.slug, specialist.to_resource().slug) == ("anna-lang", "anna-lang")


# The service


def named(profiles: Talking, name: str) -> tuple[Caller, str]:
    """Somebody with a profile under this name, and their slug."""
    person = somebody("specialist")
    profile = profiles.asked_by(person).write_profile(profile=a_profile(display_name=name))
    return person, profile["slug"]


def renamed(profiles: Talking, person: Caller, name: str) -> str:
    change = ChangeProfile(display_name=name)
    slug: str = profiles.asked_by(person).change_profile(change=change)["slug"]
    return slug


def whose(profiles: Talking, slug: str) -> UUID:
    return UUID(profiles.asked_by(NOBODY).get_specialist_id(slug=slug))


def test_of_one_name_the_first_has_it_alone_and_the_others_a_number(profiles: Talking) -> None:
    people = dict(named(profiles, name)[::-1] for name in ("Eva Novák", "EVA NOVAK", "Eva Novak"))
    assert list(people) == ["eva-novak", "eva-novak-2", "eva-novak-3"]
    for slug, person in people.items():
        assert whose(profiles, slug) == person.account_id


def test_a_former_slug_leads_on_and_is_given_to_nobody_else(profiles: Talking) -> None:
    person, before = named(profiles, "Ida Lind")
    assert renamed(profiles, person, "Ida Berg") == "ida-berg"
    assert whose(profiles, before) == whose(profiles, "ida-berg") == person.account_id
    assert named(profiles, "Ida Lind")[1] == "ida-lind-2"
    assert renamed(profiles, person, "Ida Lind") == before
    assert renamed(profiles, person, "IDA LIND") == before


def test_a_number_in_a_name_meets_no_number_of_ours(profiles: Talking) -> None:
    slugs = [named(profiles, name)[1] for name in ("Uwe 2", "Uwe", "Uwe", "Uwe 2")]
    assert slugs == ["uwe-2", "uwe", "uwe-3", "uwe-2-2"]


def test_nobody_has_a_path_of_the_api_as_their_slug(profiles: Talking) -> None:
    assert named(profiles, "Me")[1] == "me-2"


def test_of_many_who_take_a_name_at_once_each_gets_a_slug(profiles: Talking) -> None:
    taken: list[Any] = at_once([partial(named, profiles, "Pia Holm") for _ in range(5)])
    assert {slug for _, slug in taken} == {"pia-holm", *(f"pia-holm-{n}" for n in range(2, 6))}


def test_a_change_of_the_slug_is_told_in_public(profiles: Talking) -> None:
    person, slug = named(profiles, "Ole Dahl")
    get_licensed(profiles, person)
    profiles.asked_by(person).change_profile(change=LIST)
    renamed(profiles, person, "Ole Voss")
    [listed] = profiles.told(SpecialistListed, person.known())
    [updated] = profiles.told(SpecialistUpdated, person.known())
    assert (listed.slug, updated.slug) == (slug, "ole-voss")


@pytest.mark.parametrize("slug", ["no-such-slug", "", "é", "A" * 1000])
def test_an_unknown_slug_is_not_found(profiles: Talking, slug: str) -> None:
    with pytest.raises(NotFound):
        whose(profiles, slug)
