"""Authentication: bearer tokens (RFC 6750), verified with the public keys of profiles."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import monotonic, time
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from nameko.extensions import SharedExtension
from werkzeug.wrappers import Request

from chassis.context import Caller
from chassis.rpc.requester import Requester
from contracts.profiles.sessions import (
    CLOCKS_DIFFER,
    SECOND_FACTOR_SHOWN,
    TOKEN_ALGORITHM,
    TOKEN_AUDIENCE,
    TOKEN_ISSUER,
    TOKEN_TYPE,
)
from contracts.rpc.profiles import Profiles
from gateway.http.revocation import BadToken, RevocationList

CALLER = "firststep.caller"
"""The key of the caller in a request's environ, set once the token's signature is verified."""
ISSUED_AT = "firststep.token_issued_at"
"""The key of the token's time of issue, set with the caller; in seconds since the epoch."""
LOOK_AGAIN_AFTER_S = 5.0
TOKENS_REMEMBERED = 4096
"""A signature is verified once; the expiry is checked each time."""

TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, section 2.1: b64token."""

Verify = Callable[[str], dict[str, Any]]


class Claims(jwt.JWTClaimsRegistry):
    """The claims that an access token must have (RFC 9068, 4)."""

    def __init__(self) -> None:
        super().__init__(
            iss={"essential": True, "value": TOKEN_ISSUER},
            aud={"essential": True, "value": TOKEN_AUDIENCE},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )

    def validate_iat(self, value: object) -> None:
        """The issuing host's clock may be ahead of this one."""
        leeway = int(CLOCKS_DIFFER.total_seconds())
        jwt.JWTClaimsRegistry(leeway=leeway).validate_iat(value)


def token_of(header: str) -> str | None:
    """The bearer token in an ``Authorization`` header; ``None`` for another scheme or none.

    Raises ``BadToken`` unless it is one token: RFC 6750, section 3.1, counts a malformed token
    as ``invalid_token`` (401).
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = token.strip(" ")
    if TOKEN.fullmatch(token) is None:
        raise BadToken("The Authorization header must be Bearer and one token.")
    return token


class Authenticator(SharedExtension):
    """Reads the ``Authorization`` header. Asks profiles for its keys once, and again when a
    token was signed with an unknown one."""

    requester = Requester()
    revocations = RevocationList()
    registry = Claims()

    def __init__(self) -> None:
        self._verify: Verify | None = None
        self._looked_at = 0.0

    def caller_of(self, request: Request) -> Caller:
        """Anonymous where there is no token; raises ``BadToken`` where there is a bad one."""
        token = token_of(request.headers.get("Authorization", ""))
        return Caller() if token is None else self.caller_with(token, request)

    def caller_with(self, token: str, request: Request) -> Caller:
        """The caller whose access token this is; raises ``BadToken`` where it is not valid."""
        claims = self._claims(token)
        session_id = claims.get("sid")
        caller = Caller(
            account_id=UUID(claims["sub"]),
            roles=frozenset(claims.get("roles", ())),
            verified=claims.get("verified") is True,
            session_id=None if session_id is None else UUID(session_id),
            second_factor=SECOND_FACTOR_SHOWN in claims.get("amr", ()),
        )
        request.environ[CALLER], request.environ[ISSUED_AT] = caller, claims["iat"]
        self.revocations.require_valid(caller.known(), caller.session_id, claims["iat"])
        return caller

    def seconds_left(self, token: str) -> float:
        """Seconds until the access token expires; 0 where it is not valid."""
        try:
            return max(0.0, float(self._claims(token)["exp"]) - time())
        except BadToken:
            return 0.0

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims = self._decoded(token)
            self.registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise BadToken from error
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        """Known keys stay in use until there are newer ones: profiles may be unavailable."""
        verify = self._verify or self._look_up_keys()
        try:
            return verify(token)
        except InvalidKeyIdError:
            if not self._may_look_again():
                raise
            return self._look_up_keys()(token)

    def _look_up_keys(self) -> Verify:
        published = Profiles(self.requester).get_token_keys().load()
        keys = KeySet.import_key_set({"keys": published.keys})

        @lru_cache(TOKENS_REMEMBERED)
        def verify(token: str) -> dict[str, Any]:
            decoded = jwt.decode(token, keys, algorithms=[TOKEN_ALGORITHM])
            if decoded.header.get("typ") != TOKEN_TYPE:
                raise BadToken
            return decoded.claims

        self._verify, self._looked_at = verify, monotonic()
        return verify

    def _may_look_again(self) -> bool:
        return monotonic() - self._looked_at > LOOK_AGAIN_AFTER_S
