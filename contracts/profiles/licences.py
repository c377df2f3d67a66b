"""Licences: what makes a specialist verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Event, Version
from contracts.profiles import PRODUCER

# Events


@dataclass(frozen=True, kw_only=True)
class SpecialistVerified(Event, producer=PRODUCER):
    """An admin verified a specialist's licence."""

    specialist_id: UUID
    version: Version


@dataclass(frozen=True, kw_only=True)
class LicenceDeclined(Event, producer=PRODUCER):
    """An admin did not accept a specialist's licence."""

    specialist_id: UUID
    version: Version
    reason: Annotated[str, Doc("What the specialist is told.")]


@dataclass(frozen=True, kw_only=True)
class LicenceExpiring(Event, producer=PRODUCER):
    """A specialist's licence will expire soon."""

    specialist_id: UUID
    version: Version
    expires_on: date
    days_left: int


@dataclass(frozen=True, kw_only=True)
class LicenceExpired(Event, producer=PRODUCER):
    """A specialist's licence is no longer valid."""

    specialist_id: UUID
    version: Version
    expires_on: date
