"""Consents: what was agreed to at sign-up stands with the account, and goes with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from chassis.schemas import Reading, load
from contracts.profiles.accounts import SignUpRole
from contracts.profiles.consents import AgreedTo, AgreementNeeded, Agreements, ConsentKind
from contracts.profiles.privacy import EraseAccount, ProfilesData
from services.profiles.accounts.sign_ups import PendingSignUp
from services.profiles.consents.consents import Consent
from tests.profiles.signing_in import (
    PASSWORD,
    an_address,
    ask_to_sign_up,
    follow,
    link_to,
    somebody,
)
from tests.support.agreements import AGREED
from tests.support.service_client import NOBODY, Talking


def consents_of(profiles: Talking, account_id: UUID) -> list[Any]:
    return [row for row in profiles.rows("consents") if row.account_id == account_id]


def the_sign_up(profiles: Talking, email: str) -> Any:
    [found] = [row for row in profiles.rows("sign_ups") if row.email == email]
    return found


def test_the_versions_in_force_are_known_to_everybody(profiles: Talking) -> None:
    answer = profiles.asked_by(NOBODY).get_agreements()
    in_force = load(Agreements, answer, Reading.WIRE)
    assert vars(in_force) == vars(AGREED)


def test_an_account_keeps_what_its_sign_up_agreed_to_and_since_when(profiles: Talking) -> None:
    secret = ask_to_sign_up(profiles, email := an_address())
    begun = the_sign_up(profiles, email)
    assert begun.agreed_to == vars(AGREED)
    assert consents_of(profiles, begun.id) == []

    follow(profiles, link_to(profiles, email), sign_up=secret)
    consents = consents_of(profiles, begun.id)
    assert {row.kind: row.version for row in consents} == vars(AGREED)
    assert {row.agreed_at for row in consents} == {begun.made_at}


def test_a_specialist_may_agree_to_the_terms_alone(profiles: Talking) -> None:
    terms = AgreedTo(terms=AGREED.terms)
    secret = ask_to_sign_up(
        profiles, email := an_address(), role=SignUpRole.SPECIALIST, agreed_to=terms
    )
    begun = the_sign_up(profiles, email)
    follow(profiles, link_to(profiles, email), sign_up=secret)
    assert [row.kind for row in consents_of(profiles, begun.id)] == [ConsentKind.TERMS]


def test_a_sign_up_that_agrees_to_another_version_is_not_begun(profiles: Talking) -> None:
    outdated = AgreedTo(terms="2020-01-01", health_data=AGREED.health_data)
    with pytest.raises(AgreementNeeded) as refusal:
        ask_to_sign_up(profiles, email := an_address(), agreed_to=outdated)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("agreed_to.terms", "2020-01-01")
    assert AGREED.terms in error.detail
    assert [row for row in profiles.rows("sign_ups") if row.email == email] == []


def test_a_sign_up_from_before_consents_becomes_an_account_that_agreed_to_nothing(
    profiles: Talking,
) -> None:
    secret = ask_to_sign_up(profiles, email := an_address())
    begun = the_sign_up(profiles, email)
    with profiles.store.transaction() as tx:
        tx.execute(update(PendingSignUp).where(PendingSignUp.id == begun.id).values(agreed_to={}))
    assert follow(profiles, link_to(profiles, email), sign_up=secret) is not None
    assert consents_of(profiles, begun.id) == []


@pytest.mark.parametrize("change", [update(Consent).values(version="later"), delete(Consent)])
def test_a_consent_can_not_be_changed(profiles: Talking, change: Any) -> None:
    account_id = somebody(profiles).id
    with pytest.raises(DBAPIError, match="append-only"), profiles.store.transaction() as tx:
        tx.execute(change.where(Consent.account_id == account_id))


def test_an_export_has_the_consents(profiles: Talking) -> None:
    person = somebody(profiles)
    exported = load(ProfilesData, person.asks("export_personal_data"), Reading.WIRE)
    assert [each.kind for each in exported.consents] == ["health_data", "terms"]
    assert {each.version for each in exported.consents} == set(vars(AGREED).values())


def test_an_erased_account_leaves_no_consent(profiles: Talking) -> None:
    person = somebody(profiles)
    assert len(consents_of(profiles, person.id)) == 2
    person.asks("erase_account", erasure=EraseAccount(password=PASSWORD))
    assert consents_of(profiles, person.id) == []
