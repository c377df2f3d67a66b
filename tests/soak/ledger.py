"""The account: what the services' databases say about every booking and every effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.database.database import Database
from firststep.platform import SERVICES
from tests.soak.load import Answers
from tests.support.databases import connected_database

CONSULTATIONS = "SELECT id, client_id, specialist_id, starts_at, ends_at, booked_at, status"
CONSULTATIONS += " FROM consultations"
BOOKED_EVENTS = """
    SELECT convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'consultation_id'
    FROM outbox WHERE type = 'ConsultationBooked'
"""
NOTICES = "SELECT about, account_id, created_at FROM notices WHERE kind = 'consultation_booked'"
MAILS = """
    SELECT account_id, substring(text from '/consultations/([0-9a-f-]{36})')::uuid AS about
    FROM mails
"""
"""Each links to the page of what it is about."""
UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
WAITING = "SELECT count(*) FROM inbox WHERE status = 'retry'"
PARKED = "SELECT handler, type, attempts, error FROM inbox WHERE status = 'parked'"
EMITTED = "SELECT event_id FROM outbox WHERE type = :type"
HANDLED = "SELECT event_id FROM inbox WHERE type = :type AND handler = :handler"
HANDLED += " AND status <> 'retry'"

ROADS = (
    ("booking", "ConsultationBooked", "notifications", "tell_both"),
    ("booking", "AvailabilityChanged", "profiles", "learn_availability"),
    ("profiles", "SpecialistFeatured", "notifications", "tell_featured"),
    ("profiles", "SpecialistUnfeatured", "notifications", "tell_unfeatured"),
)
"""Producer, event, consumer, handler: of all that the load causes."""

EXAMPLES = 5


@dataclass
class Finding:
    """A promise, and how often it was broken."""

    name: str
    times: int
    examples: list[str] = field(default_factory=list)


@dataclass
class Account:
    """``findings`` are all zero where every promise was kept."""

    findings: list[Finding]
    consultations: int
    lags_s: list[float]


class Ledger:
    def __init__(self, database: str) -> None:
        self._databases = {name: connected_database(database, name) for name in SERVICES}

    def close(self) -> None:
        for database in self._databases.values():
            database.dispose()

    def left_to_do(self) -> dict[str, int]:
        """What is still on its way, by where it is; empty when drained."""
        counts = {f"{name}: unsent": self._count(name, UNSENT) for name in self._databases}
        counts |= {f"{name}: to retry": self._count(name, WAITING) for name in self._databases}
        for producer, type_, consumer, handler in ROADS:
            emitted = {row[0] for row in self._rows(producer, EMITTED, type=type_)}
            handled = self._rows(consumer, HANDLED, type=type_, handler=handler)
            under_way = emitted - {row[0] for row in handled}
            counts[f"{consumer}: {type_} not handled"] = len(under_way)
        return {where: count for where, count in counts.items() if count}

    def account(self, answers: Answers) -> Account:
        consultations = {row.id: row for row in self._rows("booking", CONSULTATIONS)}
        events = Counter(UUID(row[0]) for row in self._rows("booking", BOOKED_EVENTS))
        notices = self._rows("notifications", NOTICES)
        told = Counter((row.about, row.account_id) for row in notices)
        mails = Counter((row.about, row.account_id) for row in self._rows("notifications", MAILS))
        parties = {(row.id, who) for row in consultations.values() for who in _parties(row)}
        clients = {row.client_id for row in consultations.values()}
        findings = [
            _finding("lost: acknowledged bookings", answers.booked.keys() - consultations.keys()),
            _finding("lost: bookings without event", consultations.keys() - events.keys()),
            _finding("lost: notices", parties - told.keys()),
            _finding("lost: mails", parties - mails.keys()),
            _finding("doubled: bookings of a slot", _doubled(_slots(consultations.values()))),
            _finding("doubled: events of a booking", _doubled(events)),
            _finding("doubled: notices", _doubled(told)),
            _finding("doubled: mails", _doubled(mails)),
            _finding("wrong: bookings differ from answer", _different(answers, consultations)),
            _finding("wrong: repeated call, other answer", answers.changed),
            _finding("wrong: refused, yet booked", _refused_clients(answers) & clients),
            _finding("wrong: effects of no booking", _strays(parties, told, mails)),
            _finding("parked", self._parked()),
        ]
        booked_at = {id: row.booked_at for id, row in consultations.items()}
        return Account(findings, len(consultations), _lags(booked_at, notices))

    def _parked(self) -> list[str]:
        return [f"{name}: {row}" for name in self._databases for row in self._rows(name, PARKED)]

    def _count(self, service: str, query: str) -> int:
        return int(self._rows(service, query)[0][0])

    def _rows(self, service: str, query: str, **parameters: Any) -> list[Any]:
        database: Database = self._databases[service]
        with database.reading() as session:
            return list(session.execute(text(query), parameters))


def _finding(name: str, broken: Iterable[Any]) -> Finding:
    found = list(broken)
    return Finding(name, len(found), [str(each) for each in found[:EXAMPLES]])


def _doubled(counts: Counter[Any]) -> list[Any]:
    return [f"{count} times {key}" for key, count in counts.items() if count > 1]


def _slots(consultations: Iterable[Any]) -> Counter[tuple[UUID, datetime]]:
    booked = [each for each in consultations if each.status == "booked"]
    return Counter((each.specialist_id, each.starts_at) for each in booked)


def _parties(consultation: Any) -> tuple[UUID, UUID]:
    return consultation.client_id, consultation.specialist_id


def _different(answers: Answers, consultations: dict[UUID, Any]) -> list[UUID]:
    def differs(id: UUID) -> bool:
        row, wish = consultations[id], answers.booked[id]
        wanted = (wish.client_id, wish.specialist_id, wish.starts_at)
        return (row.client_id, row.specialist_id, row.starts_at) != wanted

    return [id for id in answers.booked.keys() & consultations.keys() if differs(id)]


def _refused_clients(answers: Answers) -> set[UUID]:
    return {wish.client_id for wish in answers.refused}


def _strays(parties: set[Any], told: Counter[Any], mails: Counter[Any]) -> list[Any]:
    return [*(told.keys() - parties), *(mails.keys() - parties)]


def _lags(booked_at: dict[UUID, datetime], notices: list[Any]) -> list[float]:
    """From booking to notices, in order of length."""
    return sorted(
        (row.created_at - booked_at[row.about]).total_seconds()
        for row in notices
        if row.about in booked_at
    )
