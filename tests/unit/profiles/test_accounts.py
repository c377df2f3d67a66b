"""An account: a person who can sign in, under one e-mail address however it is spelled."""

from __future__ import annotations

import pytest

from chassis.ids import new_id
from contracts.profiles.accounts import AccountRegistered, Role
from services.profiles.accounts.accounts import Account, normalised
from tests.profiles.builders import NOTHING_CHOSEN, NOW


def registered(role: Role = Role.CLIENT) -> tuple[Account, AccountRegistered]:
    return Account.register(new_id(), "sam@example.org", "Sam", role, NOTHING_CHOSEN, "a hash", NOW)


def test_registering_is_told_with_what_is_needed_to_write_to_them() -> None:
    account, event = registered()
    assert event == AccountRegistered(
        account_id=account.id, email="sam@example.org", display_name="Sam", role=Role.CLIENT
    )


@pytest.mark.parametrize(
    "spelled", ["sam@example.org", "Sam@Example.ORG", " sam@example.org ", "SAM@EXAMPLE.ORG\t"]
)
def test_spellings_of_an_address_that_differ_in_case_or_spaces_are_one(spelled: str) -> None:
    assert normalised(spelled) == "sam@example.org"


def test_an_account_is_shown_without_its_password() -> None:
    account, event = registered()
    assert "a hash" not in f"{account.to_resource()} {event}"
    assert account.to_resource().roles == [Role.CLIENT]


def test_an_account_acts_under_its_own_id_and_roles() -> None:
    account, _ = registered(Role.SPECIALIST)
    caller = account.as_caller()
    assert caller.account_id == account.id
    assert caller.roles == {"specialist"}
