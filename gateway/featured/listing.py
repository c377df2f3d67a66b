"""The featured list as each visitor sees it: cards from the cache, in a fair order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from nameko.extensions import DependencyProvider, SharedExtension
from orjson import Fragment

from chassis import json
from chassis.pagination import DEFAULT_LIMIT
from chassis.rpc.requester import Requester
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.profiles.featuring import FeaturedPage, FeaturedQuery
from contracts.profiles.specialists import Specialist
from contracts.rpc.profiles import Profiles
from gateway.cache import FEATURED, Entry, Key, PublicReads, entry_of
from gateway.featured.exposures import Exposures
from gateway.featured.rotation import Place, Ring, Rotation, Visit

PATH = "/api/v1/featured"
SPECIALIST = "/api/v1/specialists/{}"
RING: Key = (PATH, "ring")
CARDS = "cards"
"""The tag of what is read of featured specialists."""
DECODED = 500
"""Specialists that are kept decoded: to decode one takes longer than all else about a page."""


class Featured(SharedExtension):
    """The featured list, shared by the endpoints that show it or open a profile from it."""

    reads = PublicReads()
    exposures = Exposures()
    requester = Requester()

    def setup(self) -> None:
        self._rotation = Rotation.from_anywhere()
        self._rings: tuple[Any, dict[int, Ring]] = (None, {})

    def page(self, query: FeaturedQuery) -> Entry:
        """A page, as JSON, which the caller counts as shown. Raises ``BadVisit``, ``BadCursor``."""
        cards, cursor, visit = self._read(query)
        entry = _page(cards, cursor, visit)
        is_repeatable = query.cursor is not None or query.visit == visit.to_token()
        return entry if is_repeatable else replace(entry, etag="")

    def view(self, query: FeaturedQuery) -> FeaturedPage:
        """The same page, decoded."""
        cards, cursor, visit = self._read(query)
        items = [_specialist_of(card.value) for card in cards.values()]
        return FeaturedPage(items=items, next=cursor, visit=visit.to_token())

    def _read(self, query: FeaturedQuery) -> tuple[dict[UUID, Entry], str | None, Visit]:
        """The cards of a page, the cursor of the next one, and the visit."""
        today = utc_now().date()
        ids = self._ids()
        last = None
        if query.cursor is not None:
            visit, last = Place.from_cursor(query.cursor, today)
        else:
            visit = self._visit(query, ids)
        ring = self._ring(ids, visit.day)
        places, more = ring.page(visit.start, last, query.limit)
        cards = self._cards(ring.ids[each] for each in places)
        cursor = Place(visit, ring.points[places[-1]]).to_cursor() if more else None
        return cards, cursor, visit

    def first_page(self) -> Entry | None:
        """A new visitor's first page, if all of it is cached. In the course of a day many visits
        begin at the same place, so these pages are cached whole."""
        ids = self.reads.cache.get(RING)
        if ids is None:
            return None
        ring = self._ring(ids, utc_now().date().toordinal())
        visit = Visit(ring.day, ring.first_at(self._rotation.next))
        key = (PATH, visit.to_token())
        entry = self.reads.cache.get(key) or self._cached_page(key, ids, ring, visit)
        if entry is not None:
            self._rotation.end_at(entry.about.ends_at)
            self.shown(entry)
        return entry

    def sight(self, limit: int) -> Sight | None:
        """What a new visitor sees first, if the list is cached. The caller counts it as shown."""
        ids = self.reads.cache.stored(RING)  # a page that is made anew asks for it
        if ids is None:
            return None
        ring = self._ring(ids, utc_now().date().toordinal())
        visit = self._rotation.begin(ring, limit)
        places, _ = ring.page(visit.start, None, limit)
        return Sight(visit.to_token(), tuple(ring.ids[each] for each in places))

    def _cached_page(self, key: Key, ids: Entry, ring: Ring, visit: Visit) -> Entry | None:
        places, more = ring.page(visit.start, None, DEFAULT_LIMIT)
        cards = {}
        for each in (ring.ids[place] for place in places):
            card = self.reads.cache.get(key_of(each))
            if card is None:
                return None
            cards[each] = card
        cursor = Place(visit, ring.points[places[-1]]).to_cursor() if more else None
        ends_at = ring.points[places[-1 if more else 0]] if places else visit.start
        entry = _page(cards, cursor, visit, ends_at)
        tags = (FEATURED, *map(str, cards))
        asked_at = min(each.asked_at for each in (ids, *cards.values()))
        entry = replace(entry, tags=tags, asked_at=asked_at, etag="")
        self.reads.cache.keep(key, entry)
        return entry

    def shown(self, page: Entry) -> None:
        """A visitor saw this page."""
        self.exposures.shown(page.about.ids)

    def opened(self, specialist_id: UUID, token: str) -> None:
        """A visitor opened a profile from the featured list. Raises ``BadVisit``."""
        today = utc_now().date()
        visit = Visit.from_token(token, today)
        ids = self._ids()
        if not visit.is_over(today) and specialist_id in ids.value:
            self.exposures.opened(specialist_id)

    def specialist(self, specialist_id: UUID) -> Entry:
        """A listed specialist's profile, as JSON. Raises ``NotFound``."""

        def ask() -> bytes:
            return json.dumps(self._profiles().get_specialist(specialist_id=specialist_id).result)

        return self.reads.cache.answer(key_of(specialist_id), (str(specialist_id),), ask)

    def _visit(self, query: FeaturedQuery, ids: Entry) -> Visit:
        today = utc_now().date()
        if query.visit is not None:
            visit = Visit.from_token(query.visit, today)
            if not visit.is_over(today):
                return visit
        return self._rotation.begin(self._ring(ids, today.toordinal()), query.limit)

    def _ids(self) -> Entry:
        def ask(_: list[Key]) -> dict[Key, Any]:
            return {RING: frozenset(self._profiles().list_featured().load())}

        return self.reads.cache.answers({RING: (FEATURED,)}, ask)[RING]

    def _ring(self, ids: Entry, day: int) -> Ring:
        if self._rings[0] is not ids.value:
            self._rings = (ids.value, {})
        rings = self._rings[1]
        if day not in rings:
            rings[day] = Ring(ids.value, day)
        return rings[day]

    def _cards(self, ids: Iterable[UUID]) -> dict[UUID, Entry]:
        """Cards of the specialists that are still featured, in this order."""
        wanted = {key_of(each): each for each in ids}

        def ask(keys: list[Key]) -> dict[Key, Any]:
            missing = [_id_of(each) for each in keys]
            cards = self._profiles().get_featured(ids=missing).value  # to decode one takes 0.14 ms
            return {key_of(UUID(card["id"])): json.dumps(card) for card in cards}

        tags = {key: (CARDS, str(each)) for key, each in wanted.items()}
        found = self.reads.cache.answers(tags, ask, together=CARDS)
        return {each: found[key] for key, each in wanted.items() if key in found}

    def _profiles(self) -> Profiles:
        return Profiles(self.requester)


@dataclass(frozen=True, slots=True)
class Sight:
    """The first specialists of a visit, whose name is ``token``."""

    token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The specialists on a page, and the point where the next visitor's first page begins."""

    ids: tuple[UUID, ...]
    ends_at: int


def _page(cards: Mapping[UUID, Entry], cursor: str | None, visit: Visit, ends_at: int = 0) -> Entry:
    items = [Fragment(card.value) for card in cards.values()]
    body = json.dumps({"items": items, "next": cursor, "visit": visit.to_token()})
    return replace(entry_of(body), about=Page(tuple(cards), ends_at))


def key_of(specialist_id: UUID) -> Key:
    """The cache key of a specialist."""
    return SPECIALIST.format(specialist_id), ""


def _id_of(key: Key) -> UUID:
    return UUID(key[0].rpartition("/")[2])


@lru_cache(DECODED)
def _specialist_of(card: bytes) -> Specialist:
    return load(Specialist, json.loads(card), Reading.WIRE)


class _Provider(DependencyProvider):
    featured = Featured()

    def get_dependency(self, worker_ctx: Any) -> Featured:
        return self.featured


def the_featured() -> Featured:
    """As an attribute of a part of the API: ``featured = the_featured()``."""
    return cast(Featured, _Provider())
