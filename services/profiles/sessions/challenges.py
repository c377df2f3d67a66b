"""Challenges: the proof that the password of a log-in was right, until its code is entered.

Sealed, for one account, for five minutes. No table stores them. A change of the password or the
address makes them void. Each use needs a code, and a code works once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from chassis import json
from chassis.sealing import Seal, Unopenable
from contracts.profiles.sessions import ChallengeVoid
from services.profiles.accounts.accounts import Account

LIFETIME = timedelta(minutes=5)


def to(account: Account, seal: Seal, now: datetime) -> str:
    """The challenge for an account whose password was right."""
    wire = {"account_id": account.id, "state": account.state_of_log_in}
    return seal.close(json.dumps(wire), now)


def opened(challenge: str, seal: Seal, now: datetime) -> tuple[UUID, str]:
    """The account, and its state at log-in; raises ``ChallengeVoid``."""
    try:
        wire = json.loads(seal.open_fresh(challenge, LIFETIME, now))
    except Unopenable:
        raise ChallengeVoid from None
    return UUID(wire["account_id"]), wire["state"]
