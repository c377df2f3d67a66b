"""Questions that come together are asked together."""

from __future__ import annotations

from collections.abc import Mapping

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from eventlet.greenthread import GreenThread

from chassis.concurrency import gathering
from chassis.concurrency.gathering import Gathering
from chassis.errors import Unavailable

MOST, UNKNOWN = 4, "zoe"


class Profiles:
    """What is asked; ``held`` keeps its answers back."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.held = GreenEvent()
        self.error: Exception | None = None

    def __call__(self, keys: list[str]) -> Mapping[str, str]:
        self.asked.append(keys)
        self.held.wait()
        if self.error is not None:
            raise self.error
        return {key: key.upper() for key in keys if key != UNKNOWN}


@pytest.fixture
def profiles() -> Profiles:
    return Profiles()


@pytest.fixture
def ask(profiles: Profiles, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setattr(gathering, "LONGEST_WAIT_S", 10.0)
    return Asking(profiles)


class Asking:
    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._gathering: Gathering[str, str] = Gathering(MOST)

    def __call__(self, *keys: str) -> GreenThread:
        """A greenthread that asks; it has begun to."""
        asking = eventlet.spawn(self._gathering.answer, keys, self._profiles)
        eventlet.sleep(0)
        return asking


def test_a_question_that_comes_alone_is_asked_at_once(ask: Asking, profiles: Profiles) -> None:
    alone = ask("ada", UNKNOWN)
    assert profiles.asked == [["ada", UNKNOWN]]
    profiles.held.send()
    assert alone.wait() == {"ada": "ADA"}


def test_questions_that_come_during_a_call_are_asked_together(
    ask: Asking, profiles: Profiles
) -> None:
    first = ask("ada")
    others = [ask("ben"), ask("eve", "ben"), ask("ada")]
    assert profiles.asked == [["ada"]]
    profiles.held.send()
    assert first.wait() == {"ada": "ADA"}
    assert [each.wait() for each in others] == [
        {"ben": "BEN"},
        {"eve": "EVE", "ben": "BEN"},
        {"ada": "ADA"},
    ]
    assert profiles.asked[1:] == [["ben", "eve", "ada"]]


def test_a_call_asks_for_no_more_keys_than_it_may(ask: Asking, profiles: Profiles) -> None:
    ask("ada")
    others = [ask("a", "b", "c"), ask("d", "e"), ask("f")]
    profiles.held.send()
    assert [len(each.wait()) for each in others] == [3, 2, 1]
    assert max(map(len, profiles.asked)) <= MOST


def test_a_slow_call_does_not_delay_the_next_one_for_long(
    ask: Asking, profiles: Profiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LONGEST_WAIT_S", 0.01)
    first, second = ask("ada"), ask("ben")
    eventlet.sleep(0.05)
    assert profiles.asked == [["ada"], ["ben"]]
    profiles.held.send()
    assert (first.wait(), second.wait()) == ({"ada": "ADA"}, {"ben": "BEN"})


def test_a_refusal_reaches_all_questions_of_its_call_and_no_later_one(
    ask: Asking, profiles: Profiles
) -> None:
    profiles.error = Unavailable("away")
    askers = [ask("ada"), ask("ben"), ask("eve")]
    profiles.held.send()
    for each in askers:
        with pytest.raises(Unavailable):
            each.wait()
    profiles.error = None
    assert ask("ada").wait() == {"ada": "ADA"}


def test_a_caller_that_is_killed_does_not_leave_others_waiting(
    ask: Asking, profiles: Profiles
) -> None:
    first, second, third = ask("ada"), ask("ben"), ask("eve")
    eventlet.kill(first)
    eventlet.sleep(0)
    assert profiles.asked[1:] == [["ben", "eve"]]
    eventlet.kill(second)
    with pytest.raises(Unavailable):
        third.wait()
    profiles.held.send()
    assert ask("ada").wait() == {"ada": "ADA"}
