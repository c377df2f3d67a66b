"""Tokens in links of mails: sealed, expiring and single-use. No table stores them.

A link has the fingerprint of the state that opening it changes. Once it has, the link is void. The
content is sealed, which keeps the e-mail address out of logs and browser histories.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis import json
from chassis.sealing import Seal, TooOld, Unopenable
from contracts.profiles.accounts import LinkExpired, LinkInvalid


class Purpose(StrEnum):
    VERIFICATION = "verification"
    CHANGE_OF_EMAIL = "change of e-mail"
    STOP_CHANGE_OF_EMAIL = "stop change of e-mail"
    PASSWORD_RESET = "password reset"


LIFETIMES = {
    Purpose.VERIFICATION: timedelta(days=3),
    Purpose.CHANGE_OF_EMAIL: timedelta(days=1),
    Purpose.STOP_CHANGE_OF_EMAIL: timedelta(days=1),
    Purpose.PASSWORD_RESET: timedelta(hours=1),
}


@dataclass(frozen=True)
class MailLink:
    """``state``: the fingerprint of the account when the link was made."""

    purpose: Purpose
    account_id: UUID
    email: str
    state: str

    def token(self, seal: Seal, now: datetime) -> str:
        return seal.close(json.dumps(asdict(self)), now)


def open_link(token: str, seal: Seal, now: datetime, *purposes: Purpose) -> MailLink:
    """The link in a token; raises ``LinkInvalid`` and ``LinkExpired``."""
    try:
        wire = json.loads(seal.open(token))
        purpose = Purpose(wire["purpose"])
        if purpose not in purposes:
            raise LinkInvalid
        seal.open_fresh(token, LIFETIMES[purpose], now)
    except TooOld:
        raise LinkExpired from None
    except Unopenable:
        raise LinkInvalid from None
    return MailLink(purpose, UUID(wire["account_id"]), wire["email"], wire["state"])


def fingerprint(*state: object) -> str:
    return hashlib.sha256(repr(state).encode()).hexdigest()
