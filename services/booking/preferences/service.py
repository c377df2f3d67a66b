"""Subscriptions that keep the read model of preferences."""

from __future__ import annotations

from chassis.database.transaction import Transaction
from chassis.messaging.subscribe import subscribe
from contracts.profiles.accounts import AccountRegistered
from contracts.profiles.preferences import PreferencesChanged
from services.booking.preferences.preferences import Preferences


class AccountPreferences:
    @subscribe(AccountRegistered)
    def learn_first_preferences(self, event: AccountRegistered, tx: Transaction) -> None:
        tx.lock_or_create(Preferences, event.account_id).learn_registration(event)

    @subscribe(PreferencesChanged)
    def learn_preferences(self, event: PreferencesChanged, tx: Transaction) -> None:
        tx.lock_or_create(Preferences, event.account_id).learn(event)
