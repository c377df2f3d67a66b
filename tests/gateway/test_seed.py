"""Demo data: a second run completes one that was interrupted after any of its calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chassis.context import CallContext, entered
from chassis.runtime.process import Process
from chassis.settings import Settings, read_settings
from contracts.content import ChangeArticle, WithdrawArticle, WriteArticle
from contracts.profiles.accounts import Role
from firststep.commands import seed
from firststep.commands.accounts import change_role
from firststep.commands.demo_people import EDITOR, SPECIALISTS, DemoPerson, DemoSpecialist
from firststep.commands.seed import Seeder, Seeding, clients_in, demo_articles
from firststep.platform import TOPOLOGY, config_for
from services.content.articles import Article
from services.profiles.accounts.accounts import Account
from services.profiles.audit.audit import AuditedAction
from tests.support.eventually import eventually
from tests.support.platform import House
from tests.support.service_client import somebody

CALLS_OF_A_SPECIALIST, CALLS_OF_A_PERSON, CALLS_OF_AN_ARTICLE = 8, 3, 3


class Interrupted(Exception):
    """Ends a run as a signal would."""


@dataclass
class Calls:
    """The accepted calls of a run, which is interrupted after ``most``."""

    most: int
    made: int = 0

    def count(self) -> None:
        self.made += 1
        if self.made == self.most:
            raise Interrupted


class Counted:
    """A client whose calls are counted."""

    def __init__(self, client: Any, calls: Calls) -> None:
        self._client = client
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(**arguments: Any) -> Any:
            answer = method(**arguments)
            self._calls.count()
            return answer

        return call


@dataclass
class Runs:
    settings: Settings
    clients: dict[str, Any]

    def one(self) -> Seeding:
        """A run to its end."""
        return Seeding(self.settings, **self.clients)

    def interrupted(self, calls: Calls) -> Seeding:
        counted: dict[str, Any] = {
            name: Counted(client, calls) for name, client in self.clients.items()
        }
        return Seeding(self.settings, **counted)


@pytest.fixture(scope="module")
def runs(shared_house: House) -> Iterator[Runs]:
    settings = replace(read_settings(), database=shared_house.database, broker=shared_house.broker)
    with Process([Seeder], config_for(settings), TOPOLOGY).running() as process:
        yield Runs(settings, clients_in(process))


def a_person() -> DemoPerson:
    return replace(EDITOR, email=f"editor-{uuid4().hex}@demo.example")


@pytest.fixture
def specialist(monkeypatch: pytest.MonkeyPatch) -> DemoSpecialist:
    person = replace(SPECIALISTS[0].person, email=f"specialist-{uuid4().hex}@demo.example")
    demo = replace(SPECIALISTS[0], person=person)
    monkeypatch.setattr(seed, "SPECIALISTS", (demo,))
    return demo


def an_article() -> WriteArticle:
    return replace(next(demo_articles()), slug=f"a-{uuid4().hex}")


def account(house: House, demo: DemoPerson) -> Account:
    with house.store("profiles").reading() as session:
        return session.scalars(select(Account).where(Account.email == demo.email)).one()


def article_at(house: House, slug: str) -> Article:
    with house.store("content").reading() as session:
        return session.scalars(select(Article).where(Article.slug == slug)).one()


@pytest.mark.parametrize("calls", range(1, CALLS_OF_A_SPECIALIST + 1))
def test_a_second_run_completes_a_specialist(
    runs: Runs, shared_house: House, specialist: DemoSpecialist, calls: int
) -> None:
    with pytest.raises(Interrupted):
        runs.interrupted(Calls(calls)).specialist(specialist)
    run = runs.one()
    run.specialist(specialist)
    run.wait_until_featured()
    specialist_id = account(shared_house, specialist.person).id
    assert is_featured(shared_house, specialist_id)


def is_featured(house: House, specialist_id: UUID) -> bool:
    answer = house.http.get(f"/api/v1/specialists/{specialist_id}")
    return answer.is_success and bool(answer.json()["featured"])


def test_what_a_specialist_changed_stays(
    runs: Runs, shared_house: House, specialist: DemoSpecialist
) -> None:
    runs.one().specialist(specialist)
    calls = Calls(most=100)
    runs.interrupted(calls).specialist(specialist)
    assert calls.made == 1  # it asks whether the profile was listed
    specialist_id = account(shared_house, specialist.person).id
    eventually(lambda: is_featured(shared_house, specialist_id))


@pytest.mark.parametrize("calls", range(1, CALLS_OF_A_PERSON + 1))
def test_a_second_run_grants_the_role(runs: Runs, shared_house: House, calls: int) -> None:
    editor = a_person()
    with pytest.raises(Interrupted):
        runs.interrupted(Calls(calls)).person(editor)
    runs.one().person(editor)
    assert Role.EDITOR in account(shared_house, editor).roles


def test_a_role_that_an_operator_revoked_is_not_granted_again(
    runs: Runs, shared_house: House
) -> None:
    editor = a_person()
    runs.one().person(editor)
    change_role(runs.settings, editor.email, Role.EDITOR, AuditedAction.ROLE_REVOKED)
    runs.one().person(editor)
    assert Role.EDITOR not in account(shared_house, editor).roles


@pytest.mark.parametrize("calls", range(1, CALLS_OF_AN_ARTICLE + 1))
def test_a_second_run_publishes_the_article(runs: Runs, shared_house: House, calls: int) -> None:
    article = an_article()
    with pytest.raises(Interrupted):
        runs.interrupted(Calls(calls)).article(article)
    runs.one().article(article)
    assert article_at(shared_house, article.slug).is_published


def test_an_article_that_an_editor_withdrew_or_changed_is_not_published(
    runs: Runs, shared_house: House
) -> None:
    withdrawn, changed = an_article(), an_article()
    content = shared_house.remote("content")
    runs.one().article(withdrawn)
    with pytest.raises(Interrupted):
        runs.interrupted(Calls(1)).article(changed)
    with entered(CallContext(caller=somebody(Role.EDITOR))):
        content.withdraw_article(slug=withdrawn.slug, withdrawal=WithdrawArticle())
        content.change_article(slug=changed.slug, change=ChangeArticle(body="Another text."))
    for each in (withdrawn, changed):
        runs.one().article(each)
        assert not article_at(shared_house, each.slug).is_published
