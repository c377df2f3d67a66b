"""RPC methods of profiles about specialists: profile, photo, licence, search, featuring."""

from __future__ import annotations

from uuid import UUID

from chassis.pagination import Page, PageQuery
from chassis.rpc.client import RpcClient, Wire
from contracts.files import File
from contracts.profiles.discovery import SearchSpecialists, SpecialistsFound
from contracts.profiles.featuring import Exposure, FeaturingReport, Feed, FeedQuery
from contracts.profiles.history import Change
from contracts.profiles.licences import (
    DecideLicence,
    Licence,
    LicenceForReview,
    LicenceQuery,
    SubmitLicence,
)
from contracts.profiles.specialists import ChangeProfile, Specialist, WriteProfile


class ProfilesSpecialists(RpcClient):
    # Profiles and photos

    def write_profile(self, *, profile: WriteProfile) -> Wire[Specialist]: ...

    def get_my_profile(self) -> Wire[Specialist]: ...

    def change_profile(self, *, change: ChangeProfile) -> Wire[Specialist]: ...

    def set_photo(self, *, photo: File) -> Wire[Specialist]: ...

    def remove_photo(self) -> Wire[Specialist]: ...

    def get_photo(self, *, name: str) -> Wire[File]: ...

    def get_specialist(self, *, specialist_id: UUID) -> Wire[Specialist]:
        """One listed specialist."""

    def get_specialist_id(self, *, slug: str) -> Wire[UUID]:
        """The id of the specialist, listed or not, who has this slug or had it before."""

    def get_history(self, *, specialist_id: UUID, page: PageQuery) -> Wire[Page[Change]]: ...

    def search_specialists(self, *, query: SearchSpecialists) -> Wire[SpecialistsFound]: ...

    # Licences

    def submit_licence(self, *, licence: SubmitLicence) -> Wire[Licence]: ...

    def attach_licence_document(self, *, document: File) -> Wire[Licence]: ...

    def get_my_licence(self) -> Wire[Licence]: ...

    def list_licences(self, *, query: LicenceQuery) -> Wire[Page[LicenceForReview]]: ...

    def get_licence(self, *, specialist_id: UUID) -> Wire[LicenceForReview]: ...

    def get_licence_document(self, *, specialist_id: UUID) -> Wire[File]: ...

    def decide_licence(
        self, *, specialist_id: UUID, decision: DecideLicence
    ) -> Wire[LicenceForReview]: ...

    # Featuring

    def list_featured(self) -> Wire[list[UUID]]:
        """The ids of all, in no order."""

    def get_featured(self, *, ids: list[UUID]) -> Wire[list[Specialist]]:
        """Of these ids, at most 100, the specialists who are featured now."""

    def get_feed(self, *, query: FeedQuery) -> Wire[Feed]: ...

    def get_featuring(self) -> Wire[FeaturingReport]:
        """The caller's own."""

    def record_exposures(self, *, counts: list[Exposure]) -> None:
        """Add these counts, at most 10,000."""
