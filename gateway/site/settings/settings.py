"""Settings of an account: the list of their pages, the name, and preferences."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.profiles.accounts import Account, ChangeAccount, OwnName
from contracts.profiles.preferences import Preferences
from contracts.profiles.specialists import NoSuchCode
from gateway.api.base import Api
from gateway.http.cookies import Me
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor

NAME, PREFERENCES = "/settings/name", "/settings/preferences"


@dataclass(frozen=True)
class Setting:
    """A page of the settings. ``about``: what it is for."""

    path: str
    name: str
    about: str


SETTINGS = (
    Setting(NAME, N_("Name"), N_("What specialists and clients see of you.")),
    Setting("/settings/email", N_("E-mail address"), N_("Where you sign in, and get mails.")),
    Setting("/settings/password", N_("Password"), N_("Choose a new one.")),
    Setting(
        "/settings/second-factor",
        N_("Second factor"),
        N_("A code from your phone, so that the password alone is not enough."),
    ),
    Setting(
        "/settings/recovery-codes",
        N_("Recovery codes"),
        N_("For the day when your phone is not there."),
    ),
    Setting(
        "/settings/sessions",
        N_("Where you are signed in"),
        N_("Devices on which your account is open."),
    ),
    Setting(
        PREFERENCES,
        N_("Time zone, language, country"),
        N_("How times are shown, in which language we write, and how discreetly."),
    ),
    Setting(
        "/settings/calendar-feed",
        N_("Calendar feed"),
        N_("Your half hours in your own calendar, kept up to date."),
    ),
    Setting(
        "/settings/export",
        N_("Download your data"),
        N_("All that this site has about you, in one file."),
    ),
    Setting(
        "/settings/erasure", N_("Erase your account"), N_("With everything that belongs to it.")
    ),
)


def settings_pages() -> tuple[Setting, ...]:
    return SETTINGS


@dataclass(frozen=True)
class Protected:
    """``asks_code``: whether changes need a code of the second factor."""

    asks_code: bool

    @classmethod
    def of(cls, account: Account) -> Protected:
        return cls(account.second_factor)


@dataclass(frozen=True)
class SettingsShown:
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class NameForm:
    """The name that others see."""

    display_name: OwnName


class SettingsPages(Api):
    @page("/settings", template="settings/index.html", allow=SIGNED_IN)
    def settings_page(self, visitor: Visitor) -> SettingsShown:
        account = self.profiles.get_me().load()
        return SettingsShown(account.display_name, account.email)

    @page(NAME, template="settings/name.html", allow=SIGNED_IN)
    def name_page(self, visitor: Visitor) -> SettingsShown:
        account = self.profiles.get_me().load()
        return SettingsShown(account.display_name, account.email)

    @form(NAME, body=NameForm, again="name_page", allow=SIGNED_IN)
    def change_name(self, body: NameForm, visitor: Visitor) -> SeeOther:
        change = ChangeAccount(display_name=body.display_name)
        account = self.profiles.change_me(change=change).load()
        return SeeOther(to=NAME, said="saved", me=replace(visitor.me, name=account.display_name))

    @page(PREFERENCES, template="settings/preferences.html", allow=SIGNED_IN)
    def preferences_page(self, visitor: Visitor) -> Preferences:
        return self.profiles.get_preferences().load()

    @form(
        PREFERENCES,
        body=Preferences,
        again="preferences_page",
        allow=SIGNED_IN,
        errors=[NoSuchCode],
    )
    def save_preferences(self, body: Preferences, visitor: Visitor) -> SeeOther:
        """The next page is in the language chosen."""
        saved = self.profiles.set_preferences(preferences=body).load()
        me = Me.of(visitor.me.name, saved)
        return SeeOther(to=PREFERENCES, said="saved", me=me, language=saved.language)
