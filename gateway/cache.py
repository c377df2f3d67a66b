"""The gateway's cache of public reads and of names, invalidated by events.

An event invalidates an entry within milliseconds of the change's commit. While events are cut off,
entries live for one second; and since an event may be lost unnoticed, no entry lives for longer
than ten. Single flight: of several requests for a missing entry, one asks and the others wait.

Refresh ahead: after half of an entry's lifetime, or somewhat later, the next request is answered
with it, and starts its refresh in the background, so that no request waits. Entries that one
question can ask for are refreshed together.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from time import monotonic
from typing import Any, cast

import structlog
from nameko.extensions import DependencyProvider, SharedExtension

from chassis import json
from chassis.concurrency.futures import Future
from chassis.error_text import error_text
from chassis.errors import Unavailable
from chassis.events import Event
from chassis.messaging.broadcast import Broadcast
from contracts.content import ArticleChanged, ArticlePublished, ArticleWithdrawn
from contracts.profiles.accounts import DisplayNameChanged
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.specialists import SpecialistChanged
from gateway.http.encoding import Encodings

LIFETIME_S = 10.0
LIFETIME_CUT_OFF_S = 1.0
MOST_BYTES = 64 * 1024 * 1024
REFRESHED_FROM, REFRESHED_BY = 0.5, 0.8
"""Shares of a lifetime between which an entry becomes due for a refresh: each at a time of its own,
since hundreds are made together."""
MOST_TOGETHER = 20
"""Entries that one question refreshes: more of them would keep requests waiting."""
OVERHEAD = 500
"""Bytes that an entry takes beside its value, roughly."""
MOST_REFRESHED = 2
"""Refreshes at once: requests go first."""
RENDERED_FOR_S = 30.0
"""A page says how far its times are from now, so one that stays the same is rendered again."""

LISTED, FEATURED, ARTICLES = "listed", "featured", "articles"
"""Tags of lists of specialists, beside the ids of the specialists on them, and of articles."""

Key = tuple[str, str]
"""A path and its query."""
Headers = list[tuple[str, str]]
Answer = tuple[HTTPStatus, Headers, bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer, as of the time of its request (``asked_at``, monotonic seconds). Without ``etag``
    it is for one request alone, and clients do not store it."""

    value: Any
    size: int
    etag: str
    tags: Collection[str]
    asked_at: float
    encodings: Encodings
    """What is sent of it; empty where it is only read."""
    about: Any = None
    """For the code that made the entry."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page. ``view``: what it was rendered from; ``rendered_at``: monotonic seconds."""

    view: Any
    language: str
    body: bytes
    rendered_at: float = field(default_factory=monotonic, compare=False)

    def __len__(self) -> int:
        return len(self.body)

    def still_shows(self, view: Any) -> bool:
        """Whether to render this view would give the same page."""
        return bool(self.view == view) and monotonic() - self.rendered_at < RENDERED_FOR_S


@dataclass(slots=True, eq=False)
class Fill:
    """An entry that is being asked for; other requests may wait for it."""

    tags: Collection[str]
    asked_at: float
    done: Future[Entry | None] = field(default_factory=Future)


PUBLIC = "public, no-cache"
"""Any cache may store it, and revalidates it each time: a change is visible at once."""
PRIVATE = "private, no-cache"
"""As above, for one visitor."""
HTML = "text/html; charset=utf-8"
PAGES_VARY = ("Vary", "Accept-Encoding, Cookie")
VARY = ("Vary", "Accept-Encoding")
NO_STORE = ("Cache-Control", "no-store")
Tags = Callable[[Mapping[str, Any]], Collection[str] | None]

log = structlog.get_logger()


@dataclass(frozen=True)
class Cached:
    """How an endpoint's answers may be cached: they are the same for every caller.

    ``tags`` derives from the arguments what an answer depends on; ``None``: the gateway does not
    store it, or not as a whole. ``control`` is the Cache-Control for other caches (RFC 9111).
    """

    tags: Tags
    control: str = PUBLIC


def of_specialist(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """One specialist's profile; not stored for a visit from the featured list, which is counted."""
    return None if arguments["query"].visit else (str(arguments["specialist_id"]),)


def first_page(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """Specialists on the first page of a list."""
    return (LISTED,) if arguments["query"].cursor is None else None


def of_article(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """One article."""
    return (article_tag(arguments["slug"]),)


def article_tag(slug: str) -> str:
    return f"article:{slug}"


def first_page_of_articles(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """Articles on the first page of a list."""
    return (ARTICLES,) if arguments["query"].cursor is None else None


def not_kept(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """The gateway asks its service each time; clients keep the answer by its ETag."""
    return None


class Cache:
    """Entries by key, each under tags; the least recently used are evicted first.

    Invalidation also cancels fills in flight: their result is returned but not stored.
    """

    def __init__(
        self,
        hears: Callable[[], bool],
        spawn: Callable[[Callable[[], None]], Any],
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._hears = hears
        self._spawn = spawn
        self._now = now
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._tagged: defaultdict[str, set[Key]] = defaultdict(set)
        self._fills: dict[Key, Fill] = {}
        self._refreshes = 0
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Entry | None:
        """The entry, unless this request is to start its refresh."""
        entry = self.stored(key)
        return None if entry is not None and self._is_due(key, entry) else entry

    def stored(self, key: Key) -> Entry | None:
        """The entry, also where it is due for a refresh."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._now() - entry.asked_at > self._lifetime():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _lifetime(self) -> float:
        return LIFETIME_S if self._hears() else LIFETIME_CUT_OFF_S

    def _is_due(self, key: Key, entry: Entry) -> bool:
        """Whether the entry is due for a refresh that has not begun. While ``MOST_REFRESHED`` run,
        others wait for their turn."""
        if self._refreshes >= MOST_REFRESHED or key in self._fills:
            return False
        chance = hash(key) % 1000 / 1000
        return self._is_older(entry, REFRESHED_FROM + chance * (REFRESHED_BY - REFRESHED_FROM))

    def _is_older(self, entry: Entry, share: float) -> bool:
        return self._now() - entry.asked_at > self._lifetime() * share

    def answer(self, key: Key, tags: Collection[str], ask: Callable[[], Any]) -> Entry:
        """The entry; a missing one is asked for once, however many requests wait for it."""
        found = self.answers({key: tags}, lambda _: {key: ask()}).get(key)
        if found is None:  # the request that asked for several keys did not get this one
            found = _entry(ask(), tags, self._now())
        return found

    def answers(
        self,
        wanted: Mapping[Key, Collection[str]],
        ask: Callable[[list[Key]], Mapping[Key, Any]],
        together: str = "",
    ) -> dict[Key, Entry]:
        """The wanted entries that are stored, or that ``ask`` gets. It is also called in the
        background, to refresh entries, with others under the tag ``together`` that are old."""
        found: dict[Key, Entry] = {}
        others, own, old = {}, {}, {}
        for key, tags in wanted.items():
            entry = self.stored(key)
            if entry is not None:
                found[key] = entry
                if self._is_due(key, entry):
                    old[key] = self._fills[key] = Fill(tags, self._now())
            elif key in self._fills:
                others[key] = self._fills[key]
            else:
                own[key] = self._fills[key] = Fill(tags, self._now())
        if old:
            old |= self._old_under(together, MOST_TOGETHER - len(old))
            self._refreshes += 1
            self._spawn(partial(copy_context().run, self._refresh, old, ask))
        if own:
            found |= self._fill(own, ask)
        for key, fill in others.items():
            entry = fill.done.result()
            if entry is not None:
                found[key] = entry
        return found

    def _old_under(self, tag: str, most: int) -> dict[Key, Fill]:
        """Entries under a tag that are due for a refresh, or will be soon."""
        found: dict[Key, Fill] = {}
        for key in self._tagged.get(tag, ()):
            if len(found) >= most:
                break
            entry = self._entries[key]
            if key not in self._fills and self._is_older(entry, REFRESHED_FROM):
                found[key] = self._fills[key] = Fill(entry.tags, self._now())
        return found

    def _refresh(self, old: dict[Key, Fill], ask: Callable[[list[Key]], Mapping[Key, Any]]) -> None:
        try:
            self._fill(old, ask)
        except Exception as error:
            log.info("not_refreshed", keys=len(old), error=error_text(error))
        finally:
            self._refreshes -= 1

    def _fill(
        self, own: dict[Key, Fill], ask: Callable[[list[Key]], Mapping[Key, Any]]
    ) -> dict[Key, Entry]:
        got: Mapping[Key, Any] = {}
        error: Exception | None = Unavailable()  # if the asking request is killed
        try:
            got, error = ask(list(own)), None
        except Exception as refusal:
            error = refusal
            raise
        finally:
            found = {
                key: _entry(got[key], fill.tags, fill.asked_at)
                for key, fill in own.items()
                if key in got
            }
            for key, fill in own.items():
                self._settle(key, fill, found.get(key), error)
        return found

    def _settle(self, key: Key, fill: Fill, entry: Entry | None, error: Exception | None) -> None:
        if self._fills.get(key) is fill:
            del self._fills[key]
            self._store(key, entry, is_away=isinstance(error, Unavailable))
        if error is None:
            fill.done.set_result(entry)
        else:
            fill.done.set_exception(error)

    def _store(self, key: Key, entry: Entry | None, *, is_away: bool) -> None:
        """Store what was got. Nothing: the old entry goes, unless the service is away."""
        before = self._entries.get(key)
        if entry is None:
            if not is_away:
                self._drop(key)
        elif before is not None and before.value == entry.value:
            self.keep(key, replace(entry, value=before.value, encodings=before.encodings))
        else:
            self.keep(key, entry)

    def put(self, key: Key, value: Any) -> Entry:
        """Store what was made just now, under no tags."""
        entry = _entry(value, (), self._now())
        self._store(key, entry, is_away=False)
        return self._entries.get(key, entry)

    def keep(self, key: Key, entry: Entry) -> None:
        """Store an entry; one made of others has their tags and the oldest one's age."""
        self._drop(key)
        self._entries[key] = entry
        self.bytes += _weight(key, entry)
        for tag in entry.tags:
            self._tagged[tag].add(key)
        while self.bytes > MOST_BYTES:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= _weight(key, entry)
        for tag in entry.tags:
            self._tagged[tag].discard(key)
            if not self._tagged[tag]:
                del self._tagged[tag]

    def forget(self, *tags: str) -> None:
        """Invalidate every entry under any of these tags."""
        for tag in tags:
            for key in list(self._tagged.get(tag, ())):
                self._drop(key)
        stale = [key for key, each in self._fills.items() if not set(tags).isdisjoint(each.tags)]
        for key in stale:
            del self._fills[key]

    def clear(self) -> None:
        self._entries.clear()
        self._tagged.clear()
        self._fills.clear()
        self.bytes = 0


def etag_of(*parts: bytes) -> str:
    """A strong validator (RFC 9110, section 8.8.3)."""
    return f'"{blake2b(b"/".join(parts), digest_size=12).hexdigest()}"'


def entry_of(body: bytes) -> Entry:
    """An answer that is not stored."""
    return _entry(body, (), 0.0)


def answered(entry: Entry, control: str, environ: Mapping[str, Any]) -> Answer:
    """Status, headers and body for a request (WSGI), in a coding that the client accepts; 304
    without a body where the client's copy is current."""
    page = entry.value if isinstance(entry.value, Page) else None
    headers = [VARY if page is None else PAGES_VARY]
    if entry.etag:
        headers += [("ETag", f"W/{entry.etag}"), ("Cache-Control", control)]
        if_none_match = environ.get("HTTP_IF_NONE_MATCH")
        if if_none_match is not None and _matches(entry.etag, if_none_match):
            return HTTPStatus.NOT_MODIFIED, headers, b""
    else:
        headers.append(NO_STORE)
    if page is None:
        headers.append(("Content-Type", json.JSON))
    else:
        headers += [("Content-Type", HTML), ("Content-Language", page.language)]
    coding, body = entry.encodings.preferred(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if coding is not None:
        headers.append(("Content-Encoding", coding))
    return HTTPStatus.OK, headers, body


def page_key(path: str, query: str, zone: str, visit: str) -> Key:
    """The cache key of a page, which is the same for all anonymous visitors in this zone; of a
    page with featured specialists, for those whose visit begins at the same place."""
    return path, f"{query}#{zone}#{visit}"


def _matches(etag: str, if_none_match: str) -> bool:
    """Weak comparison, as RFC 9110, section 13.1.2, wants it."""
    if if_none_match.strip() == "*":
        return True
    return etag in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}


def _weight(key: Key, entry: Entry) -> int:
    """The bytes of an entry with its key: a query may be longer than what it is answered."""
    return entry.size + sum(map(len, key))


def _entry(value: Any, tags: Collection[str], asked_at: float) -> Entry:
    """Both compressed forms of a body together are smaller than it."""
    body = value.body if isinstance(value, Page) else value if isinstance(value, bytes) else b""
    size = len(value) + len(body) + OVERHEAD
    return Entry(value, size, etag_of(body), tuple(tags), asked_at, Encodings(body))


class PublicReads(SharedExtension):
    """The cache of this process, invalidated by events of profiles and content."""

    broadcast = Broadcast()

    def setup(self) -> None:
        self.cache = Cache(lambda: self.broadcast.connected, self.container.spawn_managed_thread)
        events: Iterable[type[Event]] = (
            SpecialistChanged,
            SpecialistFeatured,
            SpecialistUnfeatured,
            ArticlePublished,
            ArticleChanged,
            ArticleWithdrawn,
            DisplayNameChanged,
        )
        self.broadcast.listen(events, self._heard, self.cache.clear)

    def _heard(self, event: Event) -> None:
        if isinstance(event, SpecialistChanged):
            self.cache.forget(event.subject(), LISTED)
        elif isinstance(event, DisplayNameChanged):
            self.cache.forget(event.subject())
        elif isinstance(event, ArticlePublished | ArticleChanged | ArticleWithdrawn):
            self.cache.forget(ARTICLES, *map(article_tag, (event.slug, *event.former_slugs)))
        else:
            self.cache.forget(FEATURED)


class _Provider(DependencyProvider):
    reads = PublicReads()

    def get_dependency(self, worker_ctx: Any) -> Cache:
        return self.reads.cache


def the_cache() -> Cache:
    """As an attribute of a part of the API: ``cache = the_cache()``."""
    return cast(Cache, _Provider())
