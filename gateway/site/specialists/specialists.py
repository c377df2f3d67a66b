"""Pages of specialists: the profile, with the picker of times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from marshmallow.validate import Length

from chassis.errors import NotFound, Unavailable
from chassis.rpc.client import Wire
from chassis.schemas import Named
from contracts.booking.slots import Period, Slots, SlotsQuery
from contracts.inputs.words import BadWords
from contracts.profiles.discovery import SearchSpecialists
from contracts.profiles.featuring import BadVisit, SpecialistQuery
from contracts.profiles.specialists import Specialist
from gateway.api.base import waiting_at_most
from gateway.featured.listing import the_featured
from gateway.pages.answers import Moved, Shown
from gateway.pages.page import page
from gateway.pages.reads import page_reads
from gateway.pages.visitor import Visitor
from gateway.site.specialists.profile_texts import booking_path
from gateway.site.specialists.search_links import path_of_search
from gateway.site.times.free_times import PERIOD, FreeTimes, free_times, start_within_reach
from gateway.site.times.picker import (
    Picker,
    ZoneChoice,
    page_before,
    picker_of,
    zone_options,
)
from gateway.site.times.zones import Zones
from gateway.specialist_ids import ID, specialist_ids

BOOKING_WITHIN_S = 3.0
"""How long a page waits for free times. It is shown without them after that."""
LONGEST_SEARCH = 1000
MOST_ALIKE = 6
SHORTEST_NAME, MOST_NAMES = 3, 3
WORDS = re.compile(r"[^\W\d_]+")
NO_TIMES = FreeTimes(starts=(), zone="UTC", own_zone="UTC", in_person=False, notice_hours=12)
"""Of a specialist whom booking does not know yet."""


@dataclass(frozen=True, kw_only=True)
class ProfileQuery(SpecialistQuery):
    """``from``: the day that the picker begins on. ``search``: the query of the search that led
    here."""

    first_day: Annotated[date | None, Named("from")] = None
    search: Annotated[str, Length(max=LONGEST_SEARCH)] = ""


@dataclass(frozen=True, kw_only=True)
class SpecialistShown:
    """``picker``: ``None`` where booking does not answer. ``back``: the path of the search."""

    specialist: Specialist
    back: str
    picker: Picker | None = None
    choice: ZoneChoice | None = None
    in_person: bool = False
    notice_hours: int = 0


@dataclass(frozen=True)
class NoSpecialistShown:
    """``words``: those of the asked address. ``alike``: specialists who are found by them."""

    words: str
    alike: list[Specialist]
    zones: Mapping[UUID, str]


class SpecialistPages(Zones):
    featured = the_featured()
    reads = page_reads()
    specialist_ids = specialist_ids()

    @page(
        "/specialists/{asked}",
        query=ProfileQuery,
        template="specialists/one.html",
        errors=[NotFound],
        rendered_once=True,
        indexed=True,
    )
    def specialist_page(
        self, asked: str, query: ProfileQuery, visitor: Visitor
    ) -> SpecialistShown | Moved | Shown:
        """One specialist by the slug. Ids and former slugs redirect to the present slug."""
        try:
            specialist = self._listed_specialist(self.specialist_ids.find(asked))
        except NotFound:
            view = self._specialists_alike(asked, visitor)
            template = "specialists/none.html"
            return Shown(view=view, template=template, status=HTTPStatus.NOT_FOUND)
        if specialist.slug != asked:
            given = f"?{visitor.query}" if visitor.query else ""
            return Moved(to=f"/specialists/{specialist.slug}{given}")
        self._count_visit(specialist.id, query.visit)
        shown = SpecialistShown(specialist=specialist, back=path_of_search(query.search))
        return self._with_times(shown, query, visitor)

    def _listed_specialist(self, specialist_id: UUID) -> Specialist:
        """A listed specialist. Raises ``NotFound``."""

        def ask() -> Specialist:
            return self.profiles.get_specialist(specialist_id=specialist_id).load()

        return self.reads.once("specialist", str(specialist_id), [str(specialist_id)], ask)

    def _count_visit(self, specialist_id: UUID, visit: str | None) -> None:
        """Count a visit from the featured list. The profile is shown for an old one, too."""
        if visit is None:
            return
        try:
            self.featured.opened(specialist_id, visit)
        except BadVisit:
            return

    # Times

    def _with_times(
        self, shown: SpecialistShown, query: ProfileQuery, visitor: Visitor
    ) -> SpecialistShown:
        slug, id = shown.specialist.slug, shown.specialist.id
        try:
            with waiting_at_most(BOOKING_WITHIN_S):
                times = self._free_times_of(id, query.first_day, visitor)
                earlier = self._page_before(id, query.first_day, times.zone, visitor.now)
        except Unavailable:
            return shown
        picker = picker_of(
            times.starts,
            times.zone,
            visitor.now,
            lambda starts_at: booking_path(slug, starts_at, visitor),
            from_day=lambda day: _picker_path(slug, day, query, visitor),
            earlier=_picker_path(slug, earlier[0], query, visitor) if earlier else "",
        )
        return replace(
            shown,
            picker=picker,
            choice=_choice(times, query, visitor),
            in_person=times.in_person,
            notice_hours=times.notice_hours,
        )

    def _free_times_of(
        self, specialist_id: UUID, first_day: date | None, visitor: Visitor
    ) -> FreeTimes:
        zone, first, now = visitor.chosen_zone, visitor.now, visitor.now
        if first_day is not None:
            own = NO_TIMES.own_zone
            zone = zone or self.own_zones([specialist_id]).get(specialist_id, own)
            first = start_within_reach(first_day, zone, now)

        def ask(query: SlotsQuery) -> Wire[Slots]:
            return self.booking.list_slots(specialist_id=specialist_id, query=query)

        try:
            return free_times(ask, first, now, zone)
        except NotFound:
            return NO_TIMES

    def _page_before(
        self, specialist_id: UUID, first_day: date | None, zone: str, now: datetime
    ) -> list[date | None]:
        """The first day of the page before; ``None`` for the first page, empty where this is it.
        Days that are earlier by more than a period are found from the first page on."""
        if first_day is None:
            return []
        until = start_within_reach(first_day, zone, now)
        since = max(now, until - PERIOD)
        if since >= until:
            return []
        period = Period(starting_from=since, until=until, time_zone=zone)
        try:
            days = self.booking.list_days(specialist_id=specialist_id, period=period).load().items
        except NotFound:
            return []
        return [page_before([each.day for each in days])] if days or since > now else []

    # No such specialist

    def _specialists_alike(self, asked: str, visitor: Visitor) -> NoSpecialistShown:
        words = "" if ID.fullmatch(asked) else " ".join(WORDS.findall(asked))
        alike = self._found_by_name(words)
        return NoSpecialistShown(words, alike, self.zones_of(alike, visitor))

    def _found_by_name(self, words: str) -> list[Specialist]:
        """Specialists with all of these words, or else with the first that finds any."""
        apart = [each for each in words.split() if len(each) >= SHORTEST_NAME]
        for each in [words, *apart[:MOST_NAMES]]:
            query = SearchSpecialists(words=each, limit=MOST_ALIKE)
            try:
                found = self.profiles.search_specialists(query=query).load().items if each else []
            except BadWords:
                continue
            if found:
                return found
        return []


def _picker_path(slug: str, day: date | None, query: ProfileQuery, visitor: Visitor) -> str:
    """The path of the picker that begins on this day."""
    given = {"from": day, "search": query.search, "tz": visitor.asked_zone}
    known = urlencode({name: value for name, value in given.items() if value})
    return f"/specialists/{slug}{'?' if known else ''}{known}#times"


def _choice(times: FreeTimes, query: ProfileQuery, visitor: Visitor) -> ZoneChoice:
    kept = (("search", query.search),) if query.search else ()
    options = zone_options(times.zone, times.own_zone, visitor.now, visitor.locale)
    return ZoneChoice(zone=times.zone, options=options, wanted=visitor.unknown_zone, kept=kept)
