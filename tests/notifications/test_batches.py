"""Events about consultations that are handled together, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from chassis.database.database import Database
from chassis.events import Envelope, Event
from chassis.messaging.inbox import Inbox
from chassis.times import utc_now
from contracts.booking.consultations import ConsultationBooked
from services.notifications.mails.links import SiteUrls
from services.notifications.service import NotificationsService
from tests.notifications.builders import a_booking
from tests.notifications.steps import notices_of
from tests.support.platform import URL
from tests.support.service_client import Talking
from tests.support.statements import statements_of


def handle_together(store: Database, events: Sequence[ConsultationBooked]) -> None:
    service = NotificationsService()
    service.links = SiteUrls(URL)
    run = partial(NotificationsService.tell_both.__wrapped__, service)  # type: ignore[attr-defined]
    envelopes: list[Envelope[Event]] = [
        Envelope.around(each, utc_now(), f"request {each.version}") for each in events
    ]
    bodies = [each.to_json() for each in envelopes]
    Inbox(store).receive_together(list(zip(envelopes, bodies, strict=True)), "tell_both", run)


@pytest.mark.parametrize(
    ("versions", "told"),
    [([1, 2, 3], 3), ([3, 2, 1], 1), ([1, 3, 2], 2), ([2, 2], 1), ([1], 1)],
)
def test_each_state_is_told_unless_a_newer_one_was(
    notifications: Talking, versions: list[int], told: int
) -> None:
    booking, another = a_booking(), a_booking()
    events = [replace(booking, version=each) for each in versions]
    handle_together(notifications.store, [another, *events])

    for event, number in ((booking, told), (another, 1)):
        for account_id in (event.client_id, event.specialist_id):
            assert len(notices_of(notifications, account_id)) == number


def test_what_a_batch_tells_bears_the_correlation_ids_of_its_events(
    notifications: Talking,
) -> None:
    events = [replace(a_booking(), version=each) for each in (1, 2)]
    handle_together(notifications.store, events)

    for event in events:
        subject = str(event.client_id).encode()
        [row] = [each for each in notifications.rows("outbox") if subject in each.body]
        assert f'"request {event.version}"'.encode() in row.body


def test_a_batch_writes_each_table_by_one_statement(notifications: Talking) -> None:
    with statements_of(notifications.store) as statements:
        handle_together(notifications.store, [a_booking() for _ in range(12)])

    for table in ("told_consultations", "notices", "mails"):
        assert len([each for each in statements if f"INTO {table} " in each]) == 1, table
