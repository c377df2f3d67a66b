"""Personal data: its export, and the erasure of an account."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from chassis import context
from chassis.errors import NotFound
from chassis.file_storage import StorageAway
from chassis.rpc.client import Wire
from chassis.times import utc_now
from contracts.export import Export
from contracts.profiles.accounts import WrongPassword
from contracts.profiles.privacy import EraseAccount, Erasure
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint

EXPORT_NAME = "firststep-export.json"
TAKEN_ALONG = {
    "Content-Disposition": f'attachment; filename="{EXPORT_NAME}"',
    "Cache-Control": "no-store",
}


class PrivacyApi(Api):
    @endpoint(
        "GET",
        "/api/v1/me/export",
        returns=Export,
        allow=SIGNED_IN,
        headers=TAKEN_ALONG,
        errors=[StorageAway],
    )
    def export_account(self) -> Export:
        """All data that the platform has about you, in one file; an error if a part is missing."""
        return export_of(self)

    @endpoint(
        "POST",
        "/api/v1/me/erasure",
        body=EraseAccount,
        returns=Erasure,
        status=HTTPStatus.ACCEPTED,
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED],
    )
    def erase_account(self, body: EraseAccount) -> Wire[Erasure]:
        """Erase your account and all data about you, for good; the answer is a receipt.

        Your future consultations are cancelled, and the other side is notified."""
        return self.profiles.erase_account(erasure=body)

    @endpoint("GET", "/api/v1/erasures/{erasure_id}", returns=Erasure, errors=[NotFound])
    def get_erasure(self, erasure_id: UUID) -> Wire[Erasure]:
        """The receipt for an erasure: complete when every service has erased its data."""
        return self.profiles.get_erasure(erasure_id=erasure_id)


def export_of(api: Api) -> Export:
    """All data about the caller, from every service."""
    return Export(
        account_id=context.current().caller.known(),
        exported_at=utc_now(),
        profiles=api.profiles.export_personal_data().load(),
        booking=api.booking.export_personal_data().load(),
        notifications=api.notifications.export_personal_data().load(),
        content=api.content.export_personal_data().load(),
    )
