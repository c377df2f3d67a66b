"""What profiles holds on a person: exported to them, and erased with a receipt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
import structlog

from chassis.context import Caller
from chassis.database.refusals import Erased
from chassis.errors import NotFound, Unauthenticated
from chassis.events import Event
from chassis.ids import new_id
from chassis.messaging import erasure
from chassis.schemas import Reading, load
from contracts import content, notifications
from contracts.booking import privacy as booking
from contracts.profiles import privacy as contract
from contracts.profiles.accounts import SignUpRole, WrongPassword
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.privacy import AccountErased, EraseAccount, ProfilesData
from contracts.profiles.sessions import WrongCredentials
from contracts.profiles.specialists import ChangeProfile, SpecialistUnlisted
from services.profiles.privacy.erasures import ERASED_EVENTS, OVERDUE_AFTER, Erasure
from services.profiles.service import ProfilesService
from tests.profiles import builders
from tests.profiles.builders import LIST, get_licensed, news_of
from tests.profiles.signing_in import PASSWORD, an_address, log_in, sign_up
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once

A_SECOND = timedelta(seconds=1)


def somebody(profiles: Talking, role: SignUpRole = SignUpRole.CLIENT) -> Caller:
    account = sign_up(profiles, an_address(), role=role)
    return Caller(account.id, frozenset(account.roles), verified=True)


def a_specialist(profiles: Talking, bookable: bool = False) -> Caller:
    """Listed; ``bookable``: and featured."""
    specialist = somebody(profiles, SignUpRole.SPECIALIST)
    asking = profiles.asked_by(specialist)
    asking.write_profile(profile=builders.a_profile())
    get_licensed(profiles, specialist)
    asking.change_profile(change=LIST)
    if bookable:
        soon = datetime.now(UTC) + timedelta(days=1)
        profiles.hears(news_of(specialist.known(), next_slot_at=soon))
        assert asking.get_my_profile()["featured"]
    return specialist


def erase(
    profiles: Talking, who: Caller, password: str = PASSWORD, key: str | None = None
) -> contract.Erasure:
    answer = profiles.asked_by(who, key).erase_account(erasure=EraseAccount(password=password))
    return load(contract.Erasure, answer, Reading.WIRE)


def receipt_of(profiles: Talking, receipt: contract.Erasure) -> contract.Erasure:
    answer = profiles.asked_by(NOBODY).get_erasure(erasure_id=receipt.id)
    return load(contract.Erasure, answer, Reading.WIRE)


def ids_in(profiles: Talking, table: str, column: str = "id") -> set[UUID]:
    return {getattr(row, column) for row in profiles.rows(table)}


# The receipt


# The specialist


# Erasing


def test_a_client_erases_their_account_and_it_is_told(profiles: Talking) -> None:
    client = somebody(profiles)
    receipt = erase(profiles, client)
    assert client.account_id not in ids_in(profiles, "accounts")
    assert profiles.told(AccountErased, client.known()) == [
        AccountErased(account_id=client.known())
    ]
    assert receipt_of(profiles, receipt) == receipt
    assert receipt.complete_at is None


def test_a_specialist_who_erases_their_account_is_unlisted_and_unfeatured(
    profiles: Talking,
) -> None:
    specialist = a_specialist(profiles, bookable=True)
    erase(profiles, specialist)
    id = specialist.known()
    assert id not in ids_in(profiles, "specialists")
    assert len(profiles.told(SpecialistUnlisted, id)) == 1
    assert len(profiles.told(SpecialistUnfeatured, id)) == 1
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_specialist(specialist_id=id)


def test_who_erases_their_account_leaves_no_slug_behind(profiles: Talking) -> None:
    specialist = a_specialist(profiles)
    asking = profiles.asked_by(specialist)
    name = f"Erased {uuid4().hex}"
    slug = asking.change_profile(change=ChangeProfile(display_name=name))["slug"]
    asking.change_profile(change=ChangeProfile(display_name="Somebody Else"))
    assert slug in asking.export_personal_data()["slugs"]
    erase(profiles, specialist)
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_specialist_id(slug=slug)
    other = a_specialist(profiles)
    again = profiles.asked_by(other).change_profile(change=ChangeProfile(display_name=name))
    assert again["slug"] == slug


def test_a_wrong_password_erases_nothing(profiles: Talking) -> None:
    client = somebody(profiles)
    for password in ("", "wrong", PASSWORD.upper()):
        with pytest.raises(WrongPassword):
            erase(profiles, client, password)
    assert client.account_id in ids_in(profiles, "accounts")
    assert profiles.told(AccountErased, client.known()) == []


def test_nobody_erases_nobodys_account(profiles: Talking) -> None:
    with pytest.raises(Unauthenticated):
        erase(profiles, NOBODY)


def test_an_account_is_erased_once(profiles: Talking) -> None:
    client = somebody(profiles)
    erase(profiles, client)
    with pytest.raises(Erased):
        erase(profiles, client)
    assert len(profiles.told(AccountErased, client.known())) == 1


def test_of_many_who_erase_one_account_at_once_exactly_one_does(profiles: Talking) -> None:
    client = somebody(profiles)
    outcomes = at_once([partial(erase, profiles, client) for _ in range(5)])
    assert len([each for each in outcomes if isinstance(each, contract.Erasure)]) == 1, outcomes
    assert len([each for each in outcomes if isinstance(each, Erased)]) == 4, outcomes


def test_a_repeated_call_erases_once_and_answers_the_same(profiles: Talking) -> None:
    client, key = somebody(profiles), uuid4().hex
    first = erase(profiles, client, key=key)
    assert erase(profiles, client, key=key) == first


def test_the_password_is_written_down_nowhere(profiles: Talking) -> None:
    client = somebody(profiles)
    erase(profiles, client, key=uuid4().hex)
    for table in profiles.store.base.metadata.tables:
        assert PASSWORD not in str(profiles.rows(table)), table


def test_a_valid_token_makes_nothing_once_the_account_is_erased(profiles: Talking) -> None:
    specialist = a_specialist(profiles)
    erase(profiles, specialist)
    asking = profiles.asked_by(specialist)
    with pytest.raises(Erased):
        asking.write_profile(profile=builders.a_profile())
    with pytest.raises(Erased):
        asking.change_profile(change=LIST)
    with pytest.raises(Erased):
        asking.export_personal_data()
    assert specialist.account_id not in ids_in(profiles, "specialists")


def test_who_erased_their_account_can_not_log_in(profiles: Talking) -> None:
    account = sign_up(profiles, email := an_address())
    erase(profiles, Caller(account.id, frozenset(["client"])))
    with pytest.raises(WrongCredentials):
        log_in(profiles, email)


def test_late_news_of_availability_bring_no_specialist_back(profiles: Talking) -> None:
    specialist = a_specialist(profiles)
    erase(profiles, specialist)
    profiles.hears(news_of(specialist.known(), version=9))
    assert specialist.account_id not in ids_in(profiles, "specialists")
    assert profiles.told(SpecialistFeatured, specialist.known()) == []


# Answers


def answers_about(account_id: UUID) -> list[Event]:
    return [answer(account_id=account_id) for answer in ERASED_EVENTS]  # type: ignore[call-arg]


def test_the_receipt_is_complete_when_every_service_has_answered(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = somebody(profiles)
    receipt = erase(profiles, client)
    for answer in (
        booking.PersonalDataErased(account_id=client.known()),
        notifications.PersonalDataErased(account_id=client.known()),
        content.PersonalDataErased(account_id=client.known()),
    ):
        assert receipt_of(profiles, receipt).complete_at is None
        profiles.hears(answer)
    waiting = receipt_of(profiles, receipt)
    assert waiting.complete_at is None
    assert waiting.services.profiles is None
    assert waiting.services.content is not None

    monkeypatch.setattr(erasure, "CALLS_END_WITHIN", timedelta(0))
    eventually(lambda: profiles.told(contract.PersonalDataErased, client.known()), within=20)
    eventually(lambda: receipt_of(profiles, receipt).complete_at)
    assert receipt_of(profiles, receipt).services.profiles is not None


def test_an_answer_for_whom_no_receipt_is_there_changes_nothing(profiles: Talking) -> None:
    before = profiles.rows("erasures")
    profiles.hears(*answers_about(new_id()))
    assert profiles.rows("erasures") == before


def test_a_receipt_that_is_not_there_is_not_found(profiles: Talking) -> None:
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_erasure(erasure_id=uuid4())


def test_erasures_that_hang_are_warned_of(profiles: Talking) -> None:
    receipt = erase(profiles, somebody(profiles))
    service = ProfilesService()
    service.store = profiles.store
    with structlog.testing.capture_logs() as logs:
        service.look_for_hanging_erasures()
    assert [each for each in logs if each.get("erasure") == str(receipt.id)] == []

    with profiles.store.transaction() as tx:
        tx.lock(Erasure, receipt.id).requested_at -= OVERDUE_AFTER + A_SECOND
    with structlog.testing.capture_logs() as logs:
        service.look_for_hanging_erasures()
    [warning] = [each for each in logs if each.get("erasure") == str(receipt.id)]
    assert (warning["event"], warning["log_level"]) == ("erasure_overdue", "warning")
    assert "booking" in warning["waits_for"]


# Export


def test_a_client_gets_their_account(profiles: Talking) -> None:
    account = sign_up(profiles, an_address())
    answer = profiles.asked_by(Caller(account.id)).export_personal_data()
    exported = load(ProfilesData, answer, Reading.WIRE)
    assert exported.account == account
    assert (exported.specialist, exported.licence, exported.history) == (None, None, [])


def test_a_specialist_gets_their_profile_too_listed_or_not(profiles: Talking) -> None:
    specialist = somebody(profiles, SignUpRole.SPECIALIST)
    asking = profiles.asked_by(specialist)
    assert asking.export_personal_data()["specialist"] is None
    asking.write_profile(profile=builders.a_profile())
    exported = load(ProfilesData, asking.export_personal_data(), Reading.WIRE)
    assert exported.specialist is not None
    assert exported.specialist.biography == builders.a_profile().biography


def test_nobody_exports_nothing(profiles: Talking) -> None:
    with pytest.raises(Unauthenticated):
        profiles.asked_by(NOBODY).export_personal_data()


def test_an_export_has_no_password(profiles: Talking) -> None:
    answer = profiles.asked_by(somebody(profiles)).export_personal_data()
    assert "argon2" not in str(answer)
    assert "password" not in str(answer)
