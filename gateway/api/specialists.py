"""Specialists."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import EmailNotVerified, NotFound
from chassis.pagination import PageQuery, page_of
from contracts.inputs.words import BadWords
from contracts.profiles.accounts import Role
from contracts.profiles.discovery import SearchSpecialists, SpecialistsFound
from contracts.profiles.featuring import BadVisit, SpecialistQuery
from contracts.profiles.history import Change
from contracts.profiles.specialists import (
    ChangeProfile,
    NoSuchCode,
    ProfileExists,
    ProfileIncomplete,
    Specialist,
    WriteProfile,
)
from gateway.api.base import Api
from gateway.cache import Cached, first_page, of_specialist
from gateway.featured.listing import the_featured
from gateway.http.endpoint import endpoint
from gateway.specialist_ids import SpecialistId


class SpecialistsApi(Api):
    featured = the_featured()

    @endpoint(
        "POST",
        "/api/v1/specialists",
        body=WriteProfile,
        returns=Specialist,
        status=HTTPStatus.CREATED,
        allow=[Role.SPECIALIST],
        errors=[ProfileExists, NoSuchCode],
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
        versioned=True,
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
        errors=[NotFound, EmailNotVerified, ProfileIncomplete, NoSuchCode],
        versioned=True,
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
        cached=Cached(first_page),
    )
    def search_specialists(self, query: SearchSpecialists) -> Any:
        """Find specialists by words and filters, with the next free slot of each."""
        return self.profiles.search_specialists(query=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/history",
        query=PageQuery,
        returns=page_of(Change),
        allow=[Role.ADMIN],
        errors=[BadCursor],
    )
    def get_specialist_history(self, specialist_id: UUID, query: PageQuery) -> Any:
        """Who changed what of a profile, its photo and its licence, the newest first."""
        return self.profiles.get_history(specialist_id=specialist_id, page=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}",
        query=SpecialistQuery,
        returns=Specialist,
        errors=[NotFound, BadVisit],
        cached=Cached(of_specialist),
    )
    def get_specialist(self, specialist_id: SpecialistId, query: SpecialistQuery) -> Any:
        """One listed specialist."""
        if query.visit is not None:
            self.featured.opened(specialist_id, query.visit)
            return self.featured.specialist(specialist_id)
        return self.profiles.get_specialist(specialist_id=specialist_id)
