"""Second factors: authenticator codes and recovery codes."""

from __future__ import annotations

from http import HTTPStatus

from chassis.errors import EmailNotVerified
from chassis.rpc.client import Wire
from contracts.profiles.accounts import TooManyTries, WrongPassword
from contracts.profiles.second_factors import (
    BeginTotp,
    ConfirmTotp,
    NoTotp,
    RecoveryCodes,
    RemoveTotp,
    RenewRecoveryCodes,
    Totp,
    TotpConfirmed,
    WrongCode,
)
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint


class SecondFactorsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/me/totp",
        body=BeginTotp,
        returns=Totp,
        status=HTTPStatus.CREATED,
        allow=SIGNED_IN,
        errors=[WrongPassword, EmailNotVerified, TotpConfirmed, TooManyTries],
    )
    def begin_totp(self, body: BeginTotp) -> Wire[Totp]:
        """Get a secret for an authenticator; it takes effect when it is confirmed."""
        return self.profiles.begin_totp(begin=body)

    @endpoint(
        "PUT",
        "/api/v1/me/totp",
        body=ConfirmTotp,
        returns=RecoveryCodes,
        allow=SIGNED_IN,
        errors=[WrongCode, NoTotp, TotpConfirmed, TooManyTries],
    )
    def confirm_totp(self, body: ConfirmTotp) -> Wire[RecoveryCodes]:
        """Confirm the authenticator with a code: logging in needs one from now on.

        Your other sessions end. Refresh this one to get roles that need a second factor.
        """
        return self.profiles.confirm_totp(confirm=body)

    @endpoint(
        "POST",
        "/api/v1/me/totp/removal",
        body=RemoveTotp,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED, NoTotp],
    )
    def remove_totp(self, body: RemoveTotp) -> None:
        """Remove the authenticator. Your other sessions end; refresh this one to go on."""
        self.profiles.remove_totp(remove=body)

    @endpoint(
        "POST",
        "/api/v1/me/recovery-codes",
        body=RenewRecoveryCodes,
        returns=RecoveryCodes,
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED, NoTotp],
    )
    def renew_recovery_codes(self, body: RenewRecoveryCodes) -> Wire[RecoveryCodes]:
        """Get new recovery codes; the earlier ones become invalid."""
        return self.profiles.renew_recovery_codes(renew=body)
