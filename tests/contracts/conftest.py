"""The main job, played once, for all who look at what it sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from chassis.context import CallContext, Caller, entered
from chassis.ids import new_id
from chassis.sealing import Seal
from chassis.times import utc_now
from contracts.content import WriteArticle
from contracts.profiles.accounts import Role
from services.profiles.accounts.accounts import Account
from tests.databases import Databases
from tests.house import House, a_house, a_mail_folder, an_embedded_broker
from tests.people import PASSWORD, Person, a_client, a_specialist, an_availability, slots_of
from tests.tokens import SEAL_KEYS
from tests.waiting import eventually


@pytest.fixture(scope="package")
def played(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house in which everything has happened that makes somebody say something."""
    mail = a_mail_folder(tmp_path_factory.mktemp("contracts"))
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail) as house:
        _play(house)
        yield house


@pytest.fixture(scope="package")
def asyncapi(played: House) -> dict[str, Any]:
    """The document as anybody gets it."""
    document: dict[str, Any] = played.http.get("/asyncapi.json").json()
    return document


def _play(house: House) -> None:
    specialist = a_specialist(house.http, featured=True)
    specialist.patch("/specialists/me", {"headline": "Another first step"})
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[0]["starts_at"]}
    assert a_client(house.http).post("/consultations", wanted).status_code == 201
    closed = an_availability(offers_free_consultations=False)
    specialist.put("/specialists/me/availability", closed)
    eventually(lambda: not _featured(specialist))
    specialist.patch("/specialists/me", {"status": "unlisted"})
    _play_accounts(house)
    article = WriteArticle(
        slug="a-first-step", title="A first step", summary="", body="Text.", topics=["first-steps"]
    )
    with entered(CallContext(caller=Caller(new_id(), frozenset([Role.EDITOR])))):
        house.remote("content").publish_article(article=article)


def _play_accounts(house: House) -> None:
    person = a_client(house.http)
    new = {"email": f"new-{person.email}", "password": PASSWORD}
    assert person.post("/me/email", new).status_code == 202
    profiles = house.store("profiles")
    with profiles.transaction() as tx:
        account = tx.lock(Account, UUID(person.id))
        tx.emit(*account.grant(Role.EDITOR))
        link = account.change_of_email(new["email"])
    token = link.token(Seal(SEAL_KEYS, "links"), utc_now())
    assert person.put("/email-verifications", {"token": token}).status_code == 204
    reset = {"email": new["email"]}
    assert person.post("/password-resets", reset).status_code == 202
    changed = {"current": PASSWORD, "new": f"{PASSWORD} again"}
    assert person.put("/me/password", changed).status_code == 204


def _featured(specialist: Person) -> bool:
    featured: bool = specialist.get("/specialists/me").json()["featured"]
    return featured
