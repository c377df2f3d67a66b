"""Sessions: having signed in, on one device."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Forbidden, Unauthenticated
from chassis.events import Event
from contracts.profiles import PRODUCER
from contracts.profiles.accounts import GivenEmail, GivenPassword

TOKEN_ISSUER = "firststep"
TOKEN_AUDIENCE = "firststep"
TOKEN_TYPE = "at+jwt"
"""The ``typ`` of an access token (RFC 9068, 2.1): no other signed token passes for one."""
TOKEN_ALGORITHM = "Ed25519"
"""RFC 9864. What signs access tokens, and what verifies them."""
TOKEN_LIFETIME = timedelta(minutes=5)
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two hosts may be apart."""
SECOND_FACTOR_SHOWN = "mfa"
"""In ``amr`` (RFC 8176) of the tokens of a session that showed a second factor."""


# Events


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event, producer=PRODUCER):
    """Access tokens are void before they expire: a session ended, or an account's rights changed.
    Heard by every gateway."""

    account_id: UUID
    session_ids: Annotated[list[UUID], Doc("All tokens of these sessions.")]
    before: Annotated[datetime | None, Doc("All tokens that the account was issued until then.")]


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
class Refresh:
    """What was given out last in this session."""

    refresh_token: Annotated[str, Length(max=200)] = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class Session:
    """Proof of having signed in, for the `Authorization: Bearer` header, and what renews it."""

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
class OpenSession:
    """Where you are signed in."""

    id: UUID
    made_at: datetime
    last_used_at: datetime
    address: Annotated[str | None, Doc("The address from which it was last used.")]
    agent: Annotated[str | None, Doc("What the device or program calls itself.")]
    current: Annotated[bool, Doc("It is the one that asks.")]


@dataclass(frozen=True, kw_only=True)
class OpenSessions:
    """Everywhere that you are signed in, the last used first."""

    items: list[OpenSession]


@dataclass(frozen=True, kw_only=True)
class TokenKeys:
    """The public keys that verify access tokens: a JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """What ``SessionsEnded`` said."""

    account_id: UUID
    session_ids: list[UUID]
    before: datetime | None


@dataclass(frozen=True, kw_only=True)
class Revocations:
    """All that concern tokens which have not expired."""

    items: list[Revocation]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A request that a signed-in caller made and may not make."""

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
    """Please enter a code as well: one from your authenticator, or a recovery code."""

    code = "second_factor_required"


class BadRefreshToken(Unauthenticated):
    """This refresh token is invalid, or its session has ended. Please log in again."""

    code = "bad_refresh_token"


class RefreshTokenReused(Unauthenticated):
    """This refresh token was used before, so the session has been ended. Please log in again."""

    code = "refresh_token_reused"


class Suspended(Forbidden):
    """Your account is suspended, so you can't log in. Please write to us to have it restored."""

    code = "account_suspended"
