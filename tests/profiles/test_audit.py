"""The audit: only ever added to, and nothing personal in it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Executable, delete, text, update
from sqlalchemy.exc import DBAPIError

from chassis.context import CallContext, Caller, entered
from chassis.errors import Unauthenticated
from chassis.ids import new_id
from chassis.networks import network_of
from contracts.booking.consultations import NoteRead
from contracts.profiles.sessions import Refused, WrongCredentials
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditEntry
from tests.profiles.signing_in import an_address, log_in, somebody
from tests.support.service_client import NOBODY, Talking


def entry_about(profiles: Talking, about: UUID) -> AuditEntry:
    [entry] = [row for row in profiles.rows("audit") if row.about == about]
    found: AuditEntry = entry
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
        "update": update(AuditEntry).where(AuditEntry.about == about).values(what="nothing"),
        "delete": delete(AuditEntry).where(AuditEntry.about == about),
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


def test_signing_in_is_written_down_with_the_network(profiles: Talking) -> None:
    person = somebody(profiles)
    log_in(profiles, person.email, address="203.0.113.77")
    [*_, entry] = [row for row in profiles.rows("audit") if row.about == person.id]
    assert (entry.what, entry.who, entry.network) == ("signed_in", person.id, "203.0.113.0/24")


def refuse(profiles: Talking, caller: Caller, path: str = "/api/v1/licences") -> None:
    refused = Refused(code="forbidden", method="GET", path=path)
    with entered(CallContext(caller=caller, address="203.0.113.77")):
        profiles.house.remote("profiles").record_refusal(refused=refused)


def refusals_of(profiles: Talking, caller: Caller) -> list[AuditEntry]:
    rows = profiles.rows("audit")
    return [row for row in rows if (row.what, row.who) == ("refused", caller.account_id)]


def test_a_refusal_is_written_down_with_what_was_asked(profiles: Talking) -> None:
    caller = Caller(new_id())
    refuse(profiles, caller)
    [entry] = refusals_of(profiles, caller)
    assert entry.detail == "forbidden GET /api/v1/licences"
    assert (entry.about, entry.network) == (caller.account_id, "203.0.113.0/24")


def test_nobody_floods_the_audit_with_refusals(profiles: Talking) -> None:
    caller, other = Caller(new_id()), Caller(new_id())
    for _ in range(40):
        refuse(profiles, caller)
    refuse(profiles, other)
    assert len(refusals_of(profiles, caller)) == 30
    assert len(refusals_of(profiles, other)) == 1


def test_an_anonymous_caller_is_not_written_down(profiles: Talking) -> None:
    with pytest.raises(Unauthenticated):
        refuse(profiles, NOBODY)


def test_reading_a_note_is_written_down(profiles: Talking) -> None:
    client, specialist, consultation = new_id(), new_id(), new_id()
    read = NoteRead(
        consultation_id=consultation,
        client_id=client,
        specialist_id=specialist,
        network="203.0.113.0/24",
    )
    profiles.hears(read)
    entry = entry_about(profiles, client)
    assert (entry.what, entry.who, entry.detail, entry.network) == (
        "note_read",
        specialist,
        str(consultation),
        "203.0.113.0/24",
    )


def test_who_asks_about_an_account_sees_what_it_did_as_well(profiles: Talking) -> None:
    specialist = new_id()
    read = NoteRead(
        consultation_id=new_id(), client_id=new_id(), specialist_id=specialist, network=None
    )
    profiles.hears(read)
    with profiles.store.reading() as session:
        assert [each.what for each in audit.entries(session, specialist, 10)] == ["note_read"]


def test_an_export_is_written_down_and_does_not_say_where_others_were(profiles: Talking) -> None:
    person = somebody(profiles)
    read = NoteRead(
        consultation_id=new_id(),
        client_id=person.id,
        specialist_id=new_id(),
        network="198.51.100.0/24",
    )
    profiles.hears(read)
    log_in(profiles, person.email, address="203.0.113.77")
    security = person.asks("export_personal_data")["security"]
    networks = {each["what"]: each["network"] for each in security}
    assert (networks["note_read"], networks["signed_in"]) == (None, "203.0.113.0/24")
    assert person.audited()[-1] == "data_exported"
