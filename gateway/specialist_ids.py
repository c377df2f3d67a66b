"""Specialists in paths: by their id, their slug, or a former slug.

An endpoint takes all three where its parameter is a ``SpecialistId``; it gets the id.
"""

from __future__ import annotations

import re
from typing import Any, NewType, cast
from uuid import UUID

from nameko.extensions import DependencyProvider, SharedExtension

from chassis import json
from chassis.errors import NotFound
from chassis.rpc.requester import Requester
from contracts.field_patterns import KEBAB_CASE
from contracts.rpc.profiles import Profiles
from gateway.cache import LISTED, PublicReads

SpecialistId = NewType("SpecialistId", UUID)
LONGEST_SLUG = 80
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SLUG = re.compile(KEBAB_CASE)


class SpecialistIds(SharedExtension):
    """Finds the specialist of a slug. The slug of an erased specialist may go to another one, so
    any change of a listed specialist invalidates the cached slugs."""

    reads = PublicReads()
    requester = Requester()

    def find(self, asked: str) -> SpecialistId:
        """Raises ``NotFound`` for an unknown slug. An id is not checked."""
        if ID.fullmatch(asked):
            return SpecialistId(UUID(asked))
        if len(asked) > LONGEST_SLUG or not SLUG.fullmatch(asked):
            raise NotFound("There is no specialist at this address.")

        def ask() -> bytes:
            return json.dumps(Profiles(self.requester).get_specialist_id(slug=asked).load())

        entry = self.reads.cache.answer(("slug", asked), (LISTED,), ask)
        return SpecialistId(UUID(json.loads(entry.value)))


class _Provider(DependencyProvider):
    ids = SpecialistIds()

    def get_dependency(self, worker_ctx: Any) -> SpecialistIds:
        return self.ids


def specialist_ids() -> SpecialistIds:
    """As an attribute of a part of the gateway: ``ids = specialist_ids()``."""
    return cast(SpecialistIds, _Provider())
