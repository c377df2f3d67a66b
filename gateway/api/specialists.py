"""Specialists, and who is featured."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.pages import BadCursor, PageQuery, page_of
from contracts.profiles.accounts import Role
from contracts.profiles.discovery import BadWords, SearchSpecialists, SpecialistsFound
from contracts.profiles.specialists import (
    ChangeProfile,
    ProfileExists,
    ProfileIncomplete,
    Specialist,
    WriteProfile,
)
from gateway.api.base import Api
from gateway.endpoint import endpoint


class SpecialistsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/specialists",
        body=WriteProfile,
        returns=Specialist,
        status=HTTPStatus.CREATED,
        allow=[Role.SPECIALIST],
        errors=[ProfileExists],
    )
    def write_profile(self, body: WriteProfile) -> Any:
        """Write your profile; it is a draft at first."""
        return self.profiles.write_profile(profile=body)

    @endpoint(
        "GET",
        "/api/v1/specialists/me",
        returns=Specialist,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
    )
    def get_my_profile(self) -> Any:
        """Your own profile, listed or not."""
        return self.profiles.get_my_profile()

    @endpoint(
        "PATCH",
        "/api/v1/specialists/me",
        body=ChangeProfile,
        returns=Specialist,
        allow=[Role.SPECIALIST],
        errors=[NotFound, ProfileIncomplete],
    )
    def change_profile(self, body: ChangeProfile) -> Any:
        """Change your profile; list or unlist it."""
        return self.profiles.change_profile(change=body)

    @endpoint(
        "GET",
        "/api/v1/specialists",
        query=SearchSpecialists,
        returns=SpecialistsFound,
        errors=[BadCursor, BadWords],
    )
    def search_specialists(self, query: SearchSpecialists) -> Any:
        """Find specialists by words and filters, with the next free slot of each."""
        return self.profiles.search_specialists(query=query)

    @endpoint("GET", "/api/v1/specialists/{specialist_id}", returns=Specialist, errors=[NotFound])
    def get_specialist(self, specialist_id: UUID) -> Any:
        """One listed specialist."""
        return self.profiles.get_specialist(specialist_id=specialist_id)

    @endpoint(
        "GET", "/api/v1/featured", query=PageQuery, returns=page_of(Specialist), errors=[BadCursor]
    )
    def list_featured(self, query: PageQuery) -> Any:
        """Who can be booked for a free first consultation within 14 days."""
        return self.profiles.list_featured(page=query)
