"""One account per mailbox and one password per text, however a keyboard spells them."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import Literal
from uuid import UUID, uuid4

import argon2
import pytest

from chassis.context import CallContext, entered
from contracts.profiles.accounts import (
    ChangePassword,
    EmailTaken,
    PasswordResetRequested,
    RequestPasswordReset,
    TooManyTries,
)
from contracts.profiles.sessions import Session, WrongCredentials
from services.profiles.accounts import passwords
from services.profiles.accounts.queries import account_with, duplicates, require_free
from tests.profiles.old_accounts import put_account
from tests.profiles.signing_in import PASSWORD, an_address, claims_of, log_in, somebody
from tests.support.service_client import NOBODY, Talking, at_once

COMPOSED = "Bücherwürmer lesen gern"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
FULL_WIDTH = "Ｂücherwürmer\u3000lesen gern"


def account_of(profiles: Talking, session: Session) -> UUID:
    return UUID(claims_of(profiles, session)["sub"])


def who_signs_in(profiles: Talking, email: str, password: str = PASSWORD) -> UUID:
    return account_of(profiles, log_in(profiles, email, password))


def hash_of(profiles: Talking, account_id: UUID) -> str:
    [account] = [row for row in profiles.rows("accounts") if row.id == account_id]
    return str(account.password_hash)


def ask_for_reset(profiles: Talking, email: str) -> None:
    with entered(CallContext()):
        wanted = RequestPasswordReset(email=email)
        profiles.asked_by(NOBODY).request_password_reset(request=wanted)


# Addresses


@pytest.mark.parametrize(
    "spelled",
    [
        "{}@münchen.example",
        "{}@mu\u0308nchen.example",
        "{}@ｍünchen.example",
        "{}@MÜNCHEN.example",
        "{}＠münchen．example",
        " {}@XN--MNCHEN-3YA.example\n",
    ],
)
def test_an_account_is_found_by_every_spelling_of_its_address(
    profiles: Talking, spelled: str
) -> None:
    name = uuid4().hex
    account_id = put_account(profiles.store, f"{name}@xn--mnchen-3ya.example")
    assert who_signs_in(profiles, spelled.format(name)) == account_id
    ask_for_reset(profiles, spelled.format(name.upper()))
    [asked] = profiles.told(PasswordResetRequested, account_id)
    assert asked.email == f"{name}@xn--mnchen-3ya.example"  # where it goes: as it is stored


def test_resets_for_tagged_addresses_are_counted_as_one_mailbox(profiles: Talking) -> None:
    name = uuid4().hex
    accounts = [put_account(profiles.store, f"{name}+{number}@example.org") for number in range(7)]
    for number in range(7):
        ask_for_reset(profiles, f"{name}+{number}@example.org")
    sent = [profiles.told(PasswordResetRequested, account_id) for account_id in accounts]
    assert [len(each) for each in sent] == [1] * 5 + [0] * 2


def test_no_mail_goes_to_a_look_alike(profiles: Talking) -> None:
    """KELVIN SIGN is a K to Unicode; the dotless i is no i."""
    name = f"vik{uuid4().hex}"
    account_id = put_account(profiles.store, f"{name}@example.org")
    ask_for_reset(profiles, f"{name.replace('k', chr(0x212A))}@example.org")
    ask_for_reset(profiles, f"{name.replace('i', 'ı')}@example.org")
    assert [each.email for each in profiles.told(PasswordResetRequested, account_id)] == [
        f"{name}@example.org"
    ]


@pytest.mark.parametrize(
    "impossible",
    [
        *("", "nobody", "@", "x@", "x" * 254, '"x"@example.org', "x@[127.0.0.1]"),
        *("é@example.org", "=?utf-8?q?x?=@example.org", "a\u202eb@example.org"),
    ],
    ids=ascii,
)
def test_an_address_that_none_can_be_is_an_unknown_one(profiles: Talking, impossible: str) -> None:
    refusals = []
    for email in (impossible, an_address()):
        with pytest.raises(WrongCredentials) as refusal:
            log_in(profiles, email)
        refusals.append(refusal.value.to_wire())
        ask_for_reset(profiles, email)
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("local_part", ['"{}"', "=?utf-8?q?{}?=", '"{}\x0bx"'])
def test_an_old_account_whose_address_is_none_today_still_signs_in(
    profiles: Talking, local_part: str
) -> None:
    email = f"{local_part.format(uuid4().hex)}@example.org"
    account_id = put_account(profiles.store, email)
    assert who_signs_in(profiles, f" {email.upper()} ") == account_id


def who_is_found(profiles: Talking, email: str) -> UUID | None:
    """Who signs in with this address, once it is confirmed."""
    with profiles.store.reading() as session:
        found = account_with(session, email)
    return None if found is None else found.id


def three_that_meet(
    profiles: Talking, are_confirmed: tuple[bool, bool, bool] = (False, True, False)
) -> tuple[str, dict[str, UUID]]:
    """Old accounts whose addresses are spellings of one; the second one is confirmed."""
    name, accounts = uuid4().hex, {}
    stored = [f"{name}@münchen.example", f"{name}@xn--mnchen-3ya.example"]
    stored.append(unicodedata.normalize("NFD", stored[0]))
    for days_old, (email, confirmed) in enumerate(zip(stored, are_confirmed, strict=True)):
        accounts[email] = put_account(profiles.store, email, confirmed=confirmed, days_old=days_old)
    return name, accounts


def test_of_old_accounts_that_meet_each_signs_in_with_its_stored_spelling(
    profiles: Talking,
) -> None:
    _, accounts = three_that_meet(profiles, are_confirmed=(True, True, True))
    for email, account_id in accounts.items():
        assert who_signs_in(profiles, f" {email.title()} ") == account_id
    _, accounts = three_that_meet(profiles)
    for email, account_id in accounts.items():
        assert who_is_found(profiles, f" {email.title()} ") == account_id


def test_of_those_that_differ_in_case_each_signs_in_as_it_is_stored(profiles: Talking) -> None:
    name = uuid4().hex
    upper = put_account(profiles.store, f"Sam{name}@Example.org", days_old=1)
    lower = put_account(profiles.store, f"sam{name}@example.org", days_old=2)
    assert who_signs_in(profiles, f"Sam{name}@Example.org ") == upper
    assert who_signs_in(profiles, f"sam{name}@example.org") == lower
    assert who_signs_in(profiles, f"SAM{name}@example.org") == lower


def test_another_spelling_finds_the_confirmed_one_and_else_the_older(profiles: Talking) -> None:
    name, accounts = three_that_meet(profiles)
    confirmed = accounts[f"{name}@xn--mnchen-3ya.example"]
    assert who_signs_in(profiles, f"{name}@ｍünchen.example") == confirmed

    other = uuid4().hex
    put_account(profiles.store, f"{other}@münchen.example", confirmed=False, days_old=1)
    older = put_account(
        profiles.store, f"{other}@mu\u0308nchen.example", confirmed=False, days_old=2
    )
    assert who_is_found(profiles, f"{other}@xn--mnchen-3ya.example") == older


def test_those_that_meet_are_listed_and_no_account_is_added_to_them(profiles: Talking) -> None:
    name, accounts = three_that_meet(profiles)
    somebody(profiles)
    with profiles.store.reading() as session:
        listed = [each.id for each in duplicates(session) if name in each.email]
        assert set(listed) == set(accounts.values())
        assert listed[0] == accounts[f"{name}@mu\u0308nchen.example"]  # the oldest first
        for spelled in (*accounts, f"{name}@ｍünchen.example"):
            with pytest.raises(EmailTaken):
                require_free(session, spelled)
            with pytest.raises(EmailTaken):
                require_free(session, spelled, but=accounts[f"{name}@münchen.example"])
        require_free(session, an_address())


def test_an_account_that_a_process_of_the_former_release_writes_is_found(
    profiles: Talking,
) -> None:
    name = uuid4().hex
    account_id = put_account(profiles.store, f"{name}@example.org")
    accounts = profiles.store.table("accounts")
    with profiles.store.transaction() as tx:
        tx.execute(accounts.update().where(accounts.c.id == account_id).values(email_key=""))
    with profiles.store.reading() as session:
        found = account_with(session, f"{name.upper()}@example.org")
    assert found is not None
    assert found.id == account_id


def test_spellings_are_counted_as_guesses_at_one_account(profiles: Talking) -> None:
    name = uuid4().hex
    account_id = put_account(profiles.store, f"{name}@xn--mnchen-3ya.example")
    spellings = ["{}@münchen.example", "{}@mu\u0308nchen.example", "{}@ｍünchen.example"]
    for spelled in (spellings * 2)[:5]:
        with pytest.raises(WrongCredentials):
            log_in(profiles, spelled.format(name), "a wrong password", address="203.0.113.77")
    with pytest.raises(TooManyTries):
        log_in(profiles, f"{name}@münchen.example", address="203.0.113.77")
    assert account_id


# Passwords


@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED, FULL_WIDTH], ids=ascii)
def test_a_password_is_right_however_it_is_spelled(profiles: Talking, chosen: str) -> None:
    person = somebody(profiles)
    person.asks("change_password", change=ChangePassword(current=PASSWORD, new=chosen))
    for typed in (COMPOSED, DECOMPOSED, FULL_WIDTH):
        assert who_signs_in(profiles, person.email, typed) == person.id
    again = ChangePassword(current=DECOMPOSED, new=FULL_WIDTH)
    person.asks("change_password", change=again)  # the current one, too
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email, COMPOSED.replace("ü", "u"))


@pytest.mark.parametrize("typed", [DECOMPOSED, FULL_WIDTH], ids=ascii)
def test_a_hash_of_what_was_typed_once_still_matches_and_is_made_anew(
    profiles: Talking, typed: str
) -> None:
    email = an_address()
    account_id = put_account(profiles.store, email, typed)
    with pytest.raises(WrongCredentials):
        log_in(profiles, email, COMPOSED)  # as ever
    assert who_signs_in(profiles, email, typed) == account_id
    assert argon2.PasswordHasher().verify(hash_of(profiles, account_id), COMPOSED)
    for now in (COMPOSED, DECOMPOSED, FULL_WIDTH):
        assert who_signs_in(profiles, email, now) == account_id


def test_two_who_sign_in_at_once_with_an_old_hash_both_do(profiles: Talking) -> None:
    email = an_address()
    account_id = put_account(profiles.store, email, DECOMPOSED)
    sessions = at_once([partial(log_in, profiles, email, DECOMPOSED)] * 4)
    assert {type(each) for each in sessions} == {Session}, sessions
    assert argon2.PasswordHasher().verify(hash_of(profiles, account_id), COMPOSED)


@pytest.mark.usefixtures("production_hashes")
def test_a_hash_of_weaker_parameters_is_made_anew(profiles: Talking) -> None:
    email, weak = an_address(), argon2.PasswordHasher(time_cost=1, memory_cost=64)
    account_id = put_account(profiles.store, email, PASSWORD, hasher=weak)
    before = hash_of(profiles, account_id)
    assert who_signs_in(profiles, email) == account_id
    after = hash_of(profiles, account_id)
    assert after != before
    assert not argon2.PasswordHasher().check_needs_rehash(after)
    assert who_signs_in(profiles, email) == account_id
    assert hash_of(profiles, account_id) == after


class CountingHasher(argon2.PasswordHasher):
    """Counts how often it was asked to compare."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.compared += 1
        return super().verify(hash, password)


@pytest.mark.parametrize(("typed", "compared"), [("a wrong password", 1), (DECOMPOSED, 2)])
def test_wrong_passwords_cost_the_same_with_an_account_and_without(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch, typed: str, compared: int
) -> None:
    email, hasher = an_address(), CountingHasher()
    put_account(profiles.store, email)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    for address in (email, an_address()):
        before = hasher.compared
        with pytest.raises(WrongCredentials):
            log_in(profiles, address, typed)
        assert hasher.compared == before + compared


def test_a_password_that_is_tried_in_two_forms_counts_as_one_guess(profiles: Talking) -> None:
    email, place = an_address(), "203.0.113.78"
    put_account(profiles.store, email)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            log_in(profiles, email, DECOMPOSED, address=place)
    with pytest.raises(TooManyTries):
        log_in(profiles, email, PASSWORD, address=place)
