"""The desk of a specialist: what is missing to be listed and featured, figures, and featuring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TypeVar

from chassis.errors import EmailNotVerified, NotFound
from contracts.booking.availability import Availability
from contracts.booking.figures import MonthOfFigures
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import ExposureOfDay, FeaturingReport
from contracts.profiles.licences import WARNED_BEFORE, Licence, LicenceStatus
from contracts.profiles.specialists import (
    ChangeProfile,
    Listing,
    ProfileIncomplete,
    Specialist,
    SpecialistStatus,
    missing_to_list,
)
from gateway.api.base import Api
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor

DESK = "/desk"
PROFILE, LICENCE, HOURS = f"{DESK}/profile", f"{DESK}/licence", f"{DESK}/hours"
CALENDARS, FEATURING, FIGURES = f"{DESK}/calendars", f"{DESK}/featuring", f"{DESK}/figures"
SPECIALISTS = [Role.SPECIALIST]

T = TypeVar("T")


@dataclass(frozen=True)
class DeskPage:
    """A page of the desk in its list."""

    path: str
    name: str


DESK_PAGES = (
    DeskPage(DESK, N_("Overview")),
    DeskPage(PROFILE, N_("Profile")),
    DeskPage(LICENCE, N_("Licence")),
    DeskPage(HOURS, N_("Hours")),
    DeskPage(CALENDARS, N_("Other calendars")),
    DeskPage(FEATURING, N_("Featuring")),
    DeskPage(FIGURES, N_("Figures")),
)


def desk_pages() -> tuple[DeskPage, ...]:
    return DESK_PAGES


def or_none(ask: Callable[[], T]) -> T | None:
    """The result; ``None`` where there is none yet."""
    try:
        return ask()
    except NotFound:
        return None


@dataclass(frozen=True, kw_only=True)
class DeskShown:
    """``profile``, ``licence``, ``availability``, ``report``: ``None`` until they are written.
    ``reads_notes``: whether the session may read what clients write before they come."""

    profile: Specialist | None
    licence: Licence | None
    availability: Availability | None
    report: FeaturingReport | None
    reads_notes: bool
    zone: str
    today: date

    @property
    def missing(self) -> list[str]:
        """The parts of the profile that it needs to be listed."""
        return [] if self.profile is None else missing_to_list(self.profile)

    @property
    def has_profile(self) -> bool:
        return self.profile is not None and not self.missing

    @property
    def is_verified(self) -> bool:
        return self.profile is not None and self.profile.verified

    @property
    def is_listed(self) -> bool:
        return self.profile is not None and self.profile.status is SpecialistStatus.LISTED

    @property
    def can_list(self) -> bool:
        return self.has_profile and self.is_verified and not self.is_listed

    @property
    def licence_state(self) -> str:
        return state_of(self.licence, self.today)

    @property
    def offers(self) -> bool:
        """Whether free half hours are offered at any time of a week or day."""
        hours = self.availability
        return (
            hours is not None
            and hours.offers_free_consultations
            and (bool(hours.hours) or any(each.hours for each in hours.overrides))
        )


@dataclass(frozen=True)
class ChangeListing:
    """The wish to be listed, or not to be."""

    status: Listing


@dataclass(frozen=True, kw_only=True)
class FiguresShown:
    """``months``: the present one last."""

    months: list[MonthOfFigures]
    zone: str

    @property
    def months_with_any(self) -> list[MonthOfFigures]:
        """The present month, and those for which half hours were booked."""
        return [each for each in self.months if each.booked or each is self.months[-1]]


@dataclass(frozen=True, kw_only=True)
class FeaturingShown:
    """``report``: ``None`` where there is no profile yet."""

    report: FeaturingReport | None
    zone: str

    @property
    def shown(self) -> int:
        return sum(each.shown or 0 for each in self._days)

    @property
    def opened(self) -> int:
        return sum(each.opened or 0 for each in self._days)

    @property
    def counted_days(self) -> list[ExposureOfDay]:
        """The days with a count that is shown."""
        return [each for each in self._days if each.shown is not None]

    @property
    def _days(self) -> list[ExposureOfDay]:
        return [] if self.report is None else self.report.days


class DeskPages(Api):
    @page(DESK, template="desk/index.html", allow=SIGNED_IN)
    def desk_page(self, visitor: Visitor) -> DeskShown | Shown:
        """The overview; for other accounts, what the desk is for."""
        if not visitor.has_role(Role.SPECIALIST):
            template = "desk/not_for_you.html"
            return Shown(view=None, template=template, status=HTTPStatus.FORBIDDEN)
        availability = or_none(lambda: self.booking.get_availability().load())
        return DeskShown(
            profile=or_none(lambda: self.profiles.get_my_profile().load()),
            licence=or_none(lambda: self.profiles.get_my_licence().load()),
            availability=availability,
            report=or_none(lambda: self.profiles.get_featuring().load()),
            reads_notes=visitor.caller.second_factor,
            zone=visitor.zone(availability.time_zone if availability else "UTC"),
            today=visitor.now.date(),
        )

    @form(
        f"{DESK}/listing",
        body=ChangeListing,
        again="desk_page",
        allow=SPECIALISTS,
        errors=[NotFound, EmailNotVerified, ProfileIncomplete],
    )
    def change_listing(self, body: ChangeListing, visitor: Visitor) -> SeeOther:
        self.profiles.change_profile(change=ChangeProfile(status=body.status))
        return SeeOther(to=DESK, said=str(body.status))

    @page(FIGURES, template="desk/figures.html", allow=SPECIALISTS)
    def my_figures_page(self, visitor: Visitor) -> FiguresShown:
        own = self.booking.get_my_figures().load()
        return FiguresShown(months=own.months, zone=own.time_zone)

    @page(FEATURING, template="desk/featuring.html", allow=SPECIALISTS)
    def my_featuring_page(self, visitor: Visitor) -> FeaturingShown:
        report = or_none(lambda: self.profiles.get_featuring().load())
        known = or_none(lambda: self.booking.get_availability().load())
        return FeaturingShown(report=report, zone=visitor.zone(known.time_zone if known else "UTC"))


def state_of(licence: Licence | None, today: date) -> str:
    """The licence's status, or ``none``, or ``expiring`` from the first warning on."""
    if licence is None:
        return "none"
    if licence.status is LicenceStatus.VERIFIED and licence.expires_on - today <= WARNED_BEFORE[-1]:
        return "expiring"
    return str(licence.status)
