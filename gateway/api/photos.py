"""Specialists' photos."""

from __future__ import annotations

from chassis.errors import EmailNotVerified, NotFound
from chassis.file_storage import StorageAway
from chassis.rpc.client import Wire
from contracts.files import BadFile, File
from contracts.profiles.accounts import Role, TooManyTries
from contracts.profiles.specialists import Specialist
from gateway.api.base import Api
from gateway.http.declaration import Raw
from gateway.http.endpoint import endpoint

AN_HOUR_S = 3600
"""How long caches may keep a photo, which may have been removed since."""
PICTURES = Raw(("image/jpeg", "image/png", "image/webp"))


class PhotosApi(Api):
    @endpoint(
        "PUT",
        "/api/v1/specialists/me/photo",
        body=PICTURES,
        returns=Specialist,
        allow=[Role.SPECIALIST],
        errors=[EmailNotVerified, NotFound, TooManyTries, BadFile, StorageAway],
    )
    def set_photo(self, body: bytes) -> Wire[Specialist]:
        """Set your photo: its middle is shown, as a square, without its metadata."""
        return self.profiles.set_photo(photo=File.of(body))

    @endpoint(
        "DELETE",
        "/api/v1/specialists/me/photo",
        returns=Specialist,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
    )
    def remove_photo(self) -> Wire[Specialist]:
        """Remove your photo."""
        return self.profiles.remove_photo()

    @endpoint(
        "GET",
        "/api/v1/photos/{name}",
        returns=Raw(("image/webp",)),
        errors=[NotFound, StorageAway],
        kept_s=AN_HOUR_S,
    )
    def get_photo(self, name: str) -> Wire[File]:
        """A photo in one of its sizes. The photo at an address never changes, but it is removed
        when another one is set, and with the account."""
        return self.profiles.get_photo(name=name)
