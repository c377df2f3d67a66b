"""Preferences: time zone, language, country and discreet mode."""

from __future__ import annotations

from chassis.rpc.client import Wire
from contracts.profiles.preferences import Preferences
from contracts.profiles.specialists import NoSuchCode
from gateway.api.base import Api
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint


class PreferencesApi(Api):
    @endpoint("GET", "/api/v1/me/preferences", returns=Preferences, allow=SIGNED_IN)
    def get_preferences(self) -> Wire[Preferences]:
        """Your time zone, language and country, and whether discreet mode is on."""
        return self.profiles.get_preferences()

    @endpoint(
        "PUT",
        "/api/v1/me/preferences",
        body=Preferences,
        returns=Preferences,
        allow=SIGNED_IN,
        errors=[NoSuchCode],
    )
    def set_preferences(self, body: Preferences) -> Wire[Preferences]:
        """Set all of your preferences; `null` for a time zone or country that you do not give."""
        return self.profiles.set_preferences(preferences=body)
