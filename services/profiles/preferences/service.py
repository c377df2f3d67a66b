"""RPC methods of preferences: read and replace them."""

from __future__ import annotations

from chassis.database.refusals import Erased
from chassis.rpc.server import rpc
from contracts.profiles import preferences as contract
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.preferences.preferences import Preferences


class AccountPreferences(Reauthentication):
    @rpc
    def get_preferences(self) -> contract.Preferences:
        with self.store.reading() as session:
            found = session.get(Preferences, self.caller.known())
        if found is None:
            raise Erased
        return found.to_resource()

    @rpc
    def set_preferences(self, preferences: contract.Preferences) -> contract.Preferences:
        """Replace all preferences; raises ``NoSuchCode``."""
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            mine = tx.lock(Preferences, account.id)
            tx.emit(*mine.replace(preferences, account.next_version))
            return tx.reply(mine.to_resource())
