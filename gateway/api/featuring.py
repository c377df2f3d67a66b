"""Who is featured, what came of it, and the feed for those who follow it."""

from __future__ import annotations

from typing import Any

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import (
    BadVisit,
    FeaturedPage,
    FeaturedQuery,
    FeaturingReport,
    Feed,
    FeedQuery,
)
from gateway.api.base import Api
from gateway.cache import PRIVATE, Cached, not_kept
from gateway.featured.exposures import ExposureReports
from gateway.featured.listing import PATH, the_featured
from gateway.http.endpoint import endpoint


class FeaturingApi(Api):
    featured = the_featured()
    exposures = ExposureReports()

    @endpoint(
        "GET",
        PATH,
        query=FeaturedQuery,
        returns=FeaturedPage,
        errors=[BadCursor, BadVisit],
        cached=Cached(not_kept, control=PRIVATE),
    )
    def list_featured(self, query: FeaturedQuery) -> Any:
        """Who can be booked for a free first consultation within 14 days, in a fair order."""
        return self.featured.page(query)

    @endpoint(
        "GET",
        "/api/v1/specialists/me/featuring",
        returns=FeaturingReport,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
    )
    def get_featuring(self) -> Any:
        """Whether you are featured, why not, and how often you were shown and opened."""
        return self.profiles.get_featuring()

    @endpoint(
        "GET",
        "/api/v1/events/featured",
        query=FeedQuery,
        returns=Feed,
        errors=[BadCursor],
        cached=Cached(not_kept),
    )
    def list_featured_events(self, query: FeedQuery) -> Any:
        """Who is featured now, then every change: for listeners that come late or were away."""
        return self.profiles.get_feed(query=query)
