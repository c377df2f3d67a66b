"""Sessions: one log-in on one device, with its tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Forbidden, Unauthenticated
from chassis.events import Event
from contracts.half_hours import SignUpHoldKey
from contracts.profiles import PRODUCER
from contracts.profiles.accounts import GivenEmail, GivenPassword, Role
from contracts.profiles.codes import Code

TOKEN_ISSUER = "firststep"
TOKEN_AUDIENCE = "firststep"
TOKEN_TYPE = "at+jwt"
"""The ``typ`` of an access token (RFC 9068, 2.1): no other signed token passes for one."""
TOKEN_ALGORITHM = "Ed25519"
"""The algorithm of access tokens' signatures (RFC 9864)."""
TOKEN_LIFETIME = timedelta(minutes=5)
CLOCKS_DIFFER = timedelta(minutes=5)
"""The largest difference between the clocks of two hosts."""
SECOND_FACTOR_SHOWN = "mfa"
"""In ``amr`` (RFC 8176) of the tokens of a session that showed a second factor."""


# Events


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event, producer=PRODUCER):
    """Access tokens are revoked before they expire, because a session ended or the rights of an
    account changed. A broadcast to every gateway."""

    account_id: UUID
    session_ids: Annotated[list[UUID], Doc("The sessions whose tokens are revoked.")]
    before: Annotated[
        datetime | None, Doc("All tokens of the account issued until then are revoked.")
    ]


@dataclass(frozen=True, kw_only=True)
class SignedOutByOperator(Event, producer=PRODUCER):
    """An operator ended all sessions of an account."""

    account_id: UUID


# Requests


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """An account's e-mail address and password, and a code where a second factor is set up."""

    email: GivenEmail
    password: GivenPassword = field(repr=False)
    code: Annotated[
        str | None, Length(max=40), Doc("Six digits of the authenticator, or a recovery code.")
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class FinishLogIn:
    """The challenge of a log-in whose code was missing, and the code. The password is not needed
    again."""

    challenge: Annotated[
        str,
        Length(max=2000),
        Doc("From the problem `second_factor_required`; valid for 5 minutes."),
    ] = field(repr=False)
    code: Annotated[Code, Doc("Six digits of the authenticator, or a recovery code.")] = field(
        repr=False
    )


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """The last refresh token of a session."""

    refresh_token: Annotated[str, Length(max=200)] = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class Session:
    """An access token for the `Authorization: Bearer` header, and the token that renews it."""

    access_token: str = field(repr=False)
    refresh_token: Annotated[
        str,
        Doc(
            "Works once, for `/sessions/refresh`. The session ends after 30 idle days, and 90 days "
            "after it began."
        ),
    ] = field(repr=False)
    token_type: str
    expires_in: Annotated[int, Doc("Seconds until the access token expires.")]


@dataclass(frozen=True, kw_only=True)
class ConfirmedSignUp:
    """An account that a link has just confirmed, and the key of the half hour that booking holds
    for it."""

    account_id: UUID
    roles: list[Role]
    hold: SignUpHoldKey


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What a confirmation link did: a session, or none where it changed an address; and the
    sign-up, where the link was that of one."""

    session: Session | None = None
    sign_up: ConfirmedSignUp | None = None


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """One of your sessions."""

    id: UUID
    made_at: datetime
    last_used_at: datetime
    address: Annotated[str | None, Doc("The IP address of its last use.")]
    agent: Annotated[str | None, Doc("The name that the device or program sent.")]
    current: Annotated[bool, Doc("Whether this request belongs to it.")]


@dataclass(frozen=True, kw_only=True)
class OpenSessions:
    """All your open sessions, the last used first."""

    items: list[OpenSession]


@dataclass(frozen=True, kw_only=True)
class TokenKeys:
    """The public keys that verify access tokens: a JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """The tokens that one ``SessionsEnded`` revoked."""

    account_id: UUID
    session_ids: list[UUID]
    before: datetime | None


@dataclass(frozen=True, kw_only=True)
class Revocations:
    """All revocations of tokens that have not expired."""

    items: list[Revocation]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A request of a signed-in caller that was refused with 403."""

    code: Annotated[str, Length(1, 80)]
    method: Annotated[str, Length(1, 10)]
    path: Annotated[str, Length(1, 200), Doc("The path's template, without ids.")]


# Refusals


class WrongCredentials(Unauthenticated):
    """The address or the password is wrong, or the address is not confirmed yet. You can have the
    link that confirms it sent again.

    One answer for all three: it does not reveal which addresses have an account.
    """

    code = "wrong_credentials"


class SecondFactorRequired(Unauthenticated):
    """Please enter a code as well: one from your authenticator, or a recovery code.

    ``challenge``: at log-in, the proof that the password was right; ``FinishLogIn`` takes it.
    """

    code = "second_factor_required"
    member_texts = ("challenge",)
    challenge: str = ""

    @classmethod
    def with_challenge(cls, challenge: str) -> Self:
        """The refusal of a log-in whose password was right, with the challenge."""
        refusal = cls()
        refusal.challenge = challenge
        return refusal

    def members(self) -> dict[str, Any]:
        return {"challenge": self.challenge} if self.challenge else {}

    def more_on_wire(self) -> dict[str, Any]:
        return self.members()

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        self.challenge = wire.get("challenge", "")


class ChallengeVoid(Unauthenticated):
    """It is too late to enter a code, or your password was changed. Please log in again."""

    code = "challenge_void"


class BadRefreshToken(Unauthenticated):
    """This refresh token is invalid, or its session has ended. Please log in again."""

    code = "bad_refresh_token"


class RefreshTokenReused(Unauthenticated):
    """This refresh token was used before, so the session has been ended. Please log in again."""

    code = "refresh_token_reused"


class Suspended(Forbidden):
    """Your account is suspended, so you can't log in. Please write to us to have it restored."""

    code = "account_suspended"
