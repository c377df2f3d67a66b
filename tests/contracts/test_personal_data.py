"""Whatever is kept on an account is exported to it, and erased with it: no table is forgotten.

A table that bears an account's id has to be named here, with where its rows stand in the export or
with the reason why they do not.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, Table, Uuid

from contracts.export import Export
from firststep.platform import SERVICES
from services.profiles.privacy.personal_data import PERSONAL_DATA
from tests.support.begun_consultations import let_begin
from tests.support.eventually import eventually
from tests.support.factories import Person, a_specialist, slots_of
from tests.support.full_specialists import a_client_for_whom_one_is_held
from tests.support.platform import House

NO_ACCOUNTS_ID = {
    "inbox.event_id",
    "outbox.event_id",
    "clocks.holder",
    "mendings.id",
    "mendings.event_id",
    "erasures.id",
    "consultations.id",
    "notices.id",
    "notices.about",
    "mails.id",
    "articles.id",
    "article_slugs.article_id",
    "article_terms.article_id",
    "sessions.id",
    "sign_ups.id",
    "refresh_tokens.session_id",
    "audit.id",
    "specialist_history.id",
    "licences.submission_id",
    "journal.event_id",
    "holds.id",
    "sign_up_holds.id",
    "external_calendars.id",
    "external_busy_times.calendar_id",
    "waits.id",
    "outcomes.id",
    "outcomes.consultation_id",
    "lost_consultations.consultation_id",
    "told_consultations.consultation_id",
    "revocations.id",
}
"""Columns of ids which are no account's, or, of what something is about, not its owner's."""

EXPORTED = {
    ("profiles", "accounts"): "account",
    ("profiles", "preferences"): "preferences",
    ("profiles", "consents"): "consents",
    ("profiles", "specialists"): "specialist",
    ("profiles", "specialist_slugs"): "slugs",
    ("profiles", "sessions"): "sessions",
    ("profiles", "audit"): "security",
    ("profiles", "licences"): "licence",
    ("profiles", "specialist_history"): "history",
    ("booking", "calendars"): "availability",
    ("booking", "consultations"): "consultations",
    ("booking", "waits"): "waitlist",
    ("booking", "holds"): "held_slots",
    ("booking", "outcomes"): "outcomes",
    ("booking", "preferences"): "preferences",
    ("booking", "external_calendars"): "external_calendars",
    ("booking", "calendar_feeds"): "calendar_feed",
    ("notifications", "recipients"): "addressee",
    ("notifications", "preferences"): "preferences",
    ("notifications", "notices"): "notices",
    ("notifications", "mails"): "mails",
}
"""Where the rows of a table stand in their service's part of the export."""

NOT_EXPORTED = {
    ("profiles", "exposures"): "counts without anybody in them, shown from five on",
    ("profiles", "second_factors"): "it only opens a door; the account says that it is there",
    ("profiles", "directory"): "what the profile says, once more: to be found by",
    ("booking", "specialist_facts"): "what the profile says, once more: to stand in for others",
    ("booking", "sign_up_holds"): "a specialist's only in that a time of theirs is not free; the "
    "account that takes one over has a hold",
    ("booking", "external_busy_times"): "what their external calendars say, once more",
    ("booking", "external_reading_requests"): "how often they had one read, within a minute",
    ("profiles", "revocations"): "that tokens are void, for the minutes until they expire",
    ("notifications", "notice_counters"): "how many notices they had; the notices are exported",
    ("*", "forgotten"): "only ids of accounts that are no more, whom nobody can ask for",
    ("profiles", "erasures"): "only ids of accounts that are no more; the receipt is for anybody",
}
"""And why the others do not."""

ERASED_BY_PROFILES = {owner.class_.__tablename__ for owner in PERSONAL_DATA}
KEPT_BY_PROFILES = {
    "audit": "ids that lead nowhere, and networks for 90 days: who did what must stand",
    "directory": "the id alone and a number, for searches that remember it",
    "erasures": "the id alone, which leads nowhere: answers find their receipt by it",
    "revocations": "ids alone, for the minutes until the tokens of an erased account expire",
    "forgotten": "the id alone: what comes late finds out by it",
}


def tables_with_an_accounts_id(tables: dict[str, list[Table]]) -> Iterator[tuple[str, str]]:
    for service, metadata in tables.items():
        for table in metadata:
            ids = {
                f"{table.name}.{column.name}"
                for column in table.columns
                if isinstance(column.type, Uuid)
            }
            if ids - NO_ACCOUNTS_ID:
                yield service, table.name


def all_tables() -> dict[str, list[Table]]:
    return {
        name: list(service.store.base.metadata.tables.values())
        for name, service in SERVICES.items()
    }


def left_out(tables: dict[str, list[Table]]) -> set[tuple[str, str]]:
    return {
        (service, table)
        for service, table in tables_with_an_accounts_id(tables)
        if not {(service, table), ("*", table)} & (EXPORTED.keys() | NOT_EXPORTED.keys())
    }


def test_no_table_with_an_accounts_id_is_left_out_of_the_export() -> None:
    assert left_out(all_tables()) == set()


def test_a_table_that_is_left_out_would_be_noticed() -> None:
    new = Table("diaries", MetaData(), Column("author_id", Uuid()))
    assert left_out({"content": [new]}) == {("content", "diaries")}


def test_nothing_is_named_above_that_is_not_there() -> None:
    there = set(tables_with_an_accounts_id(all_tables()))
    assert set(EXPORTED) <= there
    assert all(reason for reason in NOT_EXPORTED.values())
    for service, table in NOT_EXPORTED:
        assert any(service in (each, "*") and table == name for each, name in there)


def test_profiles_erases_every_table_with_an_accounts_id_or_says_why_not() -> None:
    own = {table for _, table in tables_with_an_accounts_id({"profiles": all_tables()["profiles"]})}
    assert own == ERASED_BY_PROFILES | KEPT_BY_PROFILES.keys()
    assert not ERASED_BY_PROFILES & KEPT_BY_PROFILES.keys()


def part_of(service: str) -> set[str]:
    shape = typing.get_type_hints(Export)[service]
    return {field.name for field in dataclasses.fields(shape)}


@pytest.mark.parametrize(("service", "table"), EXPORTED, ids=str)
def test_the_export_has_a_place_for_each_table(service: str, table: str) -> None:
    assert EXPORTED[service, table] in part_of(service)


def test_the_export_has_a_part_of_each_service() -> None:
    assert {field.name for field in dataclasses.fields(Export)} == {
        "account_id",
        "exported_at",
        *SERVICES,
    }


@pytest.fixture(scope="module")
def exports(played: House) -> list[dict[str, Any]]:
    """Of a client and a specialist to whom something has happened."""
    client = a_client_for_whom_one_is_held(played.http)
    specialist = a_specialist(played.http, featured=True)
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[0]["starts_at"]}
    booked = client.post("/consultations", wanted)
    assert booked.status_code == 201, booked.text
    id = booked.json()["id"]
    let_begin(played.store("booking"), UUID(id))
    assert client.post(f"/consultations/{id}/outcome", {"outcome": "continue"}).is_success
    external = {"address": "https://calendar.example/me.ics"}
    assert specialist.post("/specialists/me/external-calendars", external).is_success
    assert client.post("/calendar-feed", {}).is_success
    return [_export(person) for person in (client, specialist)]


def _export(person: Person) -> dict[str, Any]:
    eventually(lambda: person.get("/me/export").json()["notifications"]["mails"])
    exported: dict[str, Any] = person.get("/me/export").json()
    return exported


@pytest.mark.parametrize(("service", "table"), EXPORTED, ids=str)
def test_what_stands_in_a_table_stands_in_the_export(
    exports: list[dict[str, Any]], service: str, table: str
) -> None:
    assert any(export[service][EXPORTED[service, table]] for export in exports)
