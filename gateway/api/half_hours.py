"""The half hour that is held for a sign-up, where a request concerns both profiles and booking.

The services do not ask each other. The gateway tells profiles what booking holds, and gives the
hold to the account that a confirmed sign-up has become. A sign-up or its confirmation never fails
because booking does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from nameko.exceptions import RemoteError

from chassis.context import Caller
from chassis.errors import DomainError, NotFound
from chassis.rpc.client import Wire
from contracts.booking.sign_up_holds import SignUpHold, SignUpHoldStatus
from contracts.half_hours import HeldHalfHour, SignUpHoldKey, held_under
from contracts.profiles.accounts import Role, VerifyEmail
from contracts.profiles.sessions import Session
from gateway.api.base import Api, acting, waiting_at_most

BOOKING_WITHIN_S = 3.0
"""How long a sign-up or its confirmation waits for booking."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Confirmation:
    """What a confirmation link did.

    ``owner``: the account that it made or confirmed, to act for (``acting``). ``half_hour``: what
    was held for its sign-up, and whether it is held for the account now.
    """

    session: Wire[Session | None]
    owner: Caller | None = None
    half_hour: SignUpHold | None = None


class HalfHours(Api):
    def hold_of_sign_up(self, secret: str | None) -> SignUpHold | None:
        """The last hold under the secret of a sign-up, whatever became of it."""
        if not secret:
            return None
        try:
            return self.booking.get_hold_of_sign_up(hold=held_under(secret)).load()
        except NotFound:
            return None

    def held_half_hour(self, secret: str | None) -> HeldHalfHour | None:
        """The half hour held for a sign-up, which its mail names. None where booking is away."""
        try:
            with waiting_at_most(BOOKING_WITHIN_S):
                hold = self.hold_of_sign_up(secret)
        except (DomainError, RemoteError) as error:
            log.warning("held_half_hour_unknown", error=str(error))
            return None
        if hold is None or hold.status is not SignUpHoldStatus.HELD:
            return None
        return hold.alone()

    def confirm(self, verify: VerifyEmail) -> Confirmation:
        """Open a confirmation link. The account of a sign-up gets the half hour that is held for
        it, and can then book it like any other."""
        confirmed = self.profiles.verify_email(verify=verify)
        session: Wire[Session | None] = Wire(confirmed.value["session"], Session | None)
        sign_up = confirmed.load().sign_up
        if sign_up is None:
            return Confirmation(session)
        owner = Caller(sign_up.account_id, frozenset(sign_up.roles), verified=True)
        taken_over = self._taken_over(sign_up.hold, owner) if Role.CLIENT in owner.roles else None
        return Confirmation(session, owner, taken_over)

    def _taken_over(self, hold: SignUpHoldKey, owner: Caller) -> SignUpHold | None:
        try:
            with acting(owner), waiting_at_most(BOOKING_WITHIN_S):
                return self.booking.take_over_hold(hold=hold).load()
        except NotFound:
            return None
        except (DomainError, RemoteError) as error:
            log.warning("held_half_hour_not_taken_over", error=str(error))
            return None
