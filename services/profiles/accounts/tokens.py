"""Access tokens: short-lived JWTs (RFC 7519), signed with Ed25519 (RFC 9864).

Anybody can verify them with the public keys. Only profiles holds the private one.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import OKPKey
from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.context import Caller
from contracts.profiles.sessions import TOKEN_ALGORITHM, TOKEN_ISSUER, Session

LIFETIME = timedelta(minutes=15)


class Tokens(DependencyProvider):
    """Issues access tokens with the key in ``FIRSTSTEP_TOKEN_KEY``."""

    def setup(self) -> None:
        secret: str = self.container.config["TOKEN_KEY"]
        if not secret:
            raise BadSettings("FIRSTSTEP_TOKEN_KEY is missing: profiles signs access tokens")
        self.use(secret)

    def use(self, secret: str) -> None:
        """Sign with this key: 32 bytes, base64url."""
        seed = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        private = Ed25519PrivateKey.from_private_bytes(seed)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = OKPKey.import_key(pem)
        self._key.ensure_kid()

    def get_dependency(self, worker_ctx: Any) -> Tokens:
        return self

    def issue(self, caller: Caller, now: datetime) -> Session:
        claims = {
            "iss": TOKEN_ISSUER,
            "sub": str(caller.account_id),
            "roles": sorted(caller.roles),
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        header = {"alg": TOKEN_ALGORITHM, "kid": self._key.kid}
        return Session(
            access_token=jwt.encode(header, claims, self._key, algorithms=[TOKEN_ALGORITHM]),
            token_type="Bearer",
            expires_in=int(LIFETIME.total_seconds()),
        )

    def public_keys(self) -> dict[str, Any]:
        """A JWK set (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False)]}
