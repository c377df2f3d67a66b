"""Preferences: chosen at sign-up, there from the account's first moment, replaced as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.database.tombstones import Erased
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.profiles.accounts import (
    AccountRegistered,
    EmailVerificationRequested,
    PasswordResetRequested,
    RequestEmailVerification,
    RequestPasswordReset,
)
from contracts.profiles.preferences import Language, PreferencesChanged
from contracts.profiles.preferences import Preferences as Chosen
from contracts.profiles.privacy import EraseAccount
from contracts.profiles.specialists import NoSuchCode
from services.profiles.preferences.preferences import Preferences
from tests.profiles.builders import NOTHING_CHOSEN
from tests.profiles.signing_in import (
    PASSWORD,
    Person,
    an_address,
    ask_to_sign_up,
    caller_of,
    follow,
    link_to,
    mails_to,
    somebody,
)
from tests.support.service_client import NOBODY, Talking

GERMAN = Chosen(time_zone="Europe/Berlin", language=Language.DE, country="DE", discreet=False)
SENT: dict[str, Any] = {"time_zone": "Europe/Berlin", "language": Language.DE, "country": "DE"}


def some_preferences() -> Preferences:
    return Preferences.at_sign_up(new_id(), GERMAN)


def unversioned() -> int:
    raise AssertionError("nothing is told")


def chosen_in(event: Any) -> Chosen:
    return Chosen(**{name: getattr(event, name) for name in vars(NOTHING_CHOSEN)})


def set_by(person: Person, wanted: Chosen) -> Chosen:
    return load(Chosen, person.asks("set_preferences", preferences=wanted), Reading.WIRE)


def of(person: Person) -> Chosen:
    return load(Chosen, person.asks("get_preferences"), Reading.WIRE)


def a_german(profiles: Talking) -> Person:
    email = an_address()
    secret = ask_to_sign_up(profiles, email, **SENT)
    session = follow(profiles, link_to(profiles, email), sign_up=secret)
    assert session is not None
    caller = caller_of(profiles, session)
    return Person(profiles, caller.known(), email, session, caller)


# The aggregate


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


# From sign-up on


def test_what_a_sign_up_says_is_told_with_its_link_and_with_the_account(
    profiles: Talking,
) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email, **SENT)
    [requested] = mails_to(profiles, email, EmailVerificationRequested)
    assert chosen_in(requested) == GERMAN

    follow(profiles, requested.token, sign_up=secret)
    [registered] = profiles.told(AccountRegistered, requested.account_id)
    assert chosen_in(registered) == GERMAN
    assert profiles.told(PreferencesChanged, requested.account_id) == []


def test_an_account_has_the_preferences_of_its_sign_up_from_its_first_moment(
    profiles: Talking,
) -> None:
    assert of(a_german(profiles)) == GERMAN


def test_who_says_nothing_is_written_to_in_english_and_has_no_zone(profiles: Talking) -> None:
    person = somebody(profiles)
    assert of(person) == NOTHING_CHOSEN
    [registered] = person.told(AccountRegistered)
    assert chosen_in(registered) == NOTHING_CHOSEN


def test_a_zone_is_not_guessed_from_the_country(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email, country="DE")
    [requested] = mails_to(profiles, email, EmailVerificationRequested)
    assert (requested.country, requested.time_zone) == ("DE", None)


def test_a_sign_up_with_a_zone_that_does_not_exist_is_refused(profiles: Talking) -> None:
    email = an_address()
    with pytest.raises(NoSuchCode) as refused:
        ask_to_sign_up(profiles, email, time_zone="Etc/Unknown", country="XX")
    assert [each.field for each in refused.value.errors] == ["time_zone", "country"]
    assert mails_to(profiles, email, EmailVerificationRequested) == []


def test_a_link_that_is_sent_again_says_the_same_of_preferences(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email, **SENT)
    request = RequestEmailVerification(email=email)
    profiles.asked_by(NOBODY).request_email_verification(request=request)
    told = mails_to(profiles, email, EmailVerificationRequested)
    assert [chosen_in(each) for each in told] == [GERMAN, GERMAN]


def test_a_new_password_is_mailed_in_the_language_of_sign_up_or_account(
    profiles: Talking,
) -> None:
    waiting = an_address()
    ask_to_sign_up(profiles, waiting, **SENT)
    german = a_german(profiles)
    for email in (waiting, german.email):
        request = RequestPasswordReset(email=email)
        profiles.asked_by(NOBODY).request_password_reset(request=request)
        [told] = mails_to(profiles, email, PasswordResetRequested)
        assert told.language is Language.DE


# Later


def test_preferences_are_replaced_and_told_once(profiles: Talking) -> None:
    person = a_german(profiles)
    wanted = Chosen(time_zone="America/New_York", language=Language.EN, country=None, discreet=True)
    assert set_by(person, wanted) == wanted
    assert set_by(person, wanted) == wanted
    assert of(person) == wanted
    [changed] = person.told(PreferencesChanged)
    assert (changed.version, chosen_in(changed)) == (1, wanted)


def test_erasure_deletes_preferences(profiles: Talking) -> None:
    person = a_german(profiles)
    person.asks("erase_account", erasure=EraseAccount(password=PASSWORD))
    assert [row for row in profiles.rows("preferences") if row.account_id == person.id] == []
    with pytest.raises(Erased):
        of(person)
    with pytest.raises(Erased):
        set_by(person, GERMAN)
