"""What booking answers, with the names of the people in it: resources of the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.booking.consultations import Consultation
from contracts.booking.waitlist import WaitlistEntry
from contracts.profiles.names import ClientName, SpecialistName


@dataclass(frozen=True, kw_only=True)
class NamedConsultation(Consultation):
    """A free initial consultation: 30 minutes between one client and one specialist."""

    specialist: SpecialistName
    client: ClientName


@dataclass(frozen=True, kw_only=True)
class NamedWaitlistEntry(WaitlistEntry):
    """You wait for a time with a specialist."""

    specialist: SpecialistName


@dataclass(frozen=True, kw_only=True)
class NamedWaitlist:
    """Whom you wait for, the longest first; ten at most."""

    items: list[NamedWaitlistEntry]
