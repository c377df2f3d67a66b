"""Names of the people in booking's answers: asked of profiles, once per answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from nameko.exceptions import RemoteError

from chassis import context
from chassis.errors import DomainError
from contracts.profiles.names import NamesWanted
from gateway.api.base import Api

NAMES_WITHIN_S = 3.0
"""So long an answer waits for names. Without them it is still worth having."""
NOBODY: dict[str, Any] = {"clients": [], "specialists": []}

log = structlog.get_logger()


class Naming(Api):
    def named(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The same answer, with the names of whoever it is about."""
        self.name_all([answer])
        return answer

    def named_items(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The same list, with the names of whoever its items are about."""
        self.name_all(answer["items"])
        return answer

    def name_all(self, items: Sequence[dict[str, Any]]) -> None:
        """Add ``specialist``, and ``client`` where there is one, to what bears their ids.

        Booking has looked at whether the caller may see these ids; no others are asked about.
        """
        clients = {each["client_id"] for each in items if "client_id" in each}
        specialists = {each["specialist_id"] for each in items}
        names = self._names_of(clients, specialists) if specialists else NOBODY
        known_clients = {each["id"]: each for each in names["clients"]}
        known_specialists = {each["id"]: each for each in names["specialists"]}
        for each in items:
            id = each["specialist_id"]
            nobody: dict[str, Any] = {"id": id, "display_name": None, "photo": None}
            each["specialist"] = known_specialists.get(id, nobody)
            if "client_id" in each:
                id = each["client_id"]
                each["client"] = known_clients.get(id, {"id": id, "display_name": None})

    def _names_of(self, clients: set[str], specialists: set[str]) -> dict[str, Any]:
        """None where profiles does not answer: it must not cost a client the link to a meeting
        that is about to begin."""
        wanted = NamesWanted(
            clients=[UUID(id) for id in sorted(clients)],
            specialists=[UUID(id) for id in sorted(specialists)],
        )
        here = context.current()
        deadline = time.time() + min(here.remaining(), NAMES_WITHIN_S)
        try:
            with context.entered(replace(here, deadline=deadline)):
                names: dict[str, Any] = self.profiles.names_of(wanted=wanted)
        except (DomainError, RemoteError) as error:
            log.warning("names_unknown", error=str(error))
            return NOBODY
        return names
