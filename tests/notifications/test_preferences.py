"""What notifications knows of people's preferences: news in any order end in the same truth."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.context import Caller
from chassis.ids import new_id
from contracts.profiles.accounts import AccountRegistered, Role
from contracts.profiles.preferences import Language, Preferences, PreferencesChanged
from contracts.profiles.privacy import AccountErased
from services.notifications.preferences import preferences
from services.notifications.preferences.queries import UNKNOWN, preferences_of
from tests.support.eventually import eventually
from tests.support.service_client import Talking

GERMAN = Preferences(time_zone="Europe/Berlin", language=Language.DE, country="DE", discreet=False)
DISCREET = Preferences(time_zone=None, language=Language.EN, country="US", discreet=True)

News = AccountRegistered | PreferencesChanged


def nobody_yet(account_id: UUID) -> preferences.Preferences:
    """As the row is before anything is known."""
    return preferences.Preferences(account_id=account_id, version=0, **vars(UNKNOWN))


def registered(account_id: UUID, chosen: Preferences = GERMAN) -> AccountRegistered:
    email = f"{account_id}@example.org"
    return AccountRegistered(
        account_id=account_id, email=email, display_name="Sam", role=Role.CLIENT, **vars(chosen)
    )


def changed(account_id: UUID, version: int, chosen: Preferences) -> PreferencesChanged:
    return PreferencesChanged(account_id=account_id, version=version, **vars(chosen))


def learn(known: preferences.Preferences, news: News) -> None:
    if isinstance(news, AccountRegistered):
        known.learn_registration(news)
    else:
        known.learn(news)


def known(service: Talking, account_id: UUID) -> Preferences:
    with service.store.reading() as session:
        return preferences_of(session, [account_id]).get(account_id, UNKNOWN)


@given(st.data())
def test_news_in_any_order_and_repetition_end_in_the_same_truth(data: st.DataObject) -> None:
    id = new_id()
    news: list[News] = [registered(id), changed(id, 1, UNKNOWN), changed(id, 2, DISCREET)]
    repeated = data.draw(st.lists(st.sampled_from(news), max_size=5))
    row = nobody_yet(id)
    for each in data.draw(st.permutations([*news, *repeated])):
        learn(row, each)
    assert (row.version, row.to_resource()) == (2, DISCREET)


def test_what_was_chosen_at_sign_up_is_known_until_it_changes(notifications: Talking) -> None:
    id = new_id()
    assert known(notifications, id) == UNKNOWN
    notifications.hears(registered(id))
    assert known(notifications, id) == GERMAN
    notifications.hears(changed(id, 2, DISCREET), changed(id, 1, GERMAN))
    assert known(notifications, id) == DISCREET


def test_preferences_are_exported_and_erased_and_do_not_come_back(notifications: Talking) -> None:
    id = new_id()
    notifications.hears(registered(id))
    exported: Any = notifications.asked_by(Caller(id)).export_personal_data()
    assert exported["preferences"] == vars(GERMAN)

    notifications.hears(AccountErased(account_id=id))
    eventually(lambda: known(notifications, id) == UNKNOWN)
    notifications.hears(changed(id, 3, DISCREET), registered(id))
    assert [row for row in notifications.rows("preferences") if row.account_id == id] == []
