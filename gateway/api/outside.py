"""What a specialist has in a calendar elsewhere."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chassis.addresses import AddressRefused
from chassis.errors import EmailNotVerified, NotFound
from contracts.booking.outside import OutsideCalendar, PointAtCalendar
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.endpoint import endpoint


class OutsideCalendarsApi(Api):
    @endpoint(
        "GET",
        "/api/v1/specialists/me/outside-calendar",
        returns=OutsideCalendar,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
    )
    def get_outside_calendar(self) -> Any:
        """Your calendar elsewhere: whether it can be read, and when it last was."""
        return self.booking.get_outside_calendar()

    @endpoint(
        "PUT",
        "/api/v1/specialists/me/outside-calendar",
        body=PointAtCalendar,
        returns=OutsideCalendar,
        allow=[Role.SPECIALIST],
        errors=[EmailNotVerified, AddressRefused],
    )
    def set_outside_calendar(self, body: PointAtCalendar) -> Any:
        """Let your calendar elsewhere block slots; it is read soon, while you can be booked."""
        return self.booking.set_outside_calendar(wanted=body)

    @endpoint(
        "DELETE",
        "/api/v1/specialists/me/outside-calendar",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=[Role.SPECIALIST],
    )
    def remove_outside_calendar(self) -> Any:
        """Let it block slots no more, and forget its address."""
        self.booking.remove_outside_calendar()
