"""Resources of the HTTP API that add names of people to what booking answers."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.booking.at_risk import ConsultationAtRisk
from contracts.booking.consultations import Consultation
from contracts.booking.waitlist import WaitlistEntry
from contracts.profiles.names import ClientName, SpecialistName


@dataclass(frozen=True, kw_only=True)
class NamedConsultation(Consultation):
    """A free initial consultation: 30 minutes between one client and one specialist."""

    specialist: SpecialistName
    client: ClientName


@dataclass(frozen=True, kw_only=True)
class NamedConsultationAtRisk(ConsultationAtRisk):
    """A booked consultation ahead whose specialist's licence has expired."""

    specialist: SpecialistName
    client: ClientName


@dataclass(frozen=True, kw_only=True)
class NamedWaitlistEntry(WaitlistEntry):
    """Your place on the waitlist of a specialist."""

    specialist: SpecialistName


@dataclass(frozen=True, kw_only=True)
class NamedWaitlist:
    """The specialists you wait for, the longest wait first; ten at most."""

    items: list[NamedWaitlistEntry]
