"""What tests of external calendars do over RPC: add, change, read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.database.transaction import Transaction
from chassis.fetch.fetch import HTTPS, Fetched
from chassis.ids import new_id
from contracts.booking.external_calendars import AddExternalCalendar, ChangeExternalCalendar
from services.booking.external_calendars import reader
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.external_calendars.reader import read
from tests.booking.builders import a_calendar
from tests.booking.external_site import (
    ADDRESS,
    sealed_addresses,
)
from tests.support.service_client import Talking


def give(
    booking: Talking, specialist: Caller, address: str = ADDRESS, label: str | None = None
) -> dict[str, Any]:
    wanted = AddExternalCalendar(address=address, label=label)
    answer: dict[str, Any] = booking.asked_by(specialist).add_external_calendar(wanted=wanted)
    return answer


def given_by(booking: Talking, specialist: Caller) -> list[dict[str, Any]]:
    answer = booking.asked_by(specialist).list_external_calendars()
    items: list[dict[str, Any]] = answer["items"]
    return items


def look(booking: Talking, specialist: Caller) -> dict[str, Any]:
    """The only one."""
    [found] = given_by(booking, specialist)
    return found


def change(booking: Talking, specialist: Caller, **wanted: Any) -> dict[str, Any]:
    """The only one."""
    answer: dict[str, Any] = booking.asked_by(specialist).change_external_calendar(
        calendar_id=look(booking, specialist)["id"], wanted=ChangeExternalCalendar(**wanted)
    )
    return answer


def kept_of(booking: Talking, specialist: Caller) -> list[Any]:
    rows = booking.rows("external_calendars")
    return [each for each in rows if each.specialist_id == specialist.known()]


def busy_of(booking: Talking, specialist: Caller) -> list[Any]:
    rows = booking.rows("external_busy_times")
    return [each for each in rows if each.specialist_id == specialist.known()]


def meanwhile(patched: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """It happens while a calendar is fetched."""
    as_ever: Any = vars(reader)["fetch"]

    def fetch_slowly(url: str, **options: Any) -> Fetched:
        answer: Fetched = as_ever(url, **options)
        happens()
        return answer

    patched.setattr(reader, "fetch", fetch_slowly)


def read_now(booking: Talking, specialist: Caller, schemes: tuple[str, ...] = HTTPS) -> None:
    """All of theirs, as the clock does."""
    for each in kept_of(booking, specialist):
        read(booking.store, each.id, sealed_addresses().open, schemes)


def given_at(tx: Transaction, due_at: datetime, listed: bool = True, offers: bool = True) -> UUID:
    """An external calendar of somebody new, to be read then."""
    specialist_id = new_id()
    tx.add(a_calendar(specialist_id=specialist_id, listed=listed, offers=offers))
    return one_more(tx, specialist_id, due_at)


def one_more(tx: Transaction, specialist_id: UUID, due_at: datetime) -> UUID:
    address = sealed_addresses().seal(ADDRESS)
    external = ExternalCalendar.add(specialist_id, address, "calendar.example", None, 0, due_at)
    tx.add(external)
    return external.id
