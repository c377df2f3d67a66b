"""An account is erased: it is told nothing more, and nothing that it was told is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from chassis.context import Caller
from chassis.errors import Unauthenticated
from chassis.events import Envelope, Event
from chassis.ids import new_id
from chassis.messaging import erasure
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.booking.consultations import ConsultationCancelled, Party
from contracts.notifications import NotificationsData
from contracts.profiles.accounts import (
    AccountRegistered,
    EmailChanged,
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetRequested,
    Role,
    RolesChanged,
)
from contracts.profiles.featuring import NotFeatured, SpecialistUnfeatured
from contracts.profiles.licences import LicenceExpired, SpecialistVerified
from contracts.profiles.privacy import AccountErased
from contracts.profiles.specialists import SpecialistListed
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.links import SiteUrls
from services.notifications.mails.mails import Mail
from services.notifications.mails.postbox import NotSent, Postbox
from services.notifications.notices.notices import Notice
from services.notifications.service import NotificationsService
from tests.notifications.builders import IN_BERLIN, ON_MONDAY, SENDER, a_booking, an_account
from tests.notifications.steps import a_pair, mail_in, mail_to, notices_of, rows_of
from tests.support.databases import Databases, connected_database
from tests.support.direct_handlers import handle
from tests.support.eventually import eventually
from tests.support.platform import URL
from tests.support.service_client import NOBODY, Talking, serving


def erased(account: AccountRegistered) -> AccountErased:
    return AccountErased(account_id=account.account_id)


def recipients(notifications: Talking) -> set[UUID]:
    return {row.account_id for row in notifications.rows("recipients")}


def test_address_notices_and_mails_are_gone_from_folder_and_database(
    notifications: Talking,
) -> None:
    client, specialist = a_pair()
    notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
    for account in (client, specialist):
        eventually(partial(mail_to, notifications, account))

    notifications.hears(erased(client))

    assert client.account_id not in recipients(notifications)
    assert notices_of(notifications, client.account_id) == []
    eventually(lambda: not rows_of(notifications, client), within=15)
    assert mail_to(notifications, client) == []
    assert len(mail_to(notifications, specialist)) == 1
    assert len(notices_of(notifications, specialist.account_id)) == 1


def test_the_other_side_is_still_told(notifications: Talking) -> None:
    client, specialist = a_pair()
    notifications.hears(
        client,
        specialist,
        erased(client),
        a_booking(client.account_id, specialist.account_id),
        ConsultationCancelled(
            consultation_id=new_id(),
            version=2,
            client_id=client.account_id,
            specialist_id=specialist.account_id,
            starts_at=ON_MONDAY,
            **IN_BERLIN,
            cancelled_by=Party.CLIENT,
        ),
    )
    kinds = [each.kind for each in notices_of(notifications, specialist.account_id)]
    assert kinds == ["consultation_cancelled", "consultation_booked"]
    assert notices_of(notifications, client.account_id) == []
    assert rows_of(notifications, client) == []


PRACTICE = "12 Long Street"


def test_what_others_were_told_names_an_erased_specialist_no_more_nor_their_practice(
    notifications: Talking,
) -> None:
    client, specialist = a_pair()
    id = specialist.account_id
    listed = SpecialistListed(
        specialist_id=id, version=2, display_name="Dr Ada Public", headline=""
    )
    booking = replace(a_booking(client.account_id, id), meeting_address=PRACTICE)
    notifications.hears(client, specialist, listed, booking)
    eventually(partial(mail_to, notifications, client))
    [told] = notices_of(notifications, client.account_id)
    assert "with Dr Ada Public is on" in told.text
    assert PRACTICE in told.text

    notifications.hears(erased(specialist))

    [told] = notices_of(notifications, client.account_id)
    assert "with your specialist is on" in told.text
    assert "/consultations/" in told.text
    for table in ("notices", "mails", "recipients"):
        kept = str(notifications.rows(table))
        assert PRACTICE not in kept, table
        assert "Dr Ada Public" not in kept, table


def test_what_comes_late_does_not_tell_where_an_erased_specialist_practised(
    notifications: Talking,
) -> None:
    client, specialist = a_pair()
    booking = replace(a_booking(client.account_id, specialist.account_id), meeting_address=PRACTICE)
    notifications.hears(client, specialist, erased(specialist), booking)
    [told] = notices_of(notifications, client.account_id)
    assert PRACTICE not in told.text
    [mail] = eventually(partial(mail_to, notifications, client))
    assert PRACTICE not in mail.get_content()


def test_a_mail_that_waits_is_not_sent_to_an_erased_address(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.write_text("in the way")
    client, specialist = a_pair()
    with serving(NotificationsService, database, str(folder)) as notifications:
        notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
        eventually(lambda: all(row.attempts for row in notifications.rows("mails")))
        notifications.hears(erased(client))
        folder.unlink()
        with notifications.store.transaction() as tx:
            tx.execute(update(Mail).values(next_attempt_at=datetime.now(UTC)))
        assert eventually(partial(mail_to, notifications, specialist))
        assert [each["To"] for each in mail_in(str(folder))] == [specialist.email]


# A mail that is just leaving


class Postman:
    """Something happens while a mail leaves."""

    def __init__(self, then: Any) -> None:
        self.then = then
        self.sent: list[str] = []

    def send(self, message: Any) -> None:
        self.sent.append(message["To"])
        self.then()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Any:
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    store = connected_database(databases.fresh("notifications"), "notifications")
    yield store
    store.dispose()


@pytest.fixture
def postbox(tmp_path: Path) -> Postbox:
    postbox = Postbox()
    postbox.address = str(tmp_path)
    return postbox


def links() -> SiteUrls:
    links = SiteUrls()
    links._url = URL
    return links


def hear(store: Any, postbox: Postbox, *events: Event) -> None:
    for event in events:
        envelope = Envelope.around(event, utc_now(), "c")
        handle(NotificationsService, store, envelope, postbox=postbox, links=links())


def a_service(store: Any, postbox: Postbox) -> NotificationsService:
    service = NotificationsService()
    service.store, service.postbox, service.sender = store, postbox, SENDER
    return service


def mails_of(store: Any, account: AccountRegistered) -> list[UUID]:
    with store.reading() as session:
        return list(session.scalars(select(Mail.id).where(Mail.account_id == account.account_id)))


def test_of_a_batch_nothing_goes_to_whom_was_erased_since_it_was_looked_up(
    store: Any, postbox: Postbox
) -> None:
    account = an_account()
    hear(store, postbox, account, PasswordChanged(account_id=account.account_id))
    [mail_id] = mails_of(store, account)
    hear(store, postbox, erased(account))
    post = Postman(lambda: None)
    a_service(store, postbox)._send(post, mail_id)
    assert post.sent == []


@pytest.mark.parametrize("refused", [True, False])
def test_what_leaves_while_its_recipient_is_erased_is_removed_after(
    store: Any, postbox: Postbox, refused: bool
) -> None:
    account = an_account()
    hear(store, postbox, account, PasswordChanged(account_id=account.account_id))
    [mail_id] = mails_of(store, account)
    file = Path(postbox.address) / f"{mail_id}.eml"

    def leave() -> None:
        hear(store, postbox, erased(account))
        file.write_text("Hello")
        if refused:
            raise NotSent("no such mailbox")

    a_service(store, postbox)._send(Postman(leave), mail_id)
    assert not file.exists()
    assert mails_of(store, account) == []


def test_a_mail_whose_file_can_not_be_removed_stays_known_until_it_can(
    store: Any, postbox: Postbox
) -> None:
    account = an_account()
    hear(store, postbox, account, PasswordChanged(account_id=account.account_id))
    [mail_id] = mails_of(store, account)
    a_service(store, postbox)._send(Postman(lambda: None), mail_id)
    in_the_way = Path(postbox.address) / f"{mail_id}.eml"
    in_the_way.mkdir()

    hear(store, postbox, erased(account))
    a_service(store, postbox).finish_erasures()
    assert mails_of(store, account) == [mail_id]

    in_the_way.rmdir()
    in_the_way.write_text("Hello")
    a_service(store, postbox).finish_erasures()
    assert mails_of(store, account) == []
    assert not in_the_way.exists()


def test_a_postbox_that_is_a_server_has_nothing_to_remove() -> None:
    postbox = Postbox()
    postbox.address = "smtp://127.0.0.1:1"
    postbox.forget([new_id()])


# In any order

A_TICK = None
"""The clock comes round."""


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_in_any_order_and_repetition_nothing_is_left_of_an_erased_account(
    store: Any, postbox: Postbox, data: st.DataObject
) -> None:
    account = an_account()
    id, other = account.account_id, new_id()
    events: list[Event] = [
        account,
        EmailChanged(account_id=id, version=2, email="a@example.org", previous_email=account.email),
        RolesChanged(account_id=id, version=3, roles=[Role.ADMIN]),
        EmailVerificationRequested(account_id=id, email=account.email, token="t"),
        PasswordResetRequested(account_id=id, email=account.email, token="t"),
        a_booking(client_id=id, specialist_id=other),
        a_booking(client_id=other, specialist_id=id),
        SpecialistVerified(specialist_id=id, version=1),
        LicenceExpired(specialist_id=id, version=2, expires_on=date(2026, 3, 2)),
        SpecialistUnfeatured(specialist_id=id, version=3, reason=NotFeatured.NOT_LISTED),
        AccountErased(account_id=id),
    ]
    envelopes = [Envelope.around(each, utc_now(), "c") for each in events]
    more = data.draw(st.lists(st.sampled_from([*envelopes, A_TICK]), max_size=4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure, "CALLS_END_WITHIN", timedelta(0))
        for step in data.draw(st.permutations([*envelopes, *more])):
            if step is A_TICK:
                a_service(store, postbox).finish_erasures()
            else:
                handle(NotificationsService, store, step, postbox=postbox, links=links())
    with store.reading() as session:
        for kind in (Recipient, Notice, Mail):
            assert session.scalars(select(kind).where(kind.account_id == id)).all() == []
        told = session.scalars(select(Notice.kind).where(Notice.account_id == other)).all()
        assert list(told) == ["consultation_booked"] * 2
        inbox = store.table("inbox")
        assert session.scalars(select(inbox.c.error).where(inbox.c.status != "done")).all() == []


# Export


def test_the_export_has_address_notices_and_mails(notifications: Talking) -> None:
    client, specialist = a_pair()
    notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
    eventually(partial(mail_to, notifications, client))
    answer = notifications.asked_by(Caller(client.account_id)).export_personal_data()
    exported = load(NotificationsData, answer, Reading.WIRE)
    assert exported.addressee is not None
    assert (exported.addressee.email, exported.addressee.roles) == (client.email, ["client"])
    assert exported.notices == notices_of(notifications, client.account_id)
    [mail], [notice] = exported.mails, exported.notices
    assert mail.text == notice.text


def test_who_is_not_known_exports_nothing(notifications: Talking) -> None:
    answer = notifications.asked_by(Caller(new_id())).export_personal_data()
    assert load(NotificationsData, answer, Reading.WIRE) == NotificationsData(
        addressee=None, preferences=None, notices=[], mails=[]
    )
    with pytest.raises(Unauthenticated):
        notifications.asked_by(NOBODY).export_personal_data()
