"""What notifications keeps goes when its time is over, and not a day before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import first_at, made_at, new_id
from chassis.maintenance.pruning import prune
from chassis.times import utc_now
from contracts.notifications import NoticeKind
from services.notifications.consultations.progress import ConsultationProgress
from services.notifications.letters import Wording
from services.notifications.mails.mails import Mail, MailStatus
from services.notifications.mails.postbox import Postbox
from services.notifications.notices.notices import Notice
from services.notifications.retention import RULES, Retention
from tests.notifications.builders import a_mail
from tests.support.ids import an_id_made_at
from tests.support.service_client import Talking

A_DAY = timedelta(days=1)
A_NOTICE = Wording(subject="Hello", text="Welcome.", kind=NoticeKind.CONSULTATION_BOOKED)


def kept(notifications: Talking, *rows: Any) -> None:
    with notifications.store.transaction() as tx:
        tx.add_all(rows)


def found(notifications: Talking, kind: Any, id: UUID) -> Any:
    with notifications.store.reading() as session:
        return session.get(kind, id)


def clock(notifications: Talking, mail: Path) -> Retention:
    """The clock's methods, outside of their process."""
    service = Retention()
    service.store, service.postbox = notifications.store, Postbox()
    service.postbox.address = str(mail)
    return service


def test_a_notice_stays_for_180_days(notifications: Talking) -> None:
    now = utc_now()
    notices = {
        days: Notice.to(new_id(), A_NOTICE, new_id(), now - days * A_DAY) for days in (179, 181)
    }
    for days, each in notices.items():
        each.id = an_id_made_at(now - days * A_DAY)
    kept(notifications, *notices.values())

    prune(notifications.store, RULES, now)

    left = [days for days, each in notices.items() if found(notifications, Notice, each.id)]
    assert left == [179]


def test_how_far_two_were_told_of_a_consultation_stays_for_a_year(notifications: Talking) -> None:
    now = utc_now()
    told = {
        days: ConsultationProgress(
            consultation_id=first_at(now - days * A_DAY), version=1, asked=True
        )
        for days in (364, 366)
    }
    kept(notifications, *told.values())

    prune(notifications.store, RULES, now)

    left = {
        days: found(notifications, ConsultationProgress, each.consultation_id)
        for days, each in told.items()
    }
    assert [days for days, each in left.items() if each] == [364]


def test_the_first_id_of_a_moment_is_less_than_all_that_are_made_then() -> None:
    id = new_id()
    made = made_at(id)
    assert made is not None
    assert first_at(made) < id < first_at(made + timedelta(milliseconds=1))


@pytest.mark.parametrize("status", [MailStatus.SENT, MailStatus.FAILED, MailStatus.WAITING])
@pytest.mark.parametrize(("good_once", "kept_days"), [(False, 30), (True, 3)])
def test_a_mail_goes_with_its_file_after_a_month_and_one_with_a_link_when_that_has_expired(
    notifications: Talking, tmp_path: Path, status: MailStatus, good_once: bool, kept_days: int
) -> None:
    now, mails = utc_now(), {}
    for days in (kept_days - 1, kept_days + 1):
        at = now - days * A_DAY
        mail = mails[days] = a_mail("Hello", "Hello.", at, "", good_once=good_once)
        mail.id = an_id_made_at(at)
        mail.address = None  # its account's, which is unknown: it is not sent meanwhile
        mail.status = status
        kept(notifications, mail)
        (tmp_path / f"{mail.id}.eml").touch()

    clock(notifications, tmp_path).forget_mails()

    left = {days for days, each in mails.items() if found(notifications, Mail, each.id)}
    files = {days for days, each in mails.items() if (tmp_path / f"{each.id}.eml").exists()}
    assert left == files == {kept_days - 1}


def test_a_mail_whose_file_can_not_be_removed_stays_until_it_can(
    notifications: Talking, tmp_path: Path
) -> None:
    made_at = utc_now() - 31 * A_DAY
    mail = a_mail("Hello", "Hello.", made_at)
    mail.id = an_id_made_at(made_at)
    kept(notifications, mail)
    in_the_way = tmp_path / f"{mail.id}.eml"
    in_the_way.mkdir()
    retention_of = clock(notifications, tmp_path)

    retention_of.forget_mails()
    assert found(notifications, Mail, mail.id)

    in_the_way.rmdir()
    retention_of.forget_mails()
    assert found(notifications, Mail, mail.id) is None
