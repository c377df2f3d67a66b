"""What tests of notifications read: notices, mails, and rows about one person."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.context import Caller
from chassis.pagination import PageQuery
from chassis.schemas import Reading, load
from contracts import notifications as contract
from contracts.profiles.accounts import AccountRegistered, Role
from tests.notifications.builders import an_account
from tests.support.service_client import Talking


def a_pair() -> tuple[AccountRegistered, AccountRegistered]:
    return an_account("Sam"), an_account("Dr Ada Example", Role.SPECIALIST)


def notices_of(notifications: Talking, account_id: UUID) -> list[contract.Notice]:
    return page_of(notifications, account_id).items


def page_of(notifications: Talking, account_id: UUID) -> contract.NoticesPage:
    answer = notifications.asked_by(Caller(account_id)).list_notices(page=PageQuery())
    return load(contract.NoticesPage, answer, Reading.WIRE)


def mail_in(folder: str) -> list[EmailMessage]:
    parser: Any = BytesParser(policy=policy.default)
    return [parser.parsebytes(each.read_bytes()) for each in Path(folder).glob("*.eml")]


def mail_to(notifications: Talking, account: AccountRegistered) -> list[EmailMessage]:
    found = mail_in(notifications.house.mail)
    return [each for each in found if each["To"] == account.email]


def rows_of(notifications: Talking, account: AccountRegistered) -> list[Any]:
    return [row for row in notifications.rows("mails") if row.account_id == account.account_id]
