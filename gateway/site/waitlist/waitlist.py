"""Pages of the waitlist: the visitor's waits and held times, and joining one."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from chassis.errors import EmailNotVerified, NotFound
from contracts.booking.availability import BadHours, UnknownTimeZone
from contracts.booking.consultations import (
    AlreadyBooked,
    NoFreeConsultations,
    NotListed,
    OwnProfile,
)
from contracts.booking.waitlist import SlotsFree, TooManyWaits, Wishes
from contracts.named_consultations import NamedWaitlistEntry
from contracts.profiles.accounts import Role
from contracts.profiles.specialists import Specialist
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.specialists.profile_texts import short_name
from gateway.site.waitlist.held_slots import HeldSlotsShown, HeldSlotViews
from gateway.specialist_ids import SpecialistId


@dataclass(frozen=True, kw_only=True)
class WaitlistShown:
    """``entries``: the specialists whom the visitor waits for."""

    entries: list[NamedWaitlistEntry]
    held: HeldSlotsShown


@dataclass(frozen=True, kw_only=True)
class JoiningShown:
    """``zone``: that wishes are in. ``entry``: the place on this list, where there is one."""

    specialist: Specialist
    called: str
    zone: str
    entry: NamedWaitlistEntry | None

    @property
    def profile_path(self) -> str:
        return f"/specialists/{self.specialist.slug}"


@dataclass(frozen=True, kw_only=True)
class JoinForm:
    """``wishes``: when the client could come; empty: any time."""

    wishes: Wishes = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class LeaveForm:
    specialist_id: UUID


class WaitlistPages(HeldSlotViews):
    @page("/waitlist", template="waitlist/list.html", allow=[Role.CLIENT])
    def waitlist_page(self, visitor: Visitor) -> WaitlistShown:
        return WaitlistShown(entries=self._waitlist_entries(), held=self.held_slots(visitor))

    def _waitlist_entries(self) -> list[NamedWaitlistEntry]:
        return self.named_waitlist(self.booking.list_waitlist()).load().items

    @form("/waitlist", body=LeaveForm, again="waitlist_page", allow=[Role.CLIENT])
    def leave_waitlist_of(self, body: LeaveForm, visitor: Visitor) -> SeeOther:
        """A time that is held is offered to the next client."""
        self.booking.leave_waitlist(specialist_id=body.specialist_id)
        return SeeOther(to="/waitlist", said="left_waitlist")

    @page(
        "/specialists/{specialist_id}/waitlist",
        template="waitlist/join.html",
        allow=[Role.CLIENT],
        errors=[NotFound],
    )
    def joining_page(self, specialist_id: SpecialistId, visitor: Visitor) -> JoiningShown:
        specialist = self.profiles.get_specialist(specialist_id=specialist_id).load()
        mine = [each for each in self._waitlist_entries() if each.specialist_id == specialist.id]
        return JoiningShown(
            specialist=specialist,
            called=short_name(specialist.display_name),
            zone=self.zone_for(specialist.id, visitor),
            entry=next(iter(mine), None),
        )

    @form(
        "/specialists/{specialist_id}/waitlist",
        body=JoinForm,
        again="joining_page",
        allow=[Role.CLIENT],
        errors=[
            EmailNotVerified,
            NotFound,
            NotListed,
            NoFreeConsultations,
            AlreadyBooked,
            OwnProfile,
            SlotsFree,
            TooManyWaits,
            UnknownTimeZone,
            BadHours,
        ],
    )
    def join_waitlist_of(
        self, specialist_id: SpecialistId, body: JoinForm, visitor: Visitor
    ) -> SeeOther:
        self.booking.join_waitlist(
            specialist_id=specialist_id,
            time_zone=self.zone_for(specialist_id, visitor),
            wishes=body.wishes,
        )
        return SeeOther(to="/waitlist", said="joined_waitlist")
