"""Notify an account by a notice, and by mail where it matters. Erased accounts get neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.times import utc_now
from services.notifications.letters import Letter, Wording
from services.notifications.mails.mails import Mail
from services.notifications.notices import queries
from services.notifications.notices.notices import Notice
from services.notifications.readers import Reader, reader_of


def notify(
    tx: Transaction,
    account_id: UUID,
    words_for: Callable[[Reader], Wording],
    about: UUID,
    by_mail: bool = False,
    address: str | None = None,
) -> None:
    """Add a notice, worded for its reader, and the same by mail where asked; nothing for an erased
    account."""
    if tx.is_erased(account_id):
        return
    now, reader = utc_now(), reader_of(tx, account_id)
    words = _still_to_be_said(tx, words_for(reader))
    tx.at_end(account_id, partial(_add, tx, Notice.to(account_id, words, about, now)))
    if by_mail:
        letter = words.letter(reader.discreet)
        tx.add(Mail.to(reader, letter, now, address=address, place_of=words.place_of))


def send_once(tx: Transaction, reader: Reader, address: str, letter: Letter, now: datetime) -> None:
    """Add a mail with a link that works once: no notice, and deleted once sent."""
    if not tx.is_erased(reader.account_id):
        tx.add(Mail.to(reader, letter, now, address=address, good_once=True))


def _add(tx: Transaction, notice: Notice) -> None:
    """Add the notice at its account's next position, and tell the gateways."""
    position = queries.next_position(tx, notice.account_id)
    unread = queries.number_unread(tx, notice.account_id) + 1
    tx.add(notice)
    tx.emit(notice.added(position, unread))


def _still_to_be_said(tx: Transaction, words: Wording) -> Wording:
    """The words without the practice of a specialist who was erased meanwhile."""
    if words.place_of is None or not tx.is_erased(words.place_of):
        return words
    return words.without_place()
