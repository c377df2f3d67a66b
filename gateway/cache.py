"""What the gateway remembers of public reads, until it hears that they read differently.

A change is heard within milliseconds of its commit. While events do not come in, what is
remembered is believed for a second only; and since an event may be lost without anybody
noticing, nothing is believed for longer than ten.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from time import monotonic
from typing import Any

from nameko.extensions import SharedExtension

from chassis import json
from chassis.concurrency.futures import Future
from chassis.errors import Unavailable
from chassis.events import Event
from chassis.messaging.broadcast import Broadcast
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.specialists import SpecialistChanged

LIFETIME_S = 10.0
LIFETIME_CUT_OFF_S = 1.0
MOST_BYTES = 64 * 1024 * 1024
OVERHEAD = 500
"""Bytes that an entry takes beside its value, roughly."""

LISTED, FEATURED = "listed", "featured"
"""What lists of specialists depend on, beside the ids of those on them: tags of entries."""

Key = tuple[str, str]
"""A path and its query."""
Headers = list[tuple[str, str]]
Answer = tuple[HTTPStatus, Headers, bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer, as of the time at which it was asked for. Without ``etag``, no other request
    gets the same one: clients do not keep it."""

    value: Any
    size: int
    etag: str
    tags: Collection[str]
    asked_at: float
    about: Any = None
    """What whoever made it wants to know of it again."""


@dataclass(slots=True, eq=False)
class Filling:
    """An answer that is being asked for; others may wait for it."""

    tags: Collection[str]
    asked_at: float
    done: Future[Entry | None] = field(default_factory=Future)


PUBLIC = "public, no-cache"
"""Anybody may keep it, and asks each time whether it is still so: a change is seen at once."""
PRIVATE = "private, no-cache"
"""As above, for one visitor."""
NO_STORE = ("Cache-Control", "no-store")
Tags = Callable[[Mapping[str, Any]], Collection[str] | None]


@dataclass(frozen=True)
class Cached:
    """How an endpoint's answers may be kept: they are the same for everybody who asks.

    ``tags`` says, of the arguments, what an answer depends on; ``None``: the gateway keeps it
    not, or not as a whole. ``control`` is what others may do with it (RFC 9111).
    """

    tags: Tags
    control: str = PUBLIC


def of_specialist(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """One specialist's profile; who comes from the list of the featured is counted instead."""
    return None if arguments["query"].visit else (str(arguments["specialist_id"]),)


def first_page(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """Specialists on the first page of a list."""
    return (LISTED,) if arguments["query"].cursor is None else None


def not_kept(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """The gateway asks its service each time; clients keep the answer by its ETag."""
    return None


class Cache:
    """Entries by key, each under tags; the least used go first where there are too many.

    What was asked for before it was to be forgotten is not stored after it, and whoever asks
    then asks anew.
    """

    def __init__(self, hears: Callable[[], bool], now: Callable[[], float] = monotonic) -> None:
        self._hears = hears
        self._now = now
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._tagged: defaultdict[str, set[Key]] = defaultdict(set)
        self._filling: dict[Key, Filling] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        lifetime = LIFETIME_S if self._hears() else LIFETIME_CUT_OFF_S
        if self._now() - entry.asked_at > lifetime:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def answer(self, key: Key, tags: Collection[str], ask: Callable[[], bytes]) -> Entry:
        """The entry; asked for where it is not there, once however many want it now."""
        found = self.answers({key: tags}, lambda _: {key: ask()}).get(key)
        if found is None:  # whoever asked for several did not get this one
            found = _entry(ask(), tags, self._now())
        return found

    def answers(
        self,
        wanted: Mapping[Key, Collection[str]],
        ask: Callable[[list[Key]], Mapping[Key, Any]],
    ) -> dict[Key, Entry]:
        """Those of these entries that are there, or that ``ask`` gets."""
        found: dict[Key, Entry] = {}
        others, own = {}, {}
        for key, tags in wanted.items():
            entry = self.get(key)
            if entry is not None:
                found[key] = entry
            elif key in self._filling:
                others[key] = self._filling[key]
            else:
                own[key] = self._filling[key] = Filling(tags, self._now())
        if own:
            found |= self._fill(own, ask)
        for key, filling in others.items():
            entry = filling.done.result()
            if entry is not None:
                found[key] = entry
        return found

    def _fill(
        self, own: dict[Key, Filling], ask: Callable[[list[Key]], Mapping[Key, Any]]
    ) -> dict[Key, Entry]:
        got: Mapping[Key, Any] = {}
        error: Exception | None = Unavailable()  # where the request that asked gave up
        try:
            got, error = ask(list(own)), None
        except Exception as refusal:
            error = refusal
            raise
        finally:
            found = {
                key: _entry(got[key], filling.tags, filling.asked_at)
                for key, filling in own.items()
                if key in got
            }
            for key, filling in own.items():
                self._settle(key, filling, found.get(key), error)
        return found

    def _settle(
        self, key: Key, filling: Filling, entry: Entry | None, error: Exception | None
    ) -> None:
        if self._filling.get(key) is filling:
            del self._filling[key]
            if entry is not None:
                self.keep(key, entry)
        if error is None:
            filling.done.set_result(entry)
        else:
            filling.done.set_exception(error)

    def keep(self, key: Key, entry: Entry) -> None:
        """What was made of entries that are there, with their tags and the oldest one's age."""
        self._drop(key)
        self._entries[key] = entry
        self.bytes += entry.size
        for tag in entry.tags:
            self._tagged[tag].add(key)
        while self.bytes > MOST_BYTES:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= entry.size
        for tag in entry.tags:
            self._tagged[tag].discard(key)
            if not self._tagged[tag]:
                del self._tagged[tag]

    def forget(self, *tags: str) -> None:
        """Everything under any of these tags."""
        for tag in tags:
            for key in list(self._tagged.get(tag, ())):
                self._drop(key)
        stale = [key for key, each in self._filling.items() if not set(tags).isdisjoint(each.tags)]
        for key in stale:
            del self._filling[key]

    def clear(self) -> None:
        self._entries.clear()
        self._tagged.clear()
        self._filling.clear()
        self.bytes = 0


def etag_of(*parts: bytes) -> str:
    """A strong validator (RFC 9110, section 8.8.3)."""
    return f'"{blake2b(b"/".join(parts), digest_size=12).hexdigest()}"'


def entry_of(body: bytes) -> Entry:
    """An answer that is not kept."""
    return _entry(body, (), 0.0)


def answered(entry: Entry, control: str, if_none_match: str | None) -> Answer:
    """Status, headers and body; without the body where the client has it already."""
    if not entry.etag:
        return HTTPStatus.OK, [("Content-Type", json.JSON), NO_STORE], entry.value
    headers = [("ETag", entry.etag), ("Cache-Control", control)]
    if if_none_match is not None and _matches(entry.etag, if_none_match):
        return HTTPStatus.NOT_MODIFIED, headers, b""
    return HTTPStatus.OK, [("Content-Type", json.JSON), *headers], entry.value


def _matches(etag: str, if_none_match: str) -> bool:
    """Weak comparison, as RFC 9110, section 13.1.2, wants it."""
    if if_none_match.strip() == "*":
        return True
    return etag in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}


def _entry(value: Any, tags: Collection[str], asked_at: float) -> Entry:
    body = value if isinstance(value, bytes) else b""
    size = len(body) if body else len(value)
    return Entry(value, size + OVERHEAD, etag_of(body), tuple(tags), asked_at)


class PublicReads(SharedExtension):
    """The cache of this process, kept true by what profiles tells."""

    broadcast = Broadcast()

    def setup(self) -> None:
        self.cache = Cache(lambda: self.broadcast.connected)
        events: Iterable[type[Event]] = (
            SpecialistChanged,
            SpecialistFeatured,
            SpecialistUnfeatured,
        )
        self.broadcast.listen(events, self._heard, self.cache.clear)

    def _heard(self, event: Event) -> None:
        if isinstance(event, SpecialistChanged):
            self.cache.forget(event.subject(), LISTED)
        else:
            self.cache.forget(FEATURED)
