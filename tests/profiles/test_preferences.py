"""Preferences: chosen at sign-up, there from the account's first moment, replaced as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.database.refusals import Erased
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
