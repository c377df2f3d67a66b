"""A mail that can't be sent, for whatever reason, keeps no other mail from leaving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import eventlet
import pytest
import structlog
from eventlet.event import Event as GreenEvent
from sqlalchemy import select

from chassis.database.database import Database
from chassis.scheduling import for_each
from chassis.smtp import LONGEST_REPLY
from chassis.times import utc_now
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails import queries, service
from services.notifications.mails.mails import ATTEMPTS, Mail, MailStatus
from services.notifications.mails.postbox import MailFolder, Postbox
from services.notifications.service import NotificationsService
from tests.notifications.builders import SENDER, a_mail
from tests.notifications.mail_servers import Answer, HangUp, MailServer, Talk, a_mail_server
from tests.support.databases import connected_database

GOOD = "good@example.org"
LONG_AGO = timedelta(minutes=20)
BAD_ADDRESSES = [
    *(f'"{each}x"@example.org' for each in "\x0b\x0c\x1c\x1d\x1e"),
    "a@x\u2028y.org",
    "=?utf-8?q?victim?=@example.org",
    "victim@example.org, other@example.org",
    "group: victim@example.org;",
    "(victim@example.org)@example.org",
    "no address at all",
]


@pytest.fixture
def store(database: str) -> Iterator[Database]:
    store = connected_database(database, "notifications")
    yield store
    store.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "mail")


def a_service(store: Database, address: str) -> Any:
    service: Any = NotificationsService()
    service.store, service.postbox, service.sender = store, Postbox(), SENDER
    service.postbox.address = address
    return service


def plant(store: Database, *addresses: str) -> list[Mail]:
    """Mails that wait, the first one the longest, as if their addresses had been taken once."""
    mails = []
    for number, address in enumerate(addresses):
        since = utc_now() - LONG_AGO + timedelta(seconds=number)
        mail = a_mail("Your appointment", "It is booked.", since)
        with store.transaction() as tx:
            tx.add(mail)
            tx.add(Recipient(account_id=mail.account_id, email=address, display_name="Sam"))
        mails.append(mail)
    return mails


def now_is(store: Database, mail: Mail) -> Mail:
    with store.reading() as session:
        return session.scalars(select(Mail).where(Mail.id == mail.id)).one()


def outcomes(store: Database, mails: list[Mail]) -> list[tuple[str, int]]:
    return [(now_is(store, each).status, now_is(store, each).attempts) for each in mails]


SENT, FAILED = (MailStatus.SENT, 1), (MailStatus.FAILED, 1)
TO_BE_TRIED_AGAIN = (MailStatus.WAITING, 1)


def test_bad_addresses_that_are_there_already_fail_at_once_and_the_good_one_leaves(
    store: Database, folder: str
) -> None:
    *bad, good = plant(store, *BAD_ADDRESSES, GOOD)

    a_service(store, folder).send_mail()

    assert outcomes(store, [*bad, good]) == [FAILED] * len(bad) + [SENT]
    assert [path.name for path in Path(folder).iterdir()] == [f"{good.id}.eml"]


Fails = Callable[[GreenEvent], None]


def raises(error: BaseException) -> Fails:
    def fail(_: GreenEvent) -> None:
        raise error

    return fail


def hangs(over: GreenEvent) -> None:
    over.wait()


FAILURES = {
    "an error": raises(RuntimeError("a NUL \x00 and half a pair \ud800")),
    "no memory": raises(MemoryError()),
    "too deep": raises(RecursionError()),
    "a timeout of its own": raises(eventlet.Timeout(None)),
    "it hangs": hangs,
}


@contextmanager
def the_first_time(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fail: Fails
) -> Iterator[None]:
    over, original, calls = GreenEvent(), getattr(owner, name), iter(range(1000))

    def failing(*arguments: Any, **named: Any) -> Any:
        if next(calls) == 0:
            fail(over)
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, failing)
    try:
        yield
    finally:
        over.send(None)


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize(
    ("owner", "name"),
    [(Mail, "to_message"), (MailFolder, "send"), (Postbox, "opened"), (queries, "mail_to_send")],
    ids=["its making", "its sending", "the way out", "its reading"],
)
def test_whatever_befalls_a_mail_the_next_one_leaves_in_the_same_round(
    store: Database,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    fail: Fails,
) -> None:
    monkeypatch.setattr(for_each, "ITEM_DEADLINE_S", 0.5)
    mails = plant(store, "first@example.org", GOOD)
    with the_first_time(monkeypatch, owner, name, fail):
        a_service(store, folder).send_mail()
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN, SENT]
    assert now_is(store, mails[0]).error
    assert now_is(store, mails[0]).next_attempt_at > utc_now()


def test_what_fails_every_time_is_given_up_in_the_end(
    store: Database, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(MailFolder, "send", fail)
    monkeypatch.setattr(for_each, "FIRST_PAUSE", timedelta(0))
    [mail] = plant(store, GOOD)
    for _ in range(ATTEMPTS):
        a_service(store, folder).send_mail()
        with store.transaction() as tx:
            tx.find(Mail, mail.id).next_attempt_at = utc_now()
    assert outcomes(store, [mail]) == [(MailStatus.FAILED, ATTEMPTS)]


def test_mail_that_was_never_tried_goes_before_what_failed(
    store: Database, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAILS_A_ROUND", 1)
    failed, fresh = plant(store, "first@example.org", GOOD)
    with store.transaction() as tx:
        tx.find(Mail, failed.id).attempts = 3
    a_service(store, folder).send_mail()
    assert outcomes(store, [failed, fresh]) == [(MailStatus.WAITING, 3), SENT]


# Over SMTP


def send_all(store: Database, server: MailServer) -> None:
    a_service(store, server.url).send_mail()


def to_first(line: str, command: str = "RCPT") -> bool:
    return line.upper().startswith(command) and "first@" in line


def hang_up_after_a_mail(talk: Talk, line: str) -> str | None:
    if talk.mails == 1:
        raise HangUp
    return None


def one_mail_a_connection(talk: Talk, line: str) -> str | None:
    return "421 one at a time" if talk.mails == 1 and line.startswith(("mail", "MAIL")) else None


@pytest.mark.parametrize("answer", [hang_up_after_a_mail, one_mail_a_connection])
def test_a_server_that_hangs_up_between_mails_is_called_again_in_the_same_round(
    store: Database, answer: Answer
) -> None:
    mails = plant(store, "a@example.org", "b@example.org", "c@example.org")
    with a_mail_server(answer) as server:
        send_all(store, server)
        assert server.recipients == ["a@example.org", "b@example.org", "c@example.org"]
    assert outcomes(store, mails) == [SENT] * 3


def refuse_first(talk: Talk, line: str) -> str | None:
    return "550 5.1.1 no such mailbox" if to_first(line) else None


def refuse_first_and_its_rset(talk: Talk, line: str) -> str | None:
    if line.upper().startswith("RSET"):
        raise HangUp
    return refuse_first(talk, line)


@pytest.mark.parametrize("answer", [refuse_first, refuse_first_and_its_rset])
def test_a_recipient_refused_for_good_fails_at_once_and_alone(
    store: Database, answer: Answer
) -> None:
    mails = plant(store, "first@example.org", GOOD)
    with a_mail_server(answer) as server:
        send_all(store, server)
        assert server.recipients == [GOOD]
    assert outcomes(store, mails) == [FAILED, SENT]
    assert now_is(store, mails[0]).error == "550 5.1.1 no such mailbox"


@pytest.mark.parametrize("said", ["450 try later", "550 5.7.1 relaying denied", "421 busy"])
def test_a_recipient_refused_for_now_is_tried_again(store: Database, said: str) -> None:
    mails = plant(store, "first@example.org", GOOD)
    with a_mail_server(lambda talk, line: said if to_first(line) else None) as server:
        send_all(store, server)
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN, SENT]


def hang_up_at_first(talk: Talk, line: str) -> str | None:
    if to_first(line):
        raise HangUp
    return None


def test_a_mail_at_which_the_server_hangs_up_is_tried_again_and_the_next_one_leaves(
    store: Database,
) -> None:
    mails = plant(store, "first@example.org", GOOD)
    with a_mail_server(hang_up_at_first) as server:
        send_all(store, server)
        assert server.recipients == [GOOD]
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN, SENT]


def test_a_recipient_at_whom_the_server_falls_silent_keeps_no_other_waiting(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(for_each, "ITEM_DEADLINE_S", 0.5)
    over = GreenEvent()

    def tarpit(talk: Talk, line: str) -> str | None:
        if to_first(line):
            over.wait()
        return None

    mails = plant(store, "first@example.org", GOOD)
    with a_mail_server(tarpit) as server:
        send_all(store, server)
        assert server.recipients == [GOOD]
        assert [talk.mails for talk in server.talks] == [0, 1]
        over.send(None)
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN, SENT]


def test_an_answer_without_end_is_not_read_to_its_end_and_the_next_mail_leaves(
    store: Database,
) -> None:
    endless = "250-yes\r\n" * LONGEST_REPLY + "250 yes"
    mails = plant(store, "first@example.org", GOOD)
    with a_mail_server(lambda talk, line: endless if to_first(line) else None) as server:
        send_all(store, server)
        assert server.recipients == [GOOD]
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN, SENT]
    assert f"over {LONGEST_REPLY} bytes" in str(now_is(store, mails[0]).error)


def test_a_server_that_asks_for_our_password_in_nonsense_costs_no_mail_its_tries(
    store: Database,
) -> None:
    mails = plant(store, "a@example.org", "b@example.org")
    nonsense = {"AUTH": "334 this is no base64"}
    with a_mail_server(
        lambda talk, line: nonsense.get(line.upper()[:4]), extensions=("AUTH CRAM-MD5",)
    ) as server:
        address = server.url.replace("smtp://", "smtp+clear://user:secret@")
        for _ in range(2):
            a_service(store, address).send_mail()
            with store.transaction() as tx:
                for each in mails:
                    tx.find(Mail, each.id).next_attempt_at = utc_now()
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN] * 2


def test_a_server_that_is_away_or_lets_nobody_in_costs_no_mail_its_tries(store: Database) -> None:
    mails = plant(store, "a@example.org", "b@example.org")
    with a_mail_server() as server:
        gone = server.url
    locked = gone.replace("smtp://", "smtp+clear://user:secret@")
    for _ in range(2 * ATTEMPTS):
        for url in (gone, locked):
            a_service(store, url).send_mail()
            with store.transaction() as tx:
                for each in mails:
                    tx.find(Mail, each.id).next_attempt_at = utc_now()
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN] * 2


def test_a_wrong_password_of_ours_costs_no_mail_its_tries(store: Database) -> None:
    def deny(talk: Talk, line: str) -> str | None:
        return "535 no" if line.upper().startswith("AUTH") else None

    mails = plant(store, "a@example.org", "b@example.org")
    with a_mail_server(deny, extensions=("AUTH PLAIN",)) as server:
        a_service(store, server.url.replace("smtp://", "smtp+clear://user:secret@")).send_mail()
        assert len(server.talks) == 1
    assert outcomes(store, mails) == [TO_BE_TRIED_AGAIN] * 2
    assert "535" in str(now_is(store, mails[0]).error)


@pytest.mark.parametrize("extensions", [("SMTPUTF8", "8BITMIME"), ()])
def test_addresses_in_other_letters_leave_as_the_server_can_take_them(
    store: Database, extensions: tuple[str, ...]
) -> None:
    mails = plant(store, "a@münchen.example", "jürgen@example.org", GOOD)
    with a_mail_server(extensions=extensions) as server:
        send_all(store, server)
        if extensions:
            assert server.recipients == ["a@münchen.example", "jürgen@example.org", GOOD]
            assert "To: jürgen@example.org".encode() in server.sent[1][1]
        else:
            assert server.recipients == ["a@xn--mnchen-3ya.example", GOOD]
            assert b"To: a@xn--mnchen-3ya.example" in server.sent[0][1]
    assert outcomes(store, mails) == [SENT, SENT if extensions else FAILED, SENT]


# What operators see


def test_mail_that_waits_too_long_is_warned_of(store: Database, folder: str) -> None:
    service = a_service(store, folder)
    with structlog.testing.capture_logs() as logs:
        service.look_for_waiting_mail()
    assert logs == []

    with store.transaction() as tx:
        for age in (timedelta(minutes=11), timedelta(minutes=1)):
            tx.add(aged(a_mail("Hello", "Hello.", utc_now()), age))
        given_up = a_mail("Hello", "Hello.", utc_now())
        given_up.refused("no such mailbox", utc_now())
        long_ago = a_mail("Hello", "Hello.", utc_now())
        long_ago.refused("no such mailbox", utc_now() - timedelta(days=2))
        tx.add_all([given_up, long_ago])
    with structlog.testing.capture_logs() as logs:
        service.look_for_waiting_mail()
    [said] = logs
    assert (said["event"], said["waiting"], said["failed_within_a_day"]) == ("mail_delayed", 2, 1)
    assert 11 * 60 <= said["oldest_s"] < 12 * 60


def test_the_oldest_waiting_mail_counts_whatever_its_id_says(store: Database) -> None:
    mail, [old] = a_mail("Hello", "Hello.", utc_now()), plant(store, GOOD)
    with store.transaction() as tx:
        tx.add(mail)
        tx.find(Mail, old.id).id = UUID("f" * 12 + "4fffbfff" + "f" * 12)  # version 4, the last one
    with store.reading() as session:
        oldest = queries.mail_backlog(session, utc_now()).oldest_mail
    assert oldest is not None
    assert oldest >= LONG_AGO.total_seconds()


def aged(mail: Mail, age: timedelta) -> Mail:
    """As if it had been written so long ago, which its id says."""
    milliseconds = int(age.total_seconds() * 1000)
    mail.id = type(mail.id)(int=mail.id.int - (milliseconds << 80))
    return mail
