"""People who signed up and in, as profiles' tests by RPC know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.context import CallContext, Caller, entered
from chassis.events import Envelope
from chassis.schemas import Reading, load
from contracts.half_hours import HeldHalfHour
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    EmailChangeRequested,
    EmailVerificationRequested,
    KnownAddressSignedUp,
    PasswordResetRequested,
    SignUp,
    SignUpRole,
    VerifyEmail,
)
from contracts.profiles.sessions import Confirmed, LogIn, Refresh, Session
from tests.support.agreements import AGREED
from tests.support.service_client import NOBODY, Talking

E = TypeVar("E", EmailVerificationRequested, KnownAddressSignedUp, PasswordResetRequested)

PASSWORD = "correct horse battery staple"


def an_address() -> str:
    return f"{uuid4().hex}@example.org"


def ask_to_sign_up(
    profiles: Talking,
    email: str,
    password: str = PASSWORD,
    role: SignUpRole = SignUpRole.CLIENT,
    key: str | None = None,
    half_hour: HeldHalfHour | None = None,
    **more: Any,
) -> str:
    """The secret of the sign-up, which is not confirmed yet."""
    wanted = SignUp(
        email=email,
        password=password,
        display_name="Sam",
        role=role,
        **{"agreed_to": AGREED, **more},
    )
    answer = profiles.asked_by(NOBODY, key).sign_up(sign_up=wanted, half_hour=half_hour)
    return load(contract.SignedUp, answer, Reading.WIRE).sign_up


def confirm(profiles: Talking, token: str, **shown: str) -> Confirmed:
    """Follow a link that confirms an address; ``shown``: what else the page sends."""
    with entered(CallContext(agent="a test")):
        answer = profiles.house.remote("profiles").verify_email(
            verify=VerifyEmail(token=token, **shown)
        )
    return load(Confirmed, answer, Reading.WIRE)


def follow(profiles: Talking, token: str, **shown: str) -> Session | None:
    """The session that a link led to, if any."""
    return confirm(profiles, token, **shown).session


def mails_to(profiles: Talking, email: str, event_type: type[E]) -> list[E]:
    """What was told of this kind with an address, oldest first."""
    rows = sorted(profiles.rows("outbox"), key=lambda row: int(row.seq))
    bodies = [row.body for row in rows if row.type == event_type.type()]
    told = [Envelope.from_json(body, event_type).data for body in bodies]
    return [each for each in told if each.email == email]


def link_to(profiles: Talking, email: str) -> str:
    """The token in the last link that confirms a sign-up."""
    return str(mails_to(profiles, email, EmailVerificationRequested)[-1].token)


def sign_up(
    profiles: Talking,
    email: str,
    password: str = PASSWORD,
    role: SignUpRole = SignUpRole.CLIENT,
) -> contract.Account:
    """The account of somebody who followed the link as well."""
    secret = ask_to_sign_up(profiles, email, password, role)
    session = follow(profiles, link_to(profiles, email), sign_up=secret)
    assert session is not None
    caller = caller_of(profiles, session)
    return load(contract.Account, profiles.asked_by(caller).get_me(), Reading.WIRE)


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
        UUID(claims["sub"]),
        frozenset(claims["roles"]),
        claims["verified"],
        UUID(claims["sid"]),
        "mfa" in claims["amr"],
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

    def change_link(self) -> str:
        """The token in the last link that changes their address."""
        return str(self.told(EmailChangeRequested)[-1].token)

    def reset_link(self) -> str:
        return str(self.told(PasswordResetRequested)[-1].token)

    def audited(self) -> list[str]:
        """What the audit says about them, but for their having signed in."""
        rows = [row for row in self.profiles.rows("audit") if row.about == self.id]
        rows = [row for row in rows if row.what != "signed_in"]
        return [row.what for row in sorted(rows, key=lambda row: str(row.id))]


def somebody(profiles: Talking, role: SignUpRole = SignUpRole.CLIENT) -> Person:
    """Who signed up, followed the link, and is signed in by it."""
    email = an_address()
    secret = ask_to_sign_up(profiles, email, role=role)
    session = follow(profiles, link_to(profiles, email), sign_up=secret)
    assert session is not None
    caller = caller_of(profiles, session)
    return Person(profiles, caller.known(), email, session, caller)
