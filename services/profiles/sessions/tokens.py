"""Access tokens: short-lived JWTs (RFC 7519), signed with Ed25519 (RFC 9864).

Anybody can verify them with the public keys. Only profiles has the private ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.context import Caller
from contracts.profiles.sessions import TOKEN_ALGORITHM, TOKEN_ISSUER

LIFETIME = timedelta(minutes=15)


def access_token(key: OKPKey, caller: Caller, now: datetime) -> str:
    """``sid``: the session that it belongs to; ``verified``: the e-mail address is proven."""
    claims = {
        "iss": TOKEN_ISSUER,
        "sub": str(caller.account_id),
        "sid": _text(caller.session_id),
        "roles": sorted(caller.roles),
        "verified": caller.verified,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    header = {"alg": TOKEN_ALGORITHM, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[TOKEN_ALGORITHM])


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
