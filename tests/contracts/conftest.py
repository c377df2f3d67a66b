"""The main job, played once, for all who look at what it sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pyotp import TOTP
from sqlalchemy import select

from chassis import json
from chassis.context import Caller
from chassis.events import Envelope
from chassis.fetch.fetch import HTTPS
from chassis.messaging import erasure
from chassis.settings import read_settings
from chassis.times import utc_now
from contracts.profiles.accounts import EmailChangeRequested, Role
from contracts.profiles.right_to_practise import RightToPractiseChanged, Standing
from firststep.commands import accounts
from gateway.docs.openapi import describe
from gateway.service import Gateway
from services.booking.external_calendars.reader import read
from services.profiles.accounts.accounts import Account
from services.profiles.licences.service import review_licences
from tests.booking.external_site import (
    ADDRESS,
    an_event,
    an_external_calendar,
    from_to,
    sealed_addresses,
)
from tests.support.begun_consultations import AN_HOUR, AN_HOUR_AGO, let_begin
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_licence,
    a_published_article,
    a_specialist,
    an_admin,
    an_availability,
    an_editor,
    get_licensed,
    sign_up,
    slots_of,
)
from tests.support.full_specialists import a_client_for_whom_one_is_held
from tests.support.half_hours import a_newcomer
from tests.support.mailbox import link_to
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker
from tests.support.quick_hashes import quick_hashes
from tests.support.service_client import publish
from tests.support.tokens import KEY, a_token_of


@pytest.fixture(scope="package", autouse=True)
def _quick_hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(scope="package")
def played(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house in which everything has happened that makes somebody say something."""
    mail = a_mail_folder(tmp_path_factory.mktemp("contracts"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure, "CALLS_END_WITHIN", timedelta(days=1))
        with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail) as house:
            _play(house)
            yield house


@pytest.fixture(scope="package")
def openapi() -> dict[str, Any]:
    """The description of the API."""
    document: dict[str, Any] = json.loads(json.dumps(describe(Gateway)))
    return document


@pytest.fixture(scope="package")
def asyncapi(played: House) -> dict[str, Any]:
    """The document as anybody gets it."""
    document: dict[str, Any] = played.http.get("/asyncapi.json").json()
    return document


def _play(house: House) -> None:
    specialist = a_specialist(house.http, featured=True)
    _break_and_mend_the_external_calendar(house, specialist)
    specialist.patch("/specialists/me", {"headline": "Another first step"})
    _meet(house, specialist)
    a_client_for_whom_one_is_held(house.http)
    budgeted = an_availability(monthly_budget=1, paced=False)
    for hours in (budgeted, an_availability()):
        assert specialist.put("/specialists/me/availability", hours).status_code == 200
    closed = an_availability(offers_free_consultations=False)
    specialist.put("/specialists/me/availability", closed)
    eventually(lambda: not _featured(specialist))
    specialist.patch("/specialists/me", {"status": "unlisted"})
    _decline_and_outlive_licences(house)
    _play_accounts(house)
    _play_an_article(house)
    _erase(house)


def _play_an_article(house: House) -> None:
    editor = an_editor(house.http)
    path = f"/articles/{a_published_article(editor)}"
    assert editor.patch(path, {"title": "Another first step"}).status_code == 200
    assert editor.call("DELETE", f"{path}/publication").status_code == 200


def _erase(house: House) -> None:
    """One to the end; of another one's erasure, all but the end, which deletes what was told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure, "CALLS_END_WITHIN", timedelta(0))
        path = f"/api/v1/erasures/{_erased(a_client(house.http))['id']}"
        eventually(lambda: house.http.get(path).json()["complete_at"])
    client, specialist = a_client(house.http), a_specialist(house.http, featured=True)
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[0]["starts_at"]}
    consultation = client.post("/consultations", wanted).json()
    expired = RightToPractiseChanged(
        specialist_id=UUID(specialist.id), version=1_000, standing=Standing.LICENCE_EXPIRED
    )
    publish(house.broker, Envelope.around(expired, utc_now(), "a test"))
    eventually(lambda: _says(house, "ConsultationsAtRisk"))
    _erased(client)
    eventually(lambda: _status(specialist, consultation["id"]) == "cancelled")


def _erased(person: Person) -> dict[str, Any]:
    answer = person.post("/me/erasure", {"password": PASSWORD})
    assert answer.status_code == 202
    receipt: dict[str, Any] = answer.json()
    return receipt


def _says(house: House, event_type: str) -> bool:
    store = house.store("booking")
    with store.reading() as session:
        return event_type in set(session.scalars(select(store.table("outbox").c.type)))


def _status(person: Person, consultation_id: str) -> str:
    status: str = person.get(f"/consultations/{consultation_id}").json()["status"]
    return status


def _decline_and_outlive_licences(house: House) -> None:
    specialist, admin = a_specialist(house.http), an_admin(house.http)
    today, about = utc_now(), f"/specialists/{specialist.id}/verification"
    soon = specialist.put("/specialists/me/licence", a_licence(number="PT-2042")).json()
    declined = {"decision": "declined", "reason": "Illegible.", "version": soon["version"]}
    assert admin.put(about, declined).status_code == 200
    get_licensed(specialist, expires_on=str((today + timedelta(days=6)).date()))
    for days in (0, 6):
        review_licences(house.store("profiles"), today + timedelta(days=days))


def _play_accounts(house: House) -> None:
    person = a_client(house.http)
    assert person.patch("/me", {"display_name": "Robin"}).is_success
    assert sign_up(house.http, person.email).status_code == 202
    new = {"email": f"new-{person.email}", "password": PASSWORD}
    assert person.post("/me/email", new).status_code == 202
    with house.store("profiles").transaction() as tx:
        tx.emit(*tx.lock(Account, UUID(person.id)).grant(Role.EDITOR, None, utc_now()))
    token = link_to(house.http, new["email"], EmailChangeRequested)
    assert person.put("/email-verifications", {"token": token}).status_code == 204
    reset = {"email": new["email"]}
    assert person.post("/password-resets", reset).status_code == 202
    changed = {"current": PASSWORD, "new": f"{PASSWORD} again"}
    assert person.put("/me/password", changed).status_code == 204
    preferences = person.get("/me/preferences").json()
    assert person.put("/me/preferences", {**preferences, "language": "de"}).status_code == 200
    _play_second_factors(house)
    _play_operators(house)


def _play_second_factors(house: House) -> None:
    own = {"password": PASSWORD}
    person, codes = _with_second_factor(house)
    renewed = person.post("/me/recovery-codes", {**own, "code": codes[0]}).json()["codes"]
    removed = person.post("/me/totp/removal", {**own, "code": renewed[0]})
    assert removed.status_code == 204, removed.text
    attacked, _ = _with_second_factor(house)
    credentials = {"email": attacked.email, **own, "code": "nope"}
    for _ in range(3):
        assert house.http.post("/api/v1/sessions", json=credentials).status_code == 401


def _with_second_factor(house: House) -> tuple[Person, list[str]]:
    """And their recovery codes."""
    person = a_client(house.http)
    totp = TOTP(person.post("/me/totp", {"password": PASSWORD}).json()["secret"])
    return person, person.put("/me/totp", {"code": totp.now()}).json()["codes"]


def _play_operators(house: House) -> None:
    person, settings = a_client(house.http), replace(read_settings(), database=house.database)
    accounts.suspend_account(settings, person.email)
    accounts.restore_account(settings, person.email)
    accounts.sign_out_account(settings, person.email)


def _break_and_mend_the_external_calendar(house: House, specialist: Person) -> None:
    given = specialist.post("/specialists/me/external-calendars", {"address": ADDRESS})
    assert given.status_code == 201, given.text
    id, now = UUID(given.json()["id"]), utc_now()
    with pytest.MonkeyPatch.context() as patched, an_external_calendar(patched) as external:
        external.answers(b"not a calendar")
        read(house.store("booking"), id, sealed_addresses().open, HTTPS)
        external.shows(from_to(now, now + AN_HOUR), an_event("DTSTART:?", uid="bad"))
        read(house.store("booking"), id, sealed_addresses().open, HTTPS)


def _meet(house: House, specialist: Person) -> None:
    """One consultation is moved, follows the practice, takes place and is to be continued; another
    is cancelled, and one is missed."""
    slots = [each["starts_at"] for each in slots_of(specialist)]
    shown = Caller(UUID(specialist.id), frozenset([Role.SPECIALIST]), True, second_factor=True)
    first, cancelled, missed = (_booked(house, specialist, each) for each in slots[-3:])
    assert replace(specialist, token=a_token_of(KEY, shown)).get(first[1]).json()["note"]
    _change(*first, "rescheduling", starts_at=slots[-4])
    practice = an_availability(in_person_address="12 Long Street")
    assert specialist.put("/specialists/me/availability", practice).is_success
    for hours, (_, path) in enumerate((first, missed), start=1):
        let_begin(house.store("booking"), UUID(path.rsplit("/")[-1]), AN_HOUR_AGO - hours * AN_HOUR)
    a_specialist(house.http, featured=True)
    _sign_up_for_half_hours(specialist)
    _change(specialist, cancelled[1], "cancellation")
    eventually(lambda: cancelled[0].get("/held-slots").json()["items"])
    _change(*missed, "attendance", attendance="client_missed")
    client, path = first
    _change(client, path, "attendance", attendance="held")
    _change(client, path, "outcome", outcome="continue")
    _change(specialist, path, "outcome", outcome="good_fit")


def _sign_up_for_half_hours(specialist: Person) -> None:
    """A new person, and the owner of an account."""
    a_newcomer(specialist).confirmed(password=PASSWORD)
    a_newcomer(specialist, a_client(specialist.http).email)


def _booked(house: House, specialist: Person, starts_at: str) -> tuple[Person, str]:
    client = a_client(house.http)
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at, "note": "In private."}
    answer = client.post("/consultations", wanted)
    assert answer.status_code == 201, answer.text
    return client, f"/consultations/{answer.json()['id']}"


def _change(who: Person, path: str, what: str, **body: Any) -> None:
    answer = who.post(f"{path}/{what}", body)
    assert answer.is_success, answer.text


def _featured(specialist: Person) -> bool:
    featured: bool = specialist.get("/specialists/me").json()["featured"]
    return featured
