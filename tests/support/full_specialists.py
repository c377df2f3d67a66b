"""Specialists with one slot, and a client on the waitlist for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from tests.support.eventually import eventually
from tests.support.factories import (
    EVERY_DAY,
    Person,
    a_client,
    a_specialist,
    an_availability,
    slots_of,
)
from tests.support.zones import zone_at


def a_specialist_with_one_slot(http: httpx.Client) -> tuple[Person, str]:
    """And when it begins."""
    specialist = a_specialist(http)
    weekday = EVERY_DAY[(datetime.now(UTC) + timedelta(days=3)).weekday()]
    hours = [{"weekday": weekday, "starts": "12:00", "ends": "12:30"}]
    few = an_availability(hours=hours, horizon_days=6, time_zone="UTC")
    assert specialist.put("/specialists/me/availability", few).status_code == 200
    [slot] = eventually(lambda: slots_of(specialist))
    return specialist, slot["starts_at"]


def a_client_for_whom_one_is_held(http: httpx.Client) -> Person:
    """They waited for a specialist without slots, and one came free."""
    specialist, starts_at = a_specialist_with_one_slot(http)
    first, client = a_client(http), a_client(http)
    booked = first.post("/consultations", {"specialist_id": specialist.id, "starts_at": starts_at})
    assert booked.status_code == 201, booked.text
    wanted = {"specialist_id": specialist.id, "time_zone": zone_at(12)}
    assert client.post("/waitlist", wanted).status_code == 201
    cancelled = first.post(f"/consultations/{booked.json()['id']}/cancellation", {})
    assert cancelled.is_success, cancelled.text
    eventually(lambda: client.get("/waitlist").json()["items"][0]["held"])
    return client
