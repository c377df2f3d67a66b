"""Adds people's names to booking's answers. Profiles is asked for those that the gateway's cache
lacks, in one call for each answer, or for several answers that are made at once.

Both stay JSON values: decoding 20 consultations and their names would add a fifth to the processor
time of listing them. The protocols name the fields that are read here, so that mypy finds a
contract that no longer has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import structlog
from nameko.exceptions import RemoteError
from nameko.extensions import DependencyProvider

from chassis import context
from chassis.concurrency.gathering import Gathering
from chassis.errors import DomainError
from chassis.pagination import LARGEST_LIMIT, Page
from chassis.rpc.client import Wire
from contracts.named_consultations import (
    NamedConsultation,
    NamedConsultationAtRisk,
    NamedWaitlist,
    NamedWaitlistEntry,
)
from contracts.profiles.names import ClientName, NamesWanted, SpecialistName
from gateway.api.base import Api, waiting_at_most
from gateway.cache import Key, the_cache

NAMES_WITHIN_S = 3.0
"""How long an answer waits for names. It is sent without them after that."""
NO_NAMES: dict[str, Any] = {"clients": [], "specialists": []}
KINDS = CLIENTS, SPECIALISTS = "clients", "specialists"
UNKNOWN: dict[str, Callable[[str], dict[str, Any]]] = {
    CLIENTS: lambda id: asdict(ClientName(id=UUID(id))),
    SPECIALISTS: lambda id: asdict(SpecialistName(id=UUID(id))),
}
"""An account without a name: it was erased."""

T_co = TypeVar("T_co", covariant=True)
log = structlog.get_logger()


class ListOf(Protocol[T_co]):
    @property
    def items(self) -> Sequence[T_co]: ...


class WithSpecialist(Protocol):
    @property
    def specialist_id(self) -> UUID: ...


class WithBoth(WithSpecialist, Protocol):
    @property
    def client_id(self) -> UUID: ...


class WithId(Protocol):
    @property
    def id(self) -> UUID: ...


class NamesOfBoth(Protocol):
    @property
    def clients(self) -> Sequence[WithId]: ...
    @property
    def specialists(self) -> Sequence[WithId]: ...


class _Provider(DependencyProvider):
    def setup(self) -> None:
        self._questions: Gathering[Key, Any] = Gathering(LARGEST_LIMIT)

    def get_dependency(self, worker_ctx: Any) -> Gathering[Key, Any]:
        return self._questions


def the_questions() -> Gathering[Key, Any]:
    """As an attribute of a part of the API: ``questions = the_questions()``."""
    return cast("Gathering[Key, Any]", _Provider())


class Naming(Api):
    """Base of the parts of the API that answer with names.

    Booking has checked that the caller may see the ids in its answer, and profiles is asked about
    no others. A name that is unknown is null: the account was erased, or profiles does not answer.
    """

    cache = the_cache()
    questions = the_questions()

    def named(self, consultation: Wire[WithBoth]) -> Wire[NamedConsultation]:
        self._add_names([consultation.value])
        return Wire(consultation.value, NamedConsultation)

    def named_page(self, page: Wire[ListOf[WithBoth]]) -> Wire[Page[NamedConsultation]]:
        self._add_names(page.value["items"])
        return Wire(page.value, Page[NamedConsultation])

    def named_at_risk(self, page: Wire[ListOf[WithBoth]]) -> Wire[Page[NamedConsultationAtRisk]]:
        self._add_names(page.value["items"])
        return Wire(page.value, Page[NamedConsultationAtRisk])

    def named_entry(self, entry: Wire[WithSpecialist]) -> Wire[NamedWaitlistEntry]:
        self._add_names([entry.value])
        return Wire(entry.value, NamedWaitlistEntry)

    def named_waitlist(self, waitlist: Wire[ListOf[WithSpecialist]]) -> Wire[NamedWaitlist]:
        self._add_names(waitlist.value["items"])
        return Wire(waitlist.value, NamedWaitlist)

    def _add_names(self, items: Sequence[dict[str, Any]]) -> None:
        """Add ``specialist`` to each item, and ``client`` where the item has a ``client_id``."""
        clients = {each["client_id"] for each in items if "client_id" in each}
        specialists = {each["specialist_id"] for each in items}
        names = self._names_of(clients, specialists).value if items else NO_NAMES
        known_clients = {each["id"]: each for each in names["clients"]}
        known_specialists = {each["id"]: each for each in names["specialists"]}
        for each in items:
            id = each["specialist_id"]
            each["specialist"] = known_specialists.get(id) or UNKNOWN[SPECIALISTS](id)
            if "client_id" in each:
                id = each["client_id"]
                each["client"] = known_clients.get(id) or UNKNOWN[CLIENTS](id)

    def _names_of(self, clients: set[str], specialists: set[str]) -> Wire[NamesOfBoth]:
        """The names of these accounts. Those of specialists and the caller's own are cached; the
        name of another client is asked for each time, so that it is gone once they are erased."""
        own = str(context.current().caller.account_id)
        kept = {(SPECIALISTS, id): (id,) for id in specialists}
        kept |= {(CLIENTS, id): (id,) for id in clients if id == own}
        others: list[Key] = [(CLIENTS, id) for id in clients if id != own]
        fresh: dict[Key, Any] = {}

        def ask(missing: list[Key]) -> dict[Key, Any]:
            fresh.update(self._ask([*missing, *others]))
            others.clear()
            return fresh

        found = {key: each.value for key, each in self.cache.answers(kept, ask).items()} | fresh
        if others:
            found |= self._ask(others)
        names: dict[str, list[Any]] = {CLIENTS: [], SPECIALISTS: []}
        for (kind, _), name in found.items():
            names[kind].append(name)
        return Wire(names, None)

    def _ask(self, keys: list[Key]) -> dict[Key, Any]:
        """No names where profiles does not answer: a client must get the link to a meeting that is
        about to begin all the same."""
        try:
            return self.questions.answer(keys, self._ask_profiles)
        except (DomainError, RemoteError) as error:
            log.warning("names_unknown", error=str(error))
            return {}

    def _ask_profiles(self, keys: list[Key]) -> dict[Key, Any]:
        """Profiles answers any caller alike, so one of them may ask for the others."""
        ids = {kind: sorted(UUID(id) for each, id in keys if each == kind) for kind in KINDS}
        wanted = NamesWanted(clients=ids[CLIENTS], specialists=ids[SPECIALISTS])
        with waiting_at_most(NAMES_WITHIN_S):
            names: dict[str, Any] = self.profiles.names_of(wanted=wanted).value
        known = {(kind, each["id"]): each for kind in KINDS for each in names[kind]}
        return {key: known.get(key) or UNKNOWN[key[0]](key[1]) for key in keys}
