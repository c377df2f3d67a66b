"""The Visitor of a page: language, time zone, and the account where one is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from babel import Locale

from chassis.context import Caller
from chassis.times import utc_now
from contracts.inputs.zones import TIME_ZONES, time_zone
from contracts.locales import locale_of
from contracts.profiles.preferences import PATH_PREFIXES, Language
from gateway.featured.listing import Sight
from gateway.http.cookies import Me
from gateway.pages.translations import catalogue_of

ANONYMOUS, UNKNOWN = Caller(), Me()


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """``chosen_zone``: an IANA name from the query, the settings or the browser; ``None`` where
    nothing is known, and times are in the specialist's zone then. ``asked_zone``: that of the
    query; ``unknown_zone``: what the query has in place of one. ``path``: of the page, without the
    language's prefix. ``country``: chosen in the settings."""

    language: Language = Language.EN
    path: str = "/"
    query: str = ""
    chosen_zone: str | None = None
    asked_zone: str | None = None
    unknown_zone: str = ""
    country: str | None = None
    caller: Caller = ANONYMOUS
    me: Me = UNKNOWN
    sign_up: str = field(default="", repr=False)
    """The secret of a sign-up that was begun in this browser."""
    said: str = ""
    sight: Sight | None = None
    """The featured specialists that this visit begins with, where that is known already."""
    now: datetime = field(default_factory=utc_now)

    @property
    def is_signed_in(self) -> bool:
        return self.caller.account_id is not None

    def has_role(self, role: str) -> bool:
        return role in self.caller.roles

    @property
    def locale(self) -> Locale:
        """The formats of dates, times and amounts."""
        return locale_of(self.language, self.country)

    def zone(self, otherwise: str) -> str:
        """The zone that times are shown in; ``otherwise`` is the specialist's."""
        return self.chosen_zone or otherwise

    def to(self, path: str, language: Language | None = None) -> str:
        """A path of this site in the visitor's language."""
        prefix = PATH_PREFIXES[language or self.language]
        return prefix or "/" if path == "/" else f"{prefix}{path}"

    def gettext(self, text: str, **values: object) -> str:
        """The text in the visitor's language, with the values in its placeholders."""
        found = catalogue_of(self.language).gettext(text)
        return found % values if values else found

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        found = catalogue_of(self.language).ngettext(one, many, n)
        return found % {"num": n, **values}

    def with_zone(self, asked: str | None, setting: str | None, browser: str) -> Visitor:
        """The visitor with the first of these that is a time zone."""
        names = [time_zone(each) if each else "" for each in (asked, setting, browser)]
        is_known = names[0] in TIME_ZONES
        return replace(
            self,
            chosen_zone=next((each for each in names if each in TIME_ZONES), None),
            asked_zone=names[0] if is_known else None,
            unknown_zone="" if is_known else names[0],
        )

    @property
    def is_zone_chosen(self) -> bool:
        """Whether the query or the settings name the zone, so that the device's does not count."""
        return self.asked_zone is not None or self.me.time_zone is not None

    def anonymous(self) -> Visitor:
        """The same visitor without an account: pages that all share are made for this one."""
        return replace(self, caller=ANONYMOUS, me=UNKNOWN, sign_up="", said="", country=None)
