"""People who signed up and in, as profiles' tests by RPC know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.context import CallContext, Caller, entered
from chassis.events import Event
from chassis.schemas import Reading, load
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    EmailVerificationRequested,
    PasswordResetRequested,
    SignUp,
    SignUpRole,
    VerifyEmail,
)
from contracts.profiles.sessions import LogIn, Refresh, Session
from tests.talking import NOBODY, Talking

PASSWORD = "correct horse battery staple"


def an_address() -> str:
    return f"{uuid4().hex}@example.org"


def sign_up(
    profiles: Talking,
    email: str,
    password: str = PASSWORD,
    role: SignUpRole = SignUpRole.CLIENT,
    key: str | None = None,
) -> contract.Account:
    wanted = SignUp(email=email, password=password, display_name="Sam", role=role)
    answer = profiles.asked_by(NOBODY, key).sign_up(sign_up=wanted)
    return load(contract.Account, answer, Reading.WIRE)


def log_in(
    profiles: Talking,
    email: str,
    password: str = PASSWORD,
    code: str | None = None,
    address: str | None = None,
) -> Session:
    wanted = LogIn(email=email, password=password, code=code)
    with entered(CallContext(address=address, agent="a test")):
        answer = profiles.house.remote("profiles").log_in(log_in=wanted)
    return load(Session, answer, Reading.WIRE)


def refresh(profiles: Talking, token: str, key: str | None = None) -> Session:
    asked = profiles.asked_by(NOBODY, key)
    answer = asked.refresh_session(refresh=Refresh(refresh_token=token))
    return load(Session, answer, Reading.WIRE)


def claims_of(profiles: Talking, session: Session) -> dict[str, Any]:
    """What the access token says, once the public keys have verified it."""
    keys = KeySet.import_key_set(profiles.asked_by(NOBODY).get_token_keys())
    return jwt.decode(session.access_token, keys, algorithms=["Ed25519"]).claims


def caller_of(profiles: Talking, session: Session) -> Caller:
    """Who has this session, as the gateway lets the services know."""
    claims = claims_of(profiles, session)
    return Caller(
        UUID(claims["sub"]), frozenset(claims["roles"]), claims["verified"], UUID(claims["sid"])
    )


@dataclass
class Person:
    """Somebody who signed up, and logged in once."""

    profiles: Talking
    id: UUID
    email: str
    session: Session
    caller: Caller

    def asks(self, method: str, **arguments: Any) -> Any:
        return getattr(self.profiles.asked_by(self.caller), method)(**arguments)

    def me(self) -> contract.Account:
        return load(contract.Account, self.asks("get_me"), Reading.WIRE)

    def told(self, event_type: type[Any]) -> list[Any]:
        return self.profiles.told(event_type, self.id)

    def link(self, event_type: type[Event] = EmailVerificationRequested) -> str:
        """The token in the last link that was sent."""
        token: str = self.told(event_type)[-1].token
        return token

    def reset_link(self) -> str:
        return self.link(PasswordResetRequested)

    def verify(self) -> None:
        verify(self.profiles, self.link())

    def audited(self) -> list[str]:
        """What the audit says about them."""
        rows = [row for row in self.profiles.rows("audit") if row.about == self.id]
        return [row.what for row in sorted(rows, key=lambda row: str(row.id))]


def somebody(profiles: Talking, role: SignUpRole = SignUpRole.CLIENT) -> Person:
    email = an_address()
    account = sign_up(profiles, email, role=role)
    session = log_in(profiles, email)
    return Person(profiles, account.id, email, session, caller_of(profiles, session))


def verify(profiles: Talking, token: str) -> None:
    profiles.asked_by(NOBODY).verify_email(verify=VerifyEmail(token=token))
