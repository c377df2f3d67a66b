"""Featured specialists, their exposures, and the feed of changes."""

from __future__ import annotations

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.rpc.client import Wire
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
from gateway.cache import PRIVATE, Cached, Entry, not_kept
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
    def list_featured(self, query: FeaturedQuery) -> Entry:
        """Specialists with a free first consultation within 14 days, in a fair order."""
        page = self.featured.page(query)
        self.featured.shown(page)
        return page

    @endpoint(
        "GET",
        "/api/v1/specialists/me/featuring",
        returns=FeaturingReport,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
    )
    def get_featuring(self) -> Wire[FeaturingReport]:
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
    def list_featured_events(self, query: FeedQuery) -> Wire[Feed]:
        """The specialists featured now, then every change: to start or to catch up from."""
        return self.profiles.get_feed(query=query)
