"""The audit: only ever added to, and nothing personal in it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Executable, delete, text, update
from sqlalchemy.exc import DBAPIError

from chassis.context import CallContext, entered
from chassis.ids import new_id
from contracts.profiles.sessions import WrongCredentials
from services.profiles import audit
from services.profiles.audit import Entry, network_of
from tests.profiles.signing_in import an_address, log_in, somebody
from tests.talking import Talking


def entry_about(profiles: Talking, about: UUID) -> Entry:
    [entry] = [row for row in profiles.rows("audit") if row.about == about]
    found: Entry = entry
    return found


def an_entry(profiles: Talking) -> UUID:
    about = new_id()
    with profiles.store.transaction() as tx:
        audit.record(tx, "something", about=about, detail="a word")
    return about


def test_an_entry_says_who_what_when_and_from_where(profiles: Talking) -> None:
    who, about = new_id(), new_id()
    with entered(CallContext(address="203.0.113.77")), profiles.store.transaction() as tx:
        audit.record(tx, "licence_verified", who=who, about=about, detail="renewed")
    entry = entry_about(profiles, about)
    assert (entry.who, entry.what, entry.detail) == (who, "licence_verified", "renewed")
    assert entry.network == "203.0.113.0/24"
    assert entry.at.tzinfo is not None


@pytest.mark.parametrize("action", ["update", "delete", "truncate"])
def test_the_database_itself_refuses_to_change_or_remove_one(
    profiles: Talking, action: str
) -> None:
    about = an_entry(profiles)
    sqlite = profiles.store.writer.dialect.name == "sqlite"
    if sqlite and action == "truncate":
        pytest.skip("SQLite has no TRUNCATE")
    statements: dict[str, Executable] = {
        "update": update(Entry).where(Entry.about == about).values(what="nothing"),
        "delete": delete(Entry).where(Entry.about == about),
        "truncate": text("TRUNCATE audit"),
    }
    with pytest.raises(DBAPIError, match="append-only"), profiles.store.transaction() as tx:
        tx.execute(statements[action])
    assert entry_about(profiles, about).what == "something"


def test_who_failed_to_sign_in_is_written_down_a_stranger_as_a_hash(profiles: Talking) -> None:
    person, stranger = somebody(profiles), an_address()
    before = len(profiles.rows("audit"))
    for email in (person.email, stranger, stranger.upper()):
        with pytest.raises(WrongCredentials):
            log_in(profiles, email, "a wrong password", address="2001:db8:1:2:3:4:5:6")
    [known, *unknown] = sorted(profiles.rows("audit"), key=lambda row: str(row.id))[before:]
    assert (known.what, known.about, known.stranger) == ("sign_in_failed", person.id, None)
    assert known.network == "2001:db8:1::/48"
    [first, second] = unknown
    assert first.stranger == second.stranger
    assert (first.about, first.who) == (None, None)
    for personal in (person.email, stranger, "2001:db8:1:2", "a wrong password"):
        assert personal not in str(profiles.rows("audit"))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (None, None),
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
    ],
)
def test_an_address_is_kept_as_its_network(address: str | None, network: str | None) -> None:
    assert network_of(address) == network
