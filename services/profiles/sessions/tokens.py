"""Access tokens: JWTs (RFC 7519, RFC 9068) that profiles signs.

Public keys verify them. Only profiles has the private ones.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.context import Caller
from contracts.profiles.sessions import (
    SECOND_FACTOR_SHOWN,
    TOKEN_ALGORITHM,
    TOKEN_AUDIENCE,
    TOKEN_ISSUER,
    TOKEN_LIFETIME,
    TOKEN_TYPE,
)


def access_token(key: OKPKey, caller: Caller, issued_at: datetime) -> str:
    """A signed token. ``sid``: the session; ``verified``: the e-mail address is confirmed; ``amr``
    (RFC 8176): the factors shown. ``iat`` has fractions of a second, since revocations name a
    moment."""
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": str(caller.account_id),
        "sid": _text(caller.session_id),
        "roles": sorted(caller.roles),
        "verified": caller.verified,
        "amr": ["pwd", "otp", SECOND_FACTOR_SHOWN] if caller.second_factor else ["pwd"],
        "iat": issued_at.timestamp(),
        "exp": int((issued_at + TOKEN_LIFETIME).timestamp()),
    }
    header = {"typ": TOKEN_TYPE, "alg": TOKEN_ALGORITHM, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[TOKEN_ALGORITHM])


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
