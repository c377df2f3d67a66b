"""Pages of admins: the overview, consultations at risk, and figures of the whole platform."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from chassis.cursors import BadCursor
from chassis.errors import Forbidden, Unavailable
from chassis.pagination import PageQuery
from contracts.booking.figures import PublishedMonth
from contracts.named_consultations import NamedConsultationAtRisk
from contracts.profiles.accounts import Role
from contracts.profiles.licences import LicenceForReview, LicenceQuery
from gateway.api.names import Naming
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import Shown
from gateway.pages.page import page
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor

ADMIN = "/admin"
LICENCES, AT_RISK, FIGURES = f"{ADMIN}/licences", f"{ADMIN}/at-risk", f"{ADMIN}/figures"
ADMINS = [Role.ADMIN]
FIRST_FEW, ON_A_PAGE = 5, 20


@dataclass(frozen=True)
class AdminPage:
    """A page of admins in its list."""

    path: str
    name: str


ADMIN_PAGES = (
    AdminPage(ADMIN, N_("Overview")),
    AdminPage(LICENCES, N_("Licences")),
    AdminPage(AT_RISK, N_("Half hours at risk")),
    AdminPage(FIGURES, N_("Figures")),
)


def admin_pages() -> tuple[AdminPage, ...]:
    return ADMIN_PAGES


@dataclass(frozen=True)
class Dormant:
    """Why an admin's role does not take effect. ``has_factor``: a second factor is set up, and this
    session began without it."""

    has_factor: bool


@dataclass(frozen=True, kw_only=True)
class AdminShown:
    """The first few of each list. ``at_risk``: ``None`` where booking does not answer."""

    waiting: list[LicenceForReview]
    at_risk: list[NamedConsultationAtRisk] | None
    zone: str


@dataclass(frozen=True)
class AtRiskShown:
    """``next``: the cursor of the next page. ``zone``: of times."""

    items: list[NamedConsultationAtRisk]
    next: str | None
    zone: str


@dataclass(frozen=True)
class PlatformFiguresShown:
    """``months``: the present one last. ``zone``: in which they begin."""

    months: list[PublishedMonth]
    zone: str


class AdminPages(Naming):
    @page(ADMIN, template="admin/index.html", allow=SIGNED_IN, errors=[Forbidden])
    def admin_page(self, visitor: Visitor) -> AdminShown | Shown:
        """The overview; for admins whose role is dormant, what they can do."""
        if not visitor.has_role(Role.ADMIN):
            return self._dormant()
        query = LicenceQuery(limit=FIRST_FEW)
        return AdminShown(
            waiting=self.profiles.list_licences(query=query).load().items,
            at_risk=self._first_at_risk(),
            zone=visitor.zone("UTC"),
        )

    def _dormant(self) -> Shown:
        """Raises ``Forbidden`` for an account that is no admin's."""
        account = self.profiles.get_me().load()
        if Role.ADMIN not in account.roles:
            raise Forbidden(f"You need the role {Role.ADMIN} to do this.")
        view = Dormant(account.second_factor)
        return Shown(view=view, template="admin/dormant.html", status=HTTPStatus.FORBIDDEN)

    def _first_at_risk(self) -> list[NamedConsultationAtRisk] | None:
        page = PageQuery(limit=FIRST_FEW)
        try:
            found = self.booking.list_consultations_at_risk(page=page)
            return self.named_at_risk(found).load().items
        except Unavailable:
            return None

    @page(AT_RISK, query=PageQuery, template="admin/at_risk.html", allow=ADMINS, errors=[BadCursor])
    def at_risk_page(self, query: PageQuery, visitor: Visitor) -> AtRiskShown:
        asked = PageQuery(cursor=query.cursor, limit=ON_A_PAGE)
        found = self.named_at_risk(self.booking.list_consultations_at_risk(page=asked)).load()
        return AtRiskShown(found.items, found.next, visitor.zone("UTC"))

    @page(FIGURES, template="admin/figures.html", allow=ADMINS)
    def platform_figures_page(self, visitor: Visitor) -> PlatformFiguresShown:
        figures = self.booking.get_figures().load()
        return PlatformFiguresShown(figures.months, figures.time_zone)
