"""Slots: half hours that can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Invalid
from chassis.schemas import Named, Normalised
from contracts.inputs import zones

# Requests and resources


@dataclass(frozen=True, kw_only=True)
class SlotsQuery:
    """Which slots: at most 62 days of them."""

    starting_from: Annotated[datetime | None, Named("from"), Doc("Default: now.")] = None
    until: Annotated[datetime | None, Named("to"), Doc("Default: 14 days after `from`.")] = None
    time_zone: Annotated[
        str | None,
        Normalised(zones.time_zone),
        Length(1, 64),
        Doc("An IANA name, such as `Europe/Berlin`: each slot is shown in it too."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """30 bookable minutes."""

    starts_at: datetime
    ends_at: datetime
    local_start: Annotated[
        str | None,
        Doc("When it starts in the zone that was asked for, with the offset from UTC."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Free slots in order of time."""

    items: list[Slot]
    cancellation_notice_hours: Annotated[
        int, Doc("How long before its start a client can still cancel or move what they book.")
    ] = 12


# Refusals


class BadPeriod(Invalid):
    """Slots can't be listed for that period."""

    code = "bad_period"
