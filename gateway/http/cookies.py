"""Cookies of the pages. The API never reads one.

Over https their names begin with ``__Host-``, so that no other host of the domain can set them
(RFC 6265bis, 4.1.3.2). All but ``tz``, which the script keeps for a year, are out of scripts' reach
and end with the browser's session: devices are shared.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass

from werkzeug.wrappers import Request, Response

from chassis import json
from chassis.errors import Invalid
from chassis.schemas import Reading, load
from contracts.profiles.preferences import Language, OwnCountry, OwnTimeZone, Preferences
from contracts.profiles.sessions import Session

ACCESS, REFRESH, SAID, SIGN_UP, ME = "access", "refresh", "said", "sign-up", "me"
TIME_ZONE = "tz"
"""Set by the script, which reads it, too."""
PERSONAL = (ACCESS, REFRESH, SAID, SIGN_UP)
"""With any of these, an answer is for one visitor alone."""
LONGEST = 3000


@dataclass(frozen=True)
class Me:
    """What pages need to know about the signed-in account, so that they need not ask each time."""

    name: str = ""
    time_zone: OwnTimeZone | None = None
    country: OwnCountry | None = None
    language: Language = Language.EN
    discreet: bool = False

    @classmethod
    def of(cls, name: str, preferences: Preferences) -> Me:
        return cls(
            name,
            preferences.time_zone,
            preferences.country,
            preferences.language,
            preferences.discreet,
        )

    def to_cookie(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(asdict(self))).decode()

    @classmethod
    def from_cookie(cls, value: str) -> Me:
        """Nothing is known where the cookie is missing or malformed: its owner may have changed
        it, to no effect on other visitors."""
        try:
            return load(cls, json.loads(base64.urlsafe_b64decode(value)), Reading.WIRE)
        except (ValueError, Invalid):
            return cls()


class Cookies:
    """The cookies of one request, and those that its answer sets."""

    def __init__(self, request: Request, secure: bool) -> None:
        self._sent = request.cookies
        self._secure = secure
        self._set: dict[str, str | None] = {}

    def get(self, name: str) -> str:
        """The value; empty where there is none."""
        if name in self._set:
            return self._set[name] or ""
        value = self._sent.get(self.name_of(name), "")
        return value if len(value) <= LONGEST else ""

    def set(self, name: str, value: str) -> None:
        self._set[name] = value

    def remove(self, name: str) -> None:
        if self.get(name) or name in self._set:
            self._set[name] = None

    def name_of(self, name: str) -> str:
        if name == TIME_ZONE or not self._secure:
            return name
        return f"__Host-{name}"

    @property
    def are_personal(self) -> bool:
        """Whether the answer must be for this visitor alone."""
        return any(self.get(each) for each in PERSONAL) or bool(self._set)

    def sign_in(self, session: Session) -> None:
        """Keep a session's tokens; what is known of its account is asked for anew."""
        self.set(ACCESS, session.access_token)
        self.set(REFRESH, session.refresh_token)
        self.remove(ME)

    def sign_out(self) -> None:
        for name in (ACCESS, REFRESH, ME, SIGN_UP):
            self.remove(name)

    def write(self, response: Response) -> None:
        for name, value in self._set.items():
            response.set_cookie(
                self.name_of(name),
                value or "",
                max_age=None if value else 0,
                path="/",
                secure=self._secure,
                httponly=name != TIME_ZONE,
                samesite="Lax",
            )
