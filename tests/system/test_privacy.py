"""A client and a specialist live a life on the platform, take along what it holds on them, and are
erased: after that it holds nothing on them any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chassis import json
from chassis.broker.publishing import ConfirmedPublisher, Outgoing
from chassis.context import Caller
from chassis.events import Envelope, Event, exchange_of
from chassis.messaging import erasure, retries, retry_limits
from chassis.messaging.subscribe import queues_of
from chassis.times import utc_now
from contracts.profiles.accounts import AccountRegistered, Role
from contracts.profiles.specialists import SpecialistListed
from firststep.platform import SERVICES
from services.notifications.specialists import letters
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_profile,
    a_specialist,
    an_availability,
    confirmed,
    get_licensed,
    sign_up,
    slots_of,
    somebody,
)
from tests.support.platform import House
from tests.support.service_client import publish
from tests.support.tokens import KEY, a_token_of


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "CALLS_END_WITHIN", timedelta(0))
    monkeypatch.setattr(retry_limits, "FIRST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr(retry_limits, "LONGEST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 0.02)


def no_words(*_: object) -> Any:
    raise RuntimeError("lost for words")


# What is there, anywhere


def everything_in(house: House) -> Iterator[tuple[str, str]]:
    """Each value of each column of each table of each service, as text, with where it stands."""
    for service in SERVICES:
        store = house.store(service)
        for table in store.base.metadata.tables.values():
            with store.reading() as session:
                for row in session.execute(select(table)):
                    for name, value in row._mapping.items():
                        yield f"{service}.{table.name}.{name}", as_text(value)


def as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return str(value)


def where(house: House, *words: str) -> set[str]:
    """The columns in which one of the words stands."""
    return {place for place, text in everything_in(house) if any(word in text for word in words)}


def secrets_of(house: House, person: Person, name: str) -> tuple[str, ...]:
    """What identifies them, and the hash of their password."""
    accounts = house.store("profiles").table("accounts")
    with house.store("profiles").reading() as session:
        query = select(accounts.c.password_hash).where(accounts.c.id == UUID(person.id))
        return person.email, name, session.execute(query).scalar_one()


def rows(house: House, service: str, table: str) -> list[Any]:
    store = house.store(service)
    with store.reading() as session:
        return list(session.execute(select(store.table(table))))


# A life


def a_name() -> str:
    return f"Unmistakable {uuid4().hex}"


def book(client: Person, specialist: Person, slot: int = 0) -> dict[str, Any]:
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[slot]["starts_at"]}
    booked = client.post("/consultations", wanted)
    assert booked.status_code == 201, booked.text
    consultation: dict[str, Any] = booked.json()
    return consultation


def a_named_specialist(house: House, name: str) -> Person:
    person = somebody(house.http, "specialist", name)
    assert person.post("/specialists", a_profile(display_name=name)).status_code == 201
    get_licensed(person)
    assert person.patch("/specialists/me", {"status": "listed"}).status_code == 200
    assert person.put("/specialists/me/availability", an_availability()).status_code == 200
    eventually(lambda: person.get("/specialists/me").json()["featured"])
    eventually(lambda: slots_of(person))
    return person


def malformed(house: House, person: Person, name: str) -> None:
    """An event that no handler can take reaches notifications, and is parked."""
    event = AccountRegistered(
        account_id=UUID(person.id), email=person.email, display_name=name, role=Role.CLIENT
    )
    wire = json.loads(Envelope.around(event, utc_now(), "c").to_json())
    del wire["data"]["role"]
    exchange = exchange_of("profiles")
    publisher = ConfirmedPublisher(house.broker, [exchange], queues_of(*SERVICES.values()))
    message = Outgoing(1, json.dumps(wire), exchange.name, "AccountRegistered", uuid4().hex)
    assert publisher.publish([message]) == [1]
    publisher.drop()
    eventually(lambda: is_parked(house, person))


def is_parked(house: House, person: Person) -> bool:
    return any(
        row.status == "parked" and person.id in as_text(row.body)
        for row in rows(house, "notifications", "inbox")
    )


def notices_about(person: Person, about: str) -> list[str]:
    items = person.get("/notifications").json()["items"]
    return [each["kind"] for each in items if each["about"] == about]


def has_mail(house: House, person: Person) -> bool:
    return any(
        str(row.account_id) == person.id and row.status == "sent"
        for row in rows(house, "notifications", "mails")
    )


# The end of it


def erase(person: Person) -> dict[str, Any]:
    answer = person.post("/me/erasure", {"password": PASSWORD})
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def completed(house: House, receipt: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = house.http.get(f"/api/v1/erasures/{receipt['id']}").json()
    return found if found["complete_at"] else None


def until_complete(house: House, receipt: dict[str, Any]) -> dict[str, Any]:
    found = eventually(partial(completed, house, receipt))
    assert found is not None
    return found


def test_of_an_erased_client_and_an_erased_specialist_nothing_is_left_anywhere(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = a_name(), a_name()
    client = somebody(house.http, "client", names[0])
    with monkeypatch.context() as broken:
        broken.setattr(letters, "featured", no_words)
        specialist = a_named_specialist(house, names[1])
        eventually(lambda: is_parked(house, specialist))
    other_client, other_specialist = a_client(house.http), a_specialist(house.http, featured=True)
    with_client = book(client, other_specialist)
    with_specialist = book(other_client, specialist)
    between = book(client, specialist, slot=1)
    malformed(house, client, names[0])
    for person in (client, specialist):
        eventually(partial(has_mail, house, person))
    next_slot = slots_of(other_specialist)[0]

    secrets = (
        *secrets_of(house, client, names[0]),
        *secrets_of(house, specialist, names[1]),
    )
    held = where(house, *secrets)
    assert {
        "profiles.accounts.password_hash",
        "profiles.specialists.display_name",
        "profiles.outbox.body",
        "profiles.replies.reply",
        "notifications.recipients.email",
        "notifications.inbox.body",
    } <= held

    receipts = [erase(client), erase(specialist)]
    for receipt in receipts:
        assert receipt["complete_at"] is None
        assert set(receipt["services"]) == set(SERVICES)
        assert set(receipt["services"].values()) == {None}
    for receipt in receipts:
        found = until_complete(house, receipt)
        assert None not in found["services"].values()
        assert not any(word in str(found) for word in (*secrets, client.id, specialist.id))

    assert where(house, *secrets) == set()
    for table in ("mails", "notices", "recipients"):
        left = {str(row.account_id) for row in rows(house, "notifications", table)}
        assert not left & {client.id, specialist.id}
    assert _files_with(house, client.email, specialist.email) == []
    assert not {str(row.specialist_id) for row in rows(house, "booking", "calendars")} & {
        specialist.id
    }

    # the others were told, and can go on
    for person, consultation in ((other_specialist, with_client), (other_client, with_specialist)):
        told = eventually(partial(_cancellation_told, person, consultation["id"]))
        assert told
        found = person.get(f"/consultations/{consultation['id']}").json()
        assert found["status"] == "cancelled"
        assert found["cancellation_reason"] == "account_erased"
    assert _status_of(house, between["id"]) == "cancelled"
    kept = eventually(lambda: other_client.get("/held-slots").json()["items"])
    free = [each["starts_at"] for each in (*slots_of(other_specialist), *kept)]
    assert with_client["starts_at"] in free
    assert with_client["starts_at"] < next_slot["starts_at"]
    eventually(
        lambda: (
            other_specialist.get("/specialists/me").json()["next_slot_at"]
            == with_client["starts_at"]
        )
    )
    assert house.http.get(f"/api/v1/specialists/{specialist.id}").status_code == 404
    featured = house.http.get("/api/v1/featured").json()["items"]
    assert specialist.id not in [each["id"] for each in featured]


def test_of_who_was_erased_not_a_word_is_left_in_any_file_of_sqlite(
    embedded_house: House,
) -> None:
    house, biography, headline = embedded_house, "Xylographic", "Quixotism"
    names = a_name(), a_name()
    client = somebody(house.http, "client", names[0])
    specialist = a_named_specialist(house, names[1])
    changed = {"biography": f"{biography}. " * 200, "headline": headline}
    for _ in range(3):  # rows grow, shrink and move between pages
        assert specialist.patch("/specialists/me", changed).status_code == 200
        assert specialist.patch("/specialists/me", {"biography": biography}).status_code == 200
        a_client(house.http)
    book(client, specialist)
    for person in (client, specialist):
        eventually(partial(has_mail, house, person))
    names_alone = [each.split()[1] for each in names]
    words = [client.email, specialist.email, *names_alone, biography, headline]
    words += [each.lower() for each in (biography, headline)]
    held = words_in(data_files(house), *words)
    assert {biography, biography.lower(), *names_alone} <= held

    for receipt in [erase(client), erase(specialist)]:
        until_complete(house, receipt)

    assert words_in(data_files(house), *words) == set()


def data_files(house: House) -> list[Path]:
    """The databases, with the logs beside them."""
    folder = Path(house.database.removeprefix("sqlite:///")).parent
    return [each for each in folder.iterdir() if ".db" in each.name]


def words_in(files: list[Path], *words: str) -> set[str]:
    content = b"".join(each.read_bytes() for each in files)
    return {each for each in words if each.encode() in content}


def _files_with(house: House, *words: str) -> list[str]:
    """The mails in the folder, where there is one, that bear one of the words."""
    if "://" in house.mail:
        return []
    texts = [each.read_text() for each in Path(house.mail).glob("*.eml")]
    return [text for text in texts if any(word in text for word in words)]


def _cancellation_told(person: Person, consultation_id: str) -> bool:
    return "consultation_cancelled" in notices_about(person, consultation_id)


def _status_of(house: House, consultation_id: str) -> str:
    [found] = [
        row.status
        for row in rows(house, "booking", "consultations")
        if str(row.id) == consultation_id
    ]
    status: str = found
    return status


def test_what_comes_late_brings_nothing_back(house: House) -> None:
    name = a_name()
    specialist = a_named_specialist(house, name)
    secrets = secrets_of(house, specialist, name)
    until_complete(house, erase(specialist))

    late: tuple[Event, ...] = (
        AccountRegistered(
            account_id=UUID(specialist.id),
            email=specialist.email,
            display_name=name,
            role=Role.SPECIALIST,
        ),
        SpecialistListed(
            specialist_id=UUID(specialist.id), version=99, display_name=name, headline=""
        ),
    )
    envelopes = [Envelope.around(event, utc_now(), "late") for event in late]
    for envelope in envelopes:
        publish(house.broker, envelope)
    for service, envelope in (("notifications", envelopes[0]), ("booking", envelopes[1])):
        eventually(lambda s=service, e=envelope: _taken(house, s, e.id))  # type: ignore[misc]
    assert where(house, *secrets) == set()


def _taken(house: House, service: str, event_id: UUID) -> bool:
    return event_id in {
        row.event_id for row in rows(house, service, "inbox") if row.status == "done"
    }


def test_a_token_that_outlives_its_account_opens_and_makes_nothing(house: House) -> None:
    specialist, client = a_named_specialist(house, a_name()), a_client(house.http)
    other = a_specialist(house.http, featured=True)
    slot = slots_of(other)[0]["starts_at"]
    for person in (specialist, client):
        erase(person)
    eventually(lambda: {UUID(specialist.id), UUID(client.id)} <= _forgotten(house, "booking"))
    for person in (specialist, client):
        assert person.get("/me").json()["code"] == "token_revoked"

    # the services refuse by themselves what a gateway would let through
    specialist, client = _let_through(specialist, "specialist"), _let_through(client, "client")
    again = specialist.post("/me/erasure", {"password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (401, "erased")
    for answer in (
        specialist.get("/me/export"),
        specialist.post("/specialists", a_profile()),
        specialist.patch("/specialists/me", {"headline": "back"}),
        specialist.put("/specialists/me/availability", an_availability()),
        client.post("/consultations", {"specialist_id": other.id, "starts_at": slot}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "erased")
    credentials = {"email": specialist.email, "password": PASSWORD}
    answer = house.http.post("/api/v1/sessions", json=credentials)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    for service, table, column in (
        ("profiles", "accounts", "id"),
        ("profiles", "specialists", "id"),
        ("booking", "calendars", "specialist_id"),
    ):
        left = {str(getattr(row, column)) for row in rows(house, service, table)}
        assert not left & {specialist.id, client.id}


def _let_through(person: Person, role: str) -> Person:
    """With a token of which no gateway knows that it is void."""
    caller = Caller(UUID(person.id), frozenset([role]), verified=True)
    return replace(person, token=a_token_of(KEY, caller))


def _forgotten(house: House, service: str) -> set[UUID]:
    return {row.id for row in rows(house, service, "forgotten")}


def test_the_address_of_an_erased_account_can_be_used_anew(house: House) -> None:
    client = a_client(house.http)
    until_complete(house, erase(client))
    answer = sign_up(house.http, client.email, display_name="Sam again")
    again = confirmed(house.http, client.email, sign_up=answer.json()["sign_up"])
    assert again.id != client.id
