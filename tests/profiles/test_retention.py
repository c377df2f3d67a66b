"""What profiles keeps goes when its time is over, and not a day before."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from chassis.database.event_log import append
from chassis.events import Envelope
from chassis.ids import new_id
from chassis.maintenance.pruning import prune
from chassis.times import utc_now
from contracts.profiles.featuring import NotFeatured, SpecialistFeatured, SpecialistUnfeatured
from services.profiles.audit.audit import AuditedAction, AuditEntry
from services.profiles.base import Base
from services.profiles.featuring.exposures import ExposureCount
from services.profiles.licences.licences import Licence
from services.profiles.retention import RULES
from services.profiles.specialists.history import (
    IN_FORCE,
    NUMBER,
    Change,
    with_numbers,
    without_numbers,
)
from tests.profiles.builders import an_empty_licence
from tests.support.service_client import Talking

A_DAY = timedelta(days=1)
A_YEAR = 365 * A_DAY


def an_entry(at: datetime) -> AuditEntry:
    return AuditEntry(
        id=new_id(),
        at=at,
        what=AuditedAction.SIGNED_IN,
        who=new_id(),
        operator=None,
        about=None,
        stranger=None,
        detail=None,
        network="192.0.2.0/24",
    )


def kept(profiles: Talking, *rows: Any) -> None:
    with profiles.store.transaction() as tx:
        tx.add_all(rows)


def found(profiles: Talking, kind: Any, id: Any) -> Any:
    with profiles.store.reading() as session:
        return session.get(kind, id)


def prune_now(profiles: Talking) -> None:
    prune(profiles.store, RULES, utc_now())


# The audit


def test_an_entry_of_the_audit_stays_for_two_years_and_its_network_for_90_days(
    profiles: Talking,
) -> None:
    now = utc_now()
    ages = (89, 91, 729, 731)
    entries = {days: an_entry(now - days * A_DAY) for days in ages}
    kept(profiles, *entries.values())

    prune_now(profiles)

    left = {days: found(profiles, AuditEntry, each.id) for days, each in entries.items()}
    assert [days for days, each in left.items() if each is not None] == [89, 91, 729]
    assert [each.network for each in left.values() if each] == ["192.0.2.0/24", None, None]
    assert left[91].who == entries[91].who


@pytest.mark.parametrize("days", [88, 91, 728])
def test_nothing_but_its_network_is_taken_from_an_entry(profiles: Talking, days: int) -> None:
    entry = an_entry(utc_now() - days * A_DAY)
    kept(profiles, entry)
    this = AuditEntry.id == entry.id
    changes: list[Any] = [
        delete(AuditEntry).where(this),
        update(AuditEntry).where(this).values(network="198.51.100.0/24"),
        update(AuditEntry).where(this).values(network=None, who=None),
        update(AuditEntry).where(this).values(at=utc_now() - 3 * A_YEAR),
    ]
    if days < 90:
        changes.append(update(AuditEntry).where(this).values(network=None))
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"), profiles.store.transaction() as tx:
            tx.execute(change)
    assert found(profiles, AuditEntry, entry.id).network == "192.0.2.0/24"


# The numbers of licences


def submitted(number: str) -> dict[str, Any]:
    return {NUMBER: {"before": None, "after": number}, IN_FORCE: {"before": None, "after": {}}}


def verified(before: dict[str, Any], number: str) -> dict[str, Any]:
    return {IN_FORCE: {"before": before, "after": {"number": number, "country": "DE"}}}


@pytest.mark.parametrize(
    "changes",
    [
        submitted("A-1"),
        verified({}, "A-1"),
        verified({"number": "A-1", "country": "DE"}, "B-2"),
        {NUMBER: {"before": "A-1", "after": "B-2"}},
        {"headline": {"before": "a", "after": "b"}},
    ],
    ids=str,
)
def test_history_reads_as_it_was_recorded(changes: dict[str, Any]) -> None:
    left, numbers = without_numbers(changes)
    assert "A-1" not in str(left)
    assert "B-2" not in str(left)
    assert with_numbers(left, numbers["number_before"], numbers["number_after"]) == changes


def a_licence(specialist_id: UUID, number: str, expires_on: date, **given: Any) -> Licence:
    licence = an_empty_licence(specialist_id)
    licence.number, licence.expires_on = number, expires_on
    for name, value in given.items():
        setattr(licence, name, value)
    return licence


def test_a_licence_number_leaves_history_a_year_after_it_was_replaced(profiles: Talking) -> None:
    now, specialist_id = utc_now(), new_id()
    first = Change.of(specialist_id, None, submitted("A-1"), now - 5 * A_YEAR)
    second = Change.of(
        specialist_id, None, {NUMBER: {"before": "A-1", "after": "B-2"}}, now - A_YEAR - A_DAY
    )
    kept(profiles, first, second, a_licence(specialist_id, "B-2", (now + A_DAY).date()))

    prune_now(profiles)

    assert found(profiles, Change, first.id).number_after is None
    now_second = found(profiles, Change, second.id)
    assert (now_second.number_before, now_second.number_after) == (None, "B-2")


def test_a_licence_number_stays_in_history_for_a_year_after_it_was_replaced(
    profiles: Talking,
) -> None:
    now, specialist_id = utc_now(), new_id()
    first = Change.of(specialist_id, None, submitted("A-1"), now - 5 * A_YEAR)
    second = Change.of(
        specialist_id, None, {NUMBER: {"before": "A-1", "after": "B-2"}}, now - A_YEAR + A_DAY
    )
    kept(profiles, first, second, a_licence(specialist_id, "B-2", (now + A_DAY).date()))

    prune_now(profiles)

    assert found(profiles, Change, first.id).number_after == "A-1"
    assert found(profiles, Change, second.id).number_before == "A-1"


@pytest.mark.parametrize(("ended_ago", "left"), [(364, "A-1"), (367, None)])
@pytest.mark.parametrize("where", ["handed in", "in force"])
def test_a_licence_number_leaves_history_a_year_after_it_expired(
    profiles: Talking, ended_ago: int, left: str | None, where: str
) -> None:
    now, specialist_id = utc_now(), new_id()
    day = (now - ended_ago * A_DAY).date()
    change = Change.of(specialist_id, None, submitted("A-1"), now - 5 * A_YEAR)
    if where == "handed in":
        licence = a_licence(specialist_id, "A-1", day)
    else:
        in_force = {"number": "A-1", "expires_on": str(day)}
        licence = a_licence(specialist_id, "B-2", (now + A_DAY).date(), in_force=in_force)
    kept(profiles, change, licence)

    prune_now(profiles)

    assert found(profiles, Change, change.id).number_after == left


# The feed, and what is counted


def journal_of(profiles: Talking, specialist_id: UUID) -> list[str]:
    journal = profiles.store.table("journal")
    query = select(journal.c.type).where(journal.c.subject == str(specialist_id))
    with profiles.store.reading() as session:
        return list(session.scalars(query.order_by(journal.c.seq)))


def told(profiles: Talking, at: datetime, event: Any) -> None:
    with profiles.store.transaction() as tx:
        append(tx, Base.metadata, [Envelope.around(event, at, "c")])


def featured(specialist_id: UUID) -> SpecialistFeatured:
    return SpecialistFeatured(
        specialist_id=specialist_id,
        version=1,
        display_name="Kim",
        headline="",
        next_slot_at=utc_now(),
        reason=None,
    )


def test_of_what_the_feed_said_over_a_year_ago_only_the_last_word_stays(
    profiles: Talking,
) -> None:
    one, other, long_ago = new_id(), new_id(), utc_now() - A_YEAR - A_DAY
    unfeatured = SpecialistUnfeatured(specialist_id=one, version=2, reason=NotFeatured.NOT_LISTED)
    told(profiles, long_ago, featured(one))
    told(profiles, long_ago, unfeatured)
    told(profiles, long_ago, featured(one))
    told(profiles, utc_now() - A_YEAR + A_DAY, unfeatured)
    told(profiles, utc_now(), featured(one))
    told(profiles, long_ago, featured(other))

    prune_now(profiles)

    assert journal_of(profiles, one) == ["SpecialistUnfeatured", "SpecialistFeatured"]
    assert journal_of(profiles, other) == ["SpecialistFeatured"]


def test_days_on_which_a_specialist_was_shown_are_counted_for_60_days(profiles: Talking) -> None:
    specialist_id, today = new_id(), utc_now().date()
    kept(
        profiles,
        *(
            ExposureCount(specialist_id=specialist_id, day=today - days * A_DAY, shown=5, opened=0)
            for days in (60, 61)
        ),
    )

    prune_now(profiles)

    assert found(profiles, ExposureCount, (specialist_id, today - 60 * A_DAY))
    assert found(profiles, ExposureCount, (specialist_id, today - 61 * A_DAY)) is None
