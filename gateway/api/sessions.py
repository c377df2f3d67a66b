"""Sessions: logging in and out, and the public keys that verify access tokens."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from chassis.errors import NotFound
from chassis.rpc.client import Wire
from contracts.profiles.sessions import (
    BadRefreshToken,
    ChallengeVoid,
    FinishLogIn,
    LogIn,
    OpenSessions,
    Refresh,
    RefreshTokenReused,
    Session,
    Suspended,
    TokenKeys,
    WrongCredentials,
)
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint

KEYS_KEPT_S = 600
"""Less than the time for which a key is published before it signs."""


class SessionsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/sessions",
        body=LogIn,
        returns=Session,
        errors=[WrongCredentials, Suspended, *CODE_REFUSED],
    )
    def log_in(self, body: LogIn) -> Wire[Session]:
        """Log in: an access token for 5 minutes, and a token to refresh it."""
        return self.profiles.log_in(log_in=body)

    @endpoint(
        "POST",
        "/api/v1/sessions/second-factor",
        body=FinishLogIn,
        returns=Session,
        errors=[ChallengeVoid, WrongCredentials, Suspended, *CODE_REFUSED],
    )
    def finish_log_in(self, body: FinishLogIn) -> Wire[Session]:
        """Log in with a code, after the right password, within 5 minutes.

        The refusal `second_factor_required` of a log-in bears the `challenge`, so a program need
        not keep the password until the code is there.
        """
        return self.profiles.finish_log_in(finish=body)

    @endpoint(
        "POST",
        "/api/v1/sessions/refresh",
        body=Refresh,
        returns=Session,
        errors=[BadRefreshToken, RefreshTokenReused],
    )
    def refresh_session(self, body: Refresh) -> Wire[Session]:
        """Get the next pair of tokens: once, or again within 30 seconds. Later the session ends."""
        return self.profiles.refresh_session(refresh=body)

    @endpoint("GET", "/api/v1/sessions", returns=OpenSessions, allow=SIGNED_IN)
    def list_sessions(self) -> Wire[OpenSessions]:
        """Your open sessions, the last used first."""
        return self.profiles.list_sessions()

    @endpoint(
        "DELETE",
        "/api/v1/sessions",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
    )
    def log_out_everywhere(self) -> None:
        """Log out everywhere."""
        self.profiles.log_out_everywhere()

    @endpoint(
        "DELETE",
        "/api/v1/sessions/others",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
    )
    def log_out_elsewhere(self) -> None:
        """Log out everywhere but here."""
        self.profiles.log_out_elsewhere()

    @endpoint(
        "DELETE",
        "/api/v1/sessions/current",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def log_out(self) -> None:
        """Log out here."""
        self.profiles.log_out()

    @endpoint(
        "DELETE",
        "/api/v1/sessions/{session_id}",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def end_session(self, session_id: UUID) -> None:
        """End one of your sessions."""
        self.profiles.end_session(session_id=session_id)

    @endpoint("GET", "/.well-known/jwks.json", returns=TokenKeys, kept_s=KEYS_KEPT_S)
    def get_token_keys(self) -> Wire[TokenKeys]:
        """The public keys that verify access tokens: a JWK set (RFC 7517)."""
        return self.profiles.get_token_keys()
