"""One consultation as its page shows it to one of its two sides. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.booking.consultations import ConsultationStatus
from contracts.booking.outcomes import OUTCOME_OPEN_FOR, Wish
from contracts.named_consultations import NamedConsultation
from gateway.pages.times import local, place_of
from gateway.pages.visitor import Visitor
from gateway.site.specialists.profile_texts import short_name

LINK_SHOWN_BEFORE = timedelta(minutes=10)


class Phase(StrEnum):
    """Where a consultation stands. ``over``: its time has passed, and no side has said yet whether
    it took place."""

    AHEAD = "ahead"
    NOW = "now"
    OVER = "over"
    COMPLETED = "completed"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class ConsultationShown:
    """``other``: what the page calls the other side; ``other_name``: the whole name, empty where it
    is unknown. ``zone``: that all times are shown in. ``their_zone``: the specialist's, where a
    client's clock shows another time; ``their_place``: what it is named for. ``outcome``: what the
    reader said before."""

    consultation: NamedConsultation
    phase: Phase
    is_client: bool
    other: str
    other_name: str
    your_name: str
    zone: str
    their_zone: str | None
    their_place: str
    changeable_until: datetime
    may_change: bool
    may_say_attendance: bool
    may_say_outcome: bool
    outcome: Wish | None = None
    both_wish_to_continue: bool = False

    @property
    def path(self) -> str:
        return f"/consultations/{self.consultation.id}"

    @property
    def is_online(self) -> bool:
        return self.consultation.meeting_address is None

    @property
    def link_from(self) -> datetime:
        """When the page begins to show the link to the meeting, also to a room of the platform."""
        return self.consultation.starts_at - LINK_SHOWN_BEFORE


def phase_of(consultation: NamedConsultation, now: datetime) -> Phase:
    if consultation.status is not ConsultationStatus.BOOKED:
        return Phase(consultation.status.value)
    if now < consultation.starts_at:
        return Phase.AHEAD
    return Phase.NOW if now < consultation.ends_at else Phase.OVER


def shown(consultation: NamedConsultation, visitor: Visitor) -> ConsultationShown:
    """The consultation as this visitor, one of its sides, sees it."""
    is_client = visitor.caller.account_id == consultation.client_id
    phase, now = phase_of(consultation, visitor.now), visitor.now
    zone = visitor.zone(consultation.time_zone)
    until = _changeable_until(consultation, is_client)
    took_place = phase in (Phase.OVER, Phase.COMPLETED)
    return ConsultationShown(
        consultation=consultation,
        phase=phase,
        is_client=is_client,
        other=_called(consultation, is_client, visitor),
        other_name=_name_of_other(consultation, is_client) or "",
        your_name=visitor.me.name or consultation.client.display_name or "",
        zone=zone,
        their_zone=_their_zone(consultation, zone) if is_client else None,
        their_place=place_of(consultation.time_zone, visitor.locale),
        changeable_until=until,
        may_change=phase is Phase.AHEAD and now <= until,
        may_say_attendance=_may_say_attendance(phase, consultation, now),
        may_say_outcome=took_place and now < consultation.ends_at + OUTCOME_OPEN_FOR,
    )


def _changeable_until(consultation: NamedConsultation, is_client: bool) -> datetime:
    """A specialist needs no notice."""
    notice = consultation.cancellation_notice_hours if is_client else 0
    return consultation.starts_at - timedelta(hours=notice)


def _may_say_attendance(phase: Phase, consultation: NamedConsultation, now: datetime) -> bool:
    """Whether it may still be said for the first time, or corrected."""
    until = consultation.attendance_until
    return phase not in (Phase.AHEAD, Phase.NOW) and until is not None and now < until


def _their_zone(consultation: NamedConsultation, zone: str) -> str | None:
    at, theirs = consultation.starts_at, consultation.time_zone
    return theirs if local(at, zone).utcoffset() != local(at, theirs).utcoffset() else None


def _name_of_other(consultation: NamedConsultation, is_client: bool) -> str | None:
    other = consultation.specialist if is_client else consultation.client
    return other.display_name


def _called(consultation: NamedConsultation, is_client: bool, visitor: Visitor) -> str:
    name = _name_of_other(consultation, is_client)
    if name:
        return short_name(name)
    if is_client:
        return visitor.gettext("your specialist")
    return visitor.gettext("the person who booked")
