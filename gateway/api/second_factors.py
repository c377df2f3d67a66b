"""Second factors: an authenticator's codes, and recovery codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from contracts.profiles.accounts import TooManyTries, WrongPassword
from contracts.profiles.second_factors import (
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
from gateway.declaration import SIGNED_IN
from gateway.endpoint import endpoint


class SecondFactorsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/me/totp",
        returns=Totp,
        status=HTTPStatus.CREATED,
        allow=SIGNED_IN,
        errors=[TotpConfirmed],
    )
    def begin_totp(self) -> Any:
        """Get a secret for an authenticator; it takes effect once it is confirmed."""
        return self.profiles.begin_totp()

    @endpoint(
        "PUT",
        "/api/v1/me/totp",
        body=ConfirmTotp,
        returns=RecoveryCodes,
        allow=SIGNED_IN,
        errors=[WrongCode, NoTotp, TotpConfirmed, TooManyTries],
    )
    def confirm_totp(self, body: ConfirmTotp) -> Any:
        """Confirm the authenticator with a code: logging in takes one from now on."""
        return self.profiles.confirm_totp(confirm=body)

    @endpoint(
        "POST",
        "/api/v1/me/totp/removal",
        body=RemoveTotp,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[WrongPassword, WrongCode, NoTotp, TooManyTries],
    )
    def remove_totp(self, body: RemoveTotp) -> None:
        """Do without the authenticator."""
        self.profiles.remove_totp(remove=body)

    @endpoint(
        "POST",
        "/api/v1/me/recovery-codes",
        body=RenewRecoveryCodes,
        returns=RecoveryCodes,
        allow=SIGNED_IN,
        errors=[WrongPassword, NoTotp, TooManyTries],
    )
    def renew_recovery_codes(self, body: RenewRecoveryCodes) -> Any:
        """Get other recovery codes; those before are void."""
        return self.profiles.renew_recovery_codes(renew=body)
