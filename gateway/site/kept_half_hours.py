"""The half hour that is kept for a sign-up that was begun in this browser."""

from __future__ import annotations

from chassis.errors import NotFound
from contracts.booking.sign_up_holds import SignUpHold
from contracts.half_hours import held_under
from gateway.api.base import Api
from gateway.pages.visitor import Visitor


class KeptHalfHours(Api):
    def kept_half_hour(self, visitor: Visitor) -> SignUpHold | None:
        """The last one of this browser's sign-up, whatever became of it."""
        if not visitor.sign_up:
            return None
        try:
            return self.booking.get_hold_of_sign_up(hold=held_under(visitor.sign_up)).load()
        except NotFound:
            return None

    def take_over_kept(self, visitor: Visitor) -> None:
        """Give it to the account that has signed in since, so that the account can book it."""
        if not visitor.sign_up:
            return
        try:
            self.booking.take_over_hold(hold=held_under(visitor.sign_up))
        except NotFound:
            return
