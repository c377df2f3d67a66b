"""Where somebody is written to, and as what: news in any order end in the same truth."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.profiles.accounts import (
    AccountRegistered,
    DisplayNameChanged,
    EmailChanged,
    Role,
    RolesChanged,
)
from contracts.profiles.specialists import SpecialistListed, SpecialistUpdated
from services.notifications.accounts.recipients import Recipient
from tests.notifications.builders import an_account

News = (
    AccountRegistered
    | DisplayNameChanged
    | EmailChanged
    | RolesChanged
    | SpecialistListed
    | SpecialistUpdated
)


def nobody_yet(account_id: UUID) -> Recipient:
    """As the row is before anything is known."""
    return Recipient(
        account_id=account_id,
        email="",
        email_version=0,
        display_name="",
        display_name_version=0,
        public_name="",
        public_name_version=0,
        roles=[],
        roles_version=0,
    )


def learn(recipient: Recipient, news: News) -> None:
    if isinstance(news, AccountRegistered):
        recipient.learn_registration(news)
    elif isinstance(news, EmailChanged):
        recipient.learn_email(news)
    elif isinstance(news, DisplayNameChanged):
        recipient.learn_display_name(news)
    elif isinstance(news, RolesChanged):
        recipient.learn_roles(news)
    else:
        recipient.learn_public_name(news)


def moved(account_id: UUID, version: int) -> EmailChanged:
    return EmailChanged(
        account_id=account_id,
        version=version,
        email=f"{version}@example.org",
        previous_email=f"{version - 1}@example.org",
    )


def promoted(account_id: UUID, version: int, *roles: Role) -> RolesChanged:
    return RolesChanged(account_id=account_id, version=version, roles=list(roles))


def test_who_registers_is_written_to_as_what_they_registered() -> None:
    event = an_account("Sam")
    recipient = Recipient.of(event)
    assert (recipient.email, recipient.display_name) == (event.email, "Sam")
    assert recipient.roles == [Role.CLIENT]


@given(st.data())
def test_news_in_any_order_and_repetition_end_in_the_same_truth(data: st.DataObject) -> None:
    account = an_account("Sam")
    id = account.account_id
    news: list[News] = [
        account,
        moved(id, 2),
        moved(id, 4),
        DisplayNameChanged(account_id=id, version=6, display_name="Alex"),
        DisplayNameChanged(account_id=id, version=7, display_name="Max"),
        promoted(id, 3, Role.CLIENT, Role.ADMIN),
        promoted(id, 5, Role.CLIENT, Role.EDITOR),
        SpecialistListed(specialist_id=id, version=2, display_name="Dr Sam", headline=""),
        SpecialistUpdated(specialist_id=id, version=5, display_name="Dr Sam Example", headline=""),
    ]
    repeated = data.draw(st.lists(st.sampled_from(news), max_size=5))
    recipient = nobody_yet(id)
    for each in data.draw(st.permutations([*news, *repeated])):
        learn(recipient, each)
    assert recipient.email == "4@example.org"
    assert (recipient.display_name, recipient.public_name) == ("Max", "Dr Sam Example")
    assert recipient.roles == [Role.CLIENT, Role.EDITOR]


def test_older_news_are_dropped() -> None:
    recipient = nobody_yet(id := new_id())
    learn(recipient, moved(id, 4))
    learn(recipient, moved(id, 3))
    learn(recipient, promoted(id, 4, Role.ADMIN))
    learn(recipient, promoted(id, 4, Role.CLIENT))
    assert recipient.email == "4@example.org"
    assert recipient.roles == [Role.ADMIN]
