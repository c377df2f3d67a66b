"""Notify an account by a notice, and by mail where it matters. Erased accounts get neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis import context
from chassis.context import CallContext, entered
from chassis.database.transaction import Transaction
from chassis.times import utc_now
from services.notifications.letters import Letter, Wording
from services.notifications.mails.mails import Mail
from services.notifications.notices import queries
from services.notifications.notices.notices import Notice
from services.notifications.readers import Reader, readers_of


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A notice to be written, and its mail. ``address``: the mail's, if not the account's own."""

    account_id: UUID
    words_for: Callable[[Reader], Wording]
    about: UUID
    by_mail: bool
    address: str | None
    call: CallContext = field(default_factory=context.current)


def notify(
    tx: Transaction,
    account_id: UUID,
    words_for: Callable[[Reader], Wording],
    about: UUID,
    by_mail: bool = False,
    address: str | None = None,
) -> None:
    """Add a notice, worded for its reader, and the same by mail where asked; nothing for an erased
    account. Both are written at the end of the transaction."""
    notification = Notification(
        account_id=account_id, words_for=words_for, about=about, by_mail=by_mail, address=address
    )
    tx.at_end(_write, notification)


def send_once(tx: Transaction, reader: Reader, address: str, letter: Letter, now: datetime) -> None:
    """Add a mail with a link that works once: no notice, and deleted once sent."""
    if not tx.is_erased(reader.account_id):
        tx.add(Mail.to(reader, letter, now, address=address, good_once=True))


def _write(tx: Transaction, notifications: list[Notification]) -> None:
    """Write all notices and mails of the transaction, by one statement for each table."""
    tx.learn_erased({each.account_id for each in notifications})
    told = [each for each in notifications if not tx.is_erased(each.account_id)]
    if not told:
        return
    now, readers = utc_now(), readers_of(tx, {each.account_id for each in told})
    notices: list[tuple[Notification, Notice]] = []
    mails: list[Mail] = []
    for each in told:
        reader = readers[each.account_id]
        words = _still_to_be_said(tx, each.words_for(reader))
        notices.append((each, Notice.to(each.account_id, words, each.about, now)))
        if each.by_mail:
            letter = words.letter(reader.discreet)
            mails.append(
                Mail.to(reader, letter, now, address=each.address, place_of=words.place_of)
            )
    _add(tx, notices)
    tx.insert_all(mails)


def _add(tx: Transaction, notices: list[tuple[Notification, Notice]]) -> None:
    """Add the notices at their accounts' next positions, and tell the gateways."""
    added = Counter(each.account_id for each, _ in notices)
    newest = queries.positions_after(tx, added)
    unread = queries.numbers_unread(tx, list(added))
    events = []
    for account_id in added:
        theirs = [each for each in notices if each[0].account_id == account_id]
        position, number = newest[account_id] - len(theirs), unread.get(account_id, 0)
        for later, (notification, notice) in enumerate(theirs, start=1):
            events.append((notification, notice.added(position + later, number + later)))
    tx.insert_all([notice for _, notice in notices])
    for notification, event in events:
        with entered(notification.call):
            tx.emit(event)


def _still_to_be_said(tx: Transaction, words: Wording) -> Wording:
    """The words without the practice of a specialist who was erased meanwhile."""
    if words.place_of is None or not tx.is_erased(words.place_of):
        return words
    return words.without_place()
