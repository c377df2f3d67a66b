"""What booking keeps sealed outlives the key that sealed it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from chassis.context import Caller
from chassis.sealing import Seal, new_key
from contracts.booking.consultations import PrivateNote
from contracts.booking.external_calendars import AddExternalCalendar
from services.booking.consultations.consultations import Consultation
from services.booking.service import BookingService
from tests.booking.external_site import ADDRESS
from tests.booking.steps import a_client, a_specialist, slots_of
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.service_client import Talking, serving
from tests.support.tokens import SEAL_KEYS

NOTE = "I have not slept for weeks."


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    return databases.fresh("booking")


def let_a_day_pass(booking: Talking) -> None:
    """As far as clocks are concerned."""
    with booking.store.transaction() as tx:
        tx.execute(booking.store.table("clocks").delete())


def book_with_note(booking: Talking, client: Caller, specialist: Caller) -> Any:
    return booking.asked_by(client).book_consultation(
        specialist_id=specialist.known(),
        starts_at=slots_of(booking, specialist)[0],
        note=PrivateNote(text=NOTE),
    )["id"]


def test_notes_and_addresses_are_sealed_anew_after_a_rotation(database: str) -> None:
    new = new_key()
    with serving(BookingService, database) as before:
        specialist, client = a_specialist(before), a_client()
        id = book_with_note(before, client, specialist)
        wanted = AddExternalCalendar(address=ADDRESS)
        before.asked_by(specialist).add_external_calendar(wanted=wanted)
        let_a_day_pass(before)
    with serving(BookingService, database, seal_keys=f"{new},{SEAL_KEYS}") as rotating:
        note = Seal(new, "consultation notes")
        address = Seal(new, "addresses of calendars elsewhere")
        eventually(lambda: note.is_newest(rotating.rows("consultations")[0].sealed_note))
        eventually(lambda: address.is_newest(rotating.rows("external_calendars")[0].address))
        [kept] = rotating.rows("external_calendars")
        assert address.open(kept.address).decode() == ADDRESS
    with serving(BookingService, database, seal_keys=new) as after:
        seen = after.asked_by(client).get_consultation(consultation_id=id)
        assert seen["note"] == NOTE


def test_meeting_links_are_sealed_anew_after_a_rotation(database: str) -> None:
    new, link = new_key(), "https://video.example/ada?pwd=hush"
    with serving(BookingService, database, meeting="") as before:
        specialist = a_specialist(before, meeting_link=link)
        let_a_day_pass(before)
    keys = f"{new},{SEAL_KEYS}"
    with serving(BookingService, database, seal_keys=keys, meeting="") as rotating:
        seal = Seal(new, "meeting links")
        eventually(lambda: seal.is_newest(rotating.rows("calendars")[0].sealed_meeting_link))
    with serving(BookingService, database, seal_keys=new, meeting="") as after:
        assert after.asked_by(specialist).get_availability()["meeting_link"] == link


def test_a_meeting_link_whose_key_is_gone_is_not_shown_and_can_be_given_again(
    database: str,
) -> None:
    link = "https://video.example/ada?pwd=hush"
    with serving(BookingService, database, meeting="") as before:
        specialist = a_specialist(before, meeting_link=link)
    with serving(BookingService, database, seal_keys=new_key(), meeting="") as after:
        shown = after.asked_by(specialist).get_availability()
        assert shown["meeting_link"] is None
        given = after.asked_by(specialist).set_availability(
            availability={**shown, "meeting_link": link}
        )
        assert given["meeting_link"] == link


def test_what_no_key_opens_keeps_nothing_else_from_being_sealed_anew(database: str) -> None:
    new = new_key()
    lost = Seal(new_key(), "consultation notes").close(b"lost")
    with serving(BookingService, database) as before:
        specialist = a_specialist(before)
        of_lost_key = book_with_note(before, a_client(), specialist)
        book_with_note(before, a_client(), specialist)
        with before.store.transaction() as tx:
            theirs = Consultation.id == UUID(of_lost_key)
            tx.execute(update(Consultation).where(theirs).values(sealed_note=lost))
        let_a_day_pass(before)
    with capture_logs() as logs:
        with serving(BookingService, database, seal_keys=f"{new},{SEAL_KEYS}") as rotating:
            eventually(partial(_sealed_by, rotating, new))
    [said] = [each for each in logs if each["event"] == "reencryption_failed"]
    assert str(said["id"]) == str(of_lost_key)


def _sealed_by(booking: Talking, key: str) -> bool:
    seal = Seal(key, "consultation notes")
    return any(seal.is_newest(each.sealed_note) for each in booking.rows("consultations"))
