"""The main job by a client that openapi-python-client generated: see ``test_clients.py``.

``main_job.py offer FACTS`` is the specialist's part, ``main_job.py book FACTS`` the client's.
FACTS is JSON; what became of it is printed as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from firststep_client import AuthenticatedClient, Client
from firststep_client.api.accounts import get_agreements, sign_up
from firststep_client.api.availability import list_days, list_slots, set_availability
from firststep_client.api.consultations import (
    book_consultation,
    cancel_consultation,
    get_consultation,
    list_consultations,
    write_note,
)
from firststep_client.api.helplines import get_helplines
from firststep_client.api.licences import attach_licence_document, submit_licence
from firststep_client.api.notifications import list_notices, mark_notice_as_read
from firststep_client.api.photos import set_photo
from firststep_client.api.sessions import log_in
from firststep_client.api.specialists import search_specialists, write_profile
from firststep_client.models import (
    AgreedToRequest,
    Agreements,
    AttachLicenceDocumentBody,
    AvailabilityRequest,
    BookConsultationProblem,
    BookConsultationProblemCode,
    BookConsultationRequest,
    CancelConsultationRequest,
    ConsultationStatus,
    DaysWithSlots,
    GivenReason,
    HoursRequest,
    Licence,
    LocalHelp,
    LogInProblem,
    LogInProblemCode,
    LogInRequest,
    NamedConsultation,
    NamedConsultationPage,
    Notice,
    NoticeKind,
    NoticesPage,
    Session,
    SetPhotoBody,
    SignedUp,
    SignUpRequest,
    SignUpRole,
    Slots,
    Specialist,
    SpecialistsFound,
    SubmitLicenceRequest,
    Topic,
    Weekday,
    WriteNoteRequest,
    WriteProfileRequest,
)
from firststep_client.types import File, Response

PATIENCE_S = 30.0
NOTE = "I would rather not say my name."

T = TypeVar("T")


def given(answer: Response[Any], kind: type[T], status: int = 200) -> T:
    """What was answered, of the kind that the client promises."""
    assert answer.status_code == status, answer
    assert isinstance(answer.parsed, kind), answer
    return answer.parsed


def offer(facts: dict[str, Any]) -> dict[str, Any]:
    """A specialist writes a profile with a photo, hands a licence in, and opens their hours."""
    client = logged_in(facts)
    profile = WriteProfileRequest(
        display_name=facts["display_name"],
        headline="Where to start",
        biography="I listen first.",
        languages=["en"],
        topics=[Topic.ANXIETY],
        online=True,
    )
    written = given(write_profile.sync_detailed(client=client, body=profile), Specialist, 201)
    assert written.photo is None
    with Path(facts["photo"]).open("rb") as photo:
        body = SetPhotoBody(file=File(photo, "me.png", "image/png"))
        shown = given(set_photo.sync_detailed(client=client, body=body), Specialist)
    assert shown.photo is not None
    licence = SubmitLicenceRequest(
        number="PT-2041",
        issuing_body="Chamber of Psychotherapists",
        country="DE",
        expires_on=date(datetime.now(UTC).year + 3, 1, 1),
    )
    given(submit_licence.sync_detailed(client=client, body=licence), Licence)
    with Path(facts["document"]).open("rb") as document:
        attached = AttachLicenceDocumentBody(file=File(document, "l.pdf", "application/pdf"))
        handed_in = attach_licence_document.sync_detailed(client=client, body=attached)
    assert given(handed_in, Licence).has_document
    hours = [HoursRequest(weekday=day, starts="08:00", ends="20:00") for day in Weekday]
    opened = set_availability.sync_detailed(
        client=client,
        body=AvailabilityRequest(
            offers_free_consultations=True, time_zone="Europe/Berlin", hours=hours
        ),
    )
    assert opened.status_code == 200, opened
    return {"specialist_id": str(shown.id), "photo": shown.photo.small}


def book(facts: dict[str, Any]) -> dict[str, Any]:
    """A client finds a specialist, books, cancels, reads a notice, and looks for help."""
    joined(facts)
    refused_with_a_wrong_password(facts)
    client = logged_in(facts)
    wanted = BookConsultationRequest(UUID(facts["specialist_id"]), a_time(client, facts), NOTE)
    consultation = booked_once(client, wanted)
    listed = given(list_consultations.sync_detailed(client=client), NamedConsultationPage)
    [one] = listed.items
    assert one.specialist.display_name == facts["display_name"]
    assert one.status is ConsultationStatus.BOOKED
    refused = book_consultation.sync_detailed(client=client, body=wanted)
    problem = given(refused, BookConsultationProblem, 409)
    assert what_to_do(problem) == f"look at {consultation.id}"
    changed_note(client, consultation.id)
    reason = CancelConsultationRequest(reason=GivenReason.SOMETHING_CAME_UP)
    cancelled = given(
        cancel_consultation.sync_detailed(consultation.id, client=client, body=reason),
        NamedConsultation,
    )
    assert cancelled.status is ConsultationStatus.CANCELLED
    read(client, consultation.id)
    there = get_helplines.sync_detailed(client=Client(facts["url"]), country="DE")
    assert given(there, LocalHelp).emergency_number == "112"
    return {"consultation_id": str(consultation.id)}


def joined(facts: dict[str, Any]) -> None:
    in_force = given(get_agreements.sync_detailed(client=Client(facts["url"])), Agreements)
    newcomer = SignUpRequest(
        email=facts["newcomer"],
        password=facts["password"],
        display_name="Sam",
        role=SignUpRole.CLIENT,
        agreed_to=AgreedToRequest(terms=in_force.terms, health_data=in_force.health_data),
        time_zone="Europe/Berlin",
    )
    signed_up = sign_up.sync_detailed(client=Client(facts["url"]), body=newcomer)
    assert given(signed_up, SignedUp, 202).sign_up


def refused_with_a_wrong_password(facts: dict[str, Any]) -> None:
    wrong = LogInRequest(email=facts["email"], password="not my password at all")
    refused = log_in.sync_detailed(client=Client(facts["url"]), body=wrong)
    assert given(refused, LogInProblem, 401).code is LogInProblemCode.WRONG_CREDENTIALS


def logged_in(facts: dict[str, Any]) -> AuthenticatedClient:
    credentials = LogInRequest(email=facts["email"], password=facts["password"])
    answer = log_in.sync_detailed(client=Client(facts["url"]), body=credentials)
    return AuthenticatedClient(facts["url"], token=given(answer, Session).access_token)


def a_time(client: AuthenticatedClient, facts: dict[str, Any]) -> datetime:
    """On the last of the days on which the specialist has any."""
    found = given(
        search_specialists.sync_detailed(
            client=client, words=facts["display_name"], topic=[Topic.ANXIETY, Topic.SLEEP]
        ),
        SpecialistsFound,
    )
    [specialist] = found.items
    assert str(specialist.id) == facts["specialist_id"]
    days = given(
        list_days.sync_detailed(specialist.slug, client=client, time_zone="Europe/Berlin"),
        DaysWithSlots,
    )
    day = [each.day for each in days.items if each.slots][-1]
    slots = given(
        list_slots.sync_detailed(
            str(specialist.id), client=client, from_=datetime.combine(day, clock(), UTC)
        ),
        Slots,
    )
    return slots.items[0].starts_at


def booked_once(client: AuthenticatedClient, wanted: BookConsultationRequest) -> NamedConsultation:
    """However often it is sent."""
    first, second = (
        given(
            book_consultation.sync_detailed(client=client, body=wanted, idempotency_key="once"),
            NamedConsultation,
            201,
        )
        for _ in range(2)
    )
    assert first.id == second.id
    return first


def what_to_do(problem: BookConsultationProblem) -> str:
    match problem.code:
        case BookConsultationProblemCode.ALREADY_BOOKED:
            return f"look at {problem.consultation_id}"
        case BookConsultationProblemCode.SLOT_TAKEN | BookConsultationProblemCode.DAY_FULL:
            return "choose another time"
        case _:
            return problem.detail


def changed_note(client: AuthenticatedClient, id: UUID) -> None:
    note = WriteNoteRequest(note="I would say it then.")
    written = write_note.sync_detailed(id, client=client, body=note)
    assert written.status_code == 204, written
    seen = given(get_consultation.sync_detailed(id, client=client), NamedConsultation)
    assert seen.note == note.note


def read(client: AuthenticatedClient, id: UUID) -> None:
    """The notice of the booking, as soon as it is there."""
    notice = notice_of(client, id)
    assert notice.read_at is None
    marked = mark_notice_as_read.sync_detailed(notice.id, client=client)
    assert marked.status_code == 204, marked
    assert notice_of(client, id).read_at is not None


def notice_of(client: AuthenticatedClient, id: UUID) -> Notice:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for each in given(list_notices.sync_detailed(client=client), NoticesPage).items:
            if each.kind is NoticeKind.CONSULTATION_BOOKED and each.data.consultation_id == id:
                return each
        time.sleep(0.1)
    raise AssertionError("no notice tells of the booking")


if __name__ == "__main__":
    print(json.dumps({"offer": offer, "book": book}[sys.argv[1]](json.loads(sys.argv[2]))))
