"""Notices through the front door: read, counted, marked as read."""

from __future__ import annotations

from typing import Any

from chassis.ids import new_id
from tests.support.eventually import eventually
from tests.support.factories import a_client, a_specialist, slots_of
from tests.support.platform import House


def test_a_client_is_told_counts_the_unread_and_marks_them_as_read(shared_house: House) -> None:
    client, specialist = (
        a_client(shared_house.http),
        a_specialist(shared_house.http, featured=True),
    )
    starts_at = slots_of(specialist)[0]["starts_at"]
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    booked = client.post("/consultations", wanted).json()
    page = eventually(lambda: _told(client.get("/notifications").json()))
    [notice] = page["items"]
    assert (notice["kind"], notice["read_at"], page["unread"]) == ("consultation_booked", None, 1)
    assert notice["data"]["consultation_id"] == booked["id"]
    assert notice["data"]["starts_at"] == starts_at
    assert notice["data"]["missed_by"] is None
    assert f"/consultations/{booked['id']}" in notice["text"]

    read = client.post(f"/notifications/{notice['id']}/read")
    assert (read.status_code, read.content) == (204, b"")
    page = client.get("/notifications").json()
    assert page["unread"] == 0
    assert page["items"][0]["read_at"] is not None

    assert specialist.post(f"/notifications/{notice['id']}/read").status_code == 404
    assert client.post(f"/notifications/{new_id()}/read").status_code == 404
    assert client.post("/notifications/not-an-id/read").status_code in (404, 422)

    assert specialist.get("/notifications").json()["unread"] > 0
    assert specialist.post("/notifications/read").status_code == 204
    assert specialist.get("/notifications").json()["unread"] == 0


def _told(page: Any) -> Any:
    return page if page["items"] else None
