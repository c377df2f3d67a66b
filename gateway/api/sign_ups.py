"""Slots held for sign-ups that are not confirmed yet."""

from __future__ import annotations

from http import HTTPStatus

from chassis.errors import EmailNotVerified, NotFound
from chassis.rpc.client import Wire
from contracts.booking.sign_up_holds import (
    HeldForSignUp,
    HoldForSignUp,
    HoldsTaken,
    SignUpHold,
    TakeOverHold,
    TooManyHolds,
)
from contracts.half_hours import held_under
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.api.consultations import STANDS_AGAINST_A_HOLD
from gateway.http.endpoint import endpoint


class SignUpsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/sign-ups/held-slot",
        body=HoldForSignUp,
        returns=HeldForSignUp,
        status=HTTPStatus.CREATED,
        errors=[NotFound, *STANDS_AGAINST_A_HOLD, HoldsTaken, TooManyHolds],
    )
    def hold_for_sign_up(self, body: HoldForSignUp) -> Wire[HeldForSignUp]:
        """Keep a slot for 20 minutes while you sign up: one at a time, three a day.

        The answer is the same whether or not the address has an account. Give its `sign_up` to
        `POST /accounts`; the slot is then yours once you open the link in the mail.
        """
        return self.booking.hold_for_sign_up(wanted=body)

    @endpoint(
        "POST",
        "/api/v1/held-slots",
        body=TakeOverHold,
        returns=SignUpHold,
        allow=[Role.CLIENT],
        errors=[EmailNotVerified, NotFound],
        repeatable=True,
    )
    def take_over_hold(self, body: TakeOverHold) -> Wire[SignUpHold]:
        """Take over the slot that is held for a sign-up of yours, if you had an account already.

        While the status is `held`, only you can book it. Its note goes with the booking.
        """
        return self.booking.take_over_hold(hold=held_under(body.sign_up))
