"""Preferences: their rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.profiles.preferences import Language, PreferencesChanged
from contracts.profiles.preferences import Preferences as Chosen
from contracts.profiles.specialists import NoSuchCode
from services.profiles.preferences.preferences import Preferences

GERMAN = Chosen(time_zone="Europe/Berlin", language=Language.DE, country="DE", discreet=False)


def some_preferences() -> Preferences:
    return Preferences.at_sign_up(new_id(), GERMAN)


def unversioned() -> int:
    raise AssertionError("nothing is told")


def test_replacing_preferences_tells_all_of_them_with_a_new_version() -> None:
    mine = some_preferences()
    wanted = Chosen(time_zone=None, language=Language.EN, country="AT", discreet=True)
    assert mine.replace(wanted, lambda: 7) == [
        PreferencesChanged(
            account_id=mine.account_id,
            version=7,
            time_zone=None,
            language=Language.EN,
            country="AT",
            discreet=True,
        )
    ]
    assert mine.to_resource() == wanted


def test_the_same_preferences_again_tell_nothing() -> None:
    mine = some_preferences()
    assert mine.replace(GERMAN, unversioned) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Mars/Olympus", "Not an IANA time zone, such as Europe/Berlin."),
        (
            "time_zone",
            "W. Europe Standard Time",
            "Not an IANA time zone: W. Europe Standard Time is Windows' name for Europe/Berlin.",
        ),
        ("country", "XX", "No country has this ISO 3166-1 code."),
    ],
)
def test_a_zone_or_country_that_does_not_exist_is_named_and_nothing_is_taken(
    field: str, value: str, said: str
) -> None:
    mine = some_preferences()
    wanted: dict[str, Any] = {field: value, "discreet": True}
    with pytest.raises(NoSuchCode) as refused:
        mine.replace(replace(GERMAN, **wanted), unversioned)
    [error] = refused.value.errors
    assert (error.field, error.value, error.detail) == (field, value, said)
    assert mine.to_resource() == GERMAN


def test_all_that_does_not_exist_is_named_at_once() -> None:
    with pytest.raises(NoSuchCode) as refused:
        some_preferences().replace(replace(GERMAN, time_zone="x", country="XX"), unversioned)
    assert [each.field for each in refused.value.errors] == ["time_zone", "country"]
