"""Numbers of consultations by what became of them."""

from __future__ import annotations

from chassis.rpc.client import Wire
from contracts.booking.figures import Figures, PublishedFigures
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.http.endpoint import endpoint


class FiguresApi(Api):
    @endpoint("GET", "/api/v1/specialists/me/figures", returns=Figures, allow=[Role.SPECIALIST])
    def get_my_figures(self) -> Wire[Figures]:
        """Your consultations by what became of them, month by month."""
        return self.booking.get_my_figures()

    @endpoint("GET", "/api/v1/figures", returns=PublishedFigures, allow=[Role.ADMIN])
    def get_figures(self) -> Wire[PublishedFigures]:
        """All consultations by what became of them, month by month; no number below five."""
        return self.booking.get_figures()
