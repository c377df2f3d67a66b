"""Access tokens as profiles makes them, for tests that do without its passwords."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis import json
from chassis.context import Caller
from chassis.database.database import Database
from chassis.sealing import Seal, new_key
from chassis.times import utc_now
from contracts.profiles.sessions import TOKEN_ALGORITHM
from services.profiles.sessions.signing_keys import SigningKey, columns_of, signing_key
from services.profiles.sessions.tokens import access_token

SEAL_KEYS = new_key()
"""Of every platform that tests run."""
KEY = OKPKey.generate_key("Ed25519", auto_kid=True)
"""Signs access tokens on every platform whose databases ``tests.support.databases`` made."""


def plant_key(profiles: Database) -> None:
    """Let a platform that has no key yet sign with ``KEY``."""
    now, seal = utc_now(), Seal(SEAL_KEYS, "signing keys")
    with profiles.transaction() as tx:
        tx.add(SigningKey(**columns_of(1, KEY, seal, now, signs_from=now)))


def key_of(profiles: Database) -> OKPKey:
    """The key that signs now; made as profiles makes it, where there is none yet."""
    with profiles.transaction() as tx:
        return signing_key(tx, Seal(SEAL_KEYS, "signing keys"), utc_now())


def a_token_of(key: OKPKey, caller: Caller, age: timedelta = timedelta()) -> str:
    """An access token that was issued so long ago."""
    return access_token(key, caller, utc_now() - age)


def lasting(token: str) -> str:
    """The same access token, good for a day: people are shared by tests that take longer than a
    token lives. One that was not signed with ``KEY`` stays as it is."""
    header, claims, _ = (_decoded(part) for part in token.split("."))
    if header["kid"] != KEY.kid:
        return token
    claims["exp"] = int((utc_now() + timedelta(days=1)).timestamp())
    return jwt.encode(header, claims, KEY, algorithms=[TOKEN_ALGORITHM])


def _decoded(part: str) -> dict[str, Any]:
    """Of the three parts of a token, the last is no JSON."""
    try:
        found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return found
