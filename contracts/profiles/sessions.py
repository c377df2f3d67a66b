"""Sessions: having signed in, on one device."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Unauthenticated
from contracts.profiles.accounts import GivenEmail, GivenPassword

TOKEN_ISSUER = "firststep"


TOKEN_ALGORITHM = "Ed25519"
"""RFC 9864. What signs access tokens, and what verifies them."""


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
        str, Doc("Works once, for `/sessions/refresh`; the session ends after 30 idle days.")
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


# Refusals


class WrongCredentials(Unauthenticated):
    """The address or the password is wrong, or the address is not confirmed yet. You can have the
    link that confirms it sent again.

    One answer for all three: it does not reveal which addresses have an account.
    """

    code = "wrong_credentials"


class SecondFactorRequired(Unauthenticated):
    """Logging in takes a code as well: from your authenticator, or a recovery code."""

    code = "second_factor_required"


class BadRefreshToken(Unauthenticated):
    """This refresh token is none of ours, or its session has ended: log in again."""

    code = "bad_refresh_token"


class RefreshTokenReused(Unauthenticated):
    """This refresh token was used before, so the session has been ended: log in again."""

    code = "refresh_token_reused"
