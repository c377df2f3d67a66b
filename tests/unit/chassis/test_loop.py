"""A loop goes on, whatever happens to its work."""

from __future__ import annotations

from chassis.concurrency.loop import LONGEST_PAUSE, Loop


def test_a_loop_goes_on_after_an_outage_of_hours() -> None:
    def look() -> float:
        raise ConnectionError("the database is away")

    loop = Loop("relay", look)
    pauses = [loop._round() for _ in range(1100)]  # at the longest pause, an hour and a half

    assert 0 < pauses[0] <= 1
    assert 0 < pauses[-1] <= LONGEST_PAUSE.total_seconds()
