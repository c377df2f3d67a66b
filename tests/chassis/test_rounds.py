"""Rounds: each has its turn, whatever becomes of the others."""

from __future__ import annotations

import pytest

from chassis.database import DatabaseAway
from chassis.errors import NotFound
from chassis.rounds import for_each


def test_what_fails_for_one_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def halve(number: int) -> None:
        done.append(6 // number)

    for_each([0, 1, 0, 3], halve)
    assert done == [6, 2]
    assert caplog.text.count("not_done") == 2


def test_a_database_that_is_away_ends_the_round() -> None:
    tried = []

    def write(number: int) -> None:
        tried.append(number)
        raise DatabaseAway

    with pytest.raises(DatabaseAway):
        for_each([1, 2], write)
    assert tried == [1]


def test_what_is_gone_meanwhile_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def take(number: int) -> None:
        if number == 1:
            raise NotFound("there is no 1")
        done.append(number)

    for_each([1, 2], take)
    assert done == [2]
    assert "not_done" not in caplog.text
