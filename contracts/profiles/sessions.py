"""Sessions: proof of having signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Unauthenticated

TOKEN_ISSUER = "firststep"


TOKEN_ALGORITHM = "Ed25519"
"""RFC 9864. What signs access tokens, and what verifies them."""


# Requests


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """An account's e-mail address and password."""

    email: Annotated[str, Length(max=254)]
    password: Annotated[str, Length(max=200)] = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class Session:
    """Proof of having signed in, for the `Authorization: Bearer` header."""

    access_token: str
    token_type: str
    expires_in: Annotated[int, Doc("Seconds until the token expires.")]


# Refusals


class WrongCredentials(Unauthenticated):
    """The e-mail address or the password is wrong."""

    code = "wrong_credentials"
