"""Mail that is written into a folder: whole or not at all."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from services.notifications.service import NotificationsService
from tests.notifications.builders import a_booking, an_account
from tests.notifications.steps import mail_to, rows_of
from tests.support.eventually import eventually
from tests.support.service_client import serving


def test_what_a_crash_left_is_gone_after_the_next_start(database: str, tmp_path: Path) -> None:
    left, mail = tmp_path / ".1.eml.x.unfinished", tmp_path / "2.eml"
    left.write_text("Half a")
    mail.write_text("A whole mail")
    with serving(NotificationsService, database, str(tmp_path)):
        assert list(tmp_path.iterdir()) == [mail]


def test_a_mail_that_could_not_be_written_whole_is_not_there_and_tried_again(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = an_account()
    fsync, full = os.fsync, [True]

    def out_of_space(file: int) -> None:
        if full.pop(0) if full else False:
            raise OSError("no space left")
        fsync(file)

    with serving(NotificationsService, database, str(tmp_path)) as notifications:
        monkeypatch.setattr(os, "fsync", out_of_space)
        notifications.hears(account, a_booking(account.account_id))
        [row] = eventually(lambda: [row for row in rows_of(notifications, account) if row.attempts])
        assert (row.status, row.error) == ("waiting", "no space left")
        assert list(tmp_path.iterdir()) == []
        assert len(eventually(partial(mail_to, notifications, account), within=20)) == 1
