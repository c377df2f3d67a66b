"""An operator sees which erasures are under way, which hangs, and who has not answered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.times import utc_now
from services.profiles.privacy.erasures import OVERDUE_AFTER, Erasure
from tests.support.databases import connected_database
from tests.system.processes import firststep


def put(database: str, age: timedelta, *answered: str) -> Erasure:
    erasure, _ = Erasure.request(new_id(), utc_now() - age)
    for service in answered:
        erasure.record_answer(service, utc_now())
    store = connected_database(database, "profiles")
    with store.transaction() as tx:
        tx.add(erasure)
    store.dispose()
    return erasure


def listed(database: str) -> tuple[int, list[dict[str, Any]]]:
    ended = firststep({"database": database}, "accounts", "erasures", "--json")
    assert "Traceback" not in ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def test_where_no_erasure_is_under_way_that_is_said(database: str) -> None:
    put(database, OVERDUE_AFTER * 2, "profiles", "booking", "notifications", "content")
    assert listed(database) == (0, [])
    ended = firststep({"database": database}, "accounts", "erasures")
    assert (ended.returncode, ended.stdout.strip()) == (0, "No erasure is in progress.")


def test_an_erasure_under_way_is_listed_with_its_age_and_who_has_not_answered(
    database: str,
) -> None:
    erasure = put(database, OVERDUE_AFTER / 2, "profiles", "content")
    code, [row] = listed(database)
    assert code == 0
    assert (row["id"], row["account_id"]) == (str(erasure.id), str(erasure.account_id))
    assert row["waits_for"] == ["booking", "notifications"]
    assert row["age"] == pytest.approx(OVERDUE_AFTER.total_seconds() / 2, abs=60)


def test_one_that_hangs_ends_the_command_with_1(database: str) -> None:
    put(database, timedelta(minutes=1))
    hanging = put(database, OVERDUE_AFTER + timedelta(minutes=1), "profiles", "booking", "content")
    code, rows = listed(database)
    assert code == 1
    assert rows[0]["id"] == str(hanging.id)
    assert len(rows) == 2
    ended = firststep({"database": database}, "accounts", "erasures")
    assert ended.returncode == 1
    [line] = [each for each in ended.stdout.splitlines() if str(hanging.id) in each]
    assert "notifications" in line
    assert "booking" not in line
