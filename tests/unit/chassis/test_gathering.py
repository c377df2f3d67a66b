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

MOST = 4


class Profiles:
    """Whom is asked; ``held`` keeps answers back."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.held = GreenEvent()
        self.error: Exception | None = None

    def __call__(self, keys: list[str]) -> Mapping[str, str]:
        self.asked.append(keys)
        self.held.wait()
        if self.error is not None:
            raise self.error
        return {key: key.upper() for key in keys if key != "nobody"}


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


def test_who_asks_alone_is_asked_for_at_once(ask: Asking, profiles: Profiles) -> None:
    alone = ask("ada", "nobody")
    assert profiles.asked == [["ada", "nobody"]]
    profiles.held.send()
    assert alone.wait() == {"ada": "ADA"}


def test_those_who_ask_meanwhile_are_asked_for_together(ask: Asking, profiles: Profiles) -> None:
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


def test_more_than_one_call_may_ask_for_is_asked_by_another(
    ask: Asking, profiles: Profiles
) -> None:
    ask("ada")
    others = [ask("a", "b", "c"), ask("d", "e"), ask("f")]
    profiles.held.send()
    assert [len(each.wait()) for each in others] == [3, 2, 1]
    assert max(map(len, profiles.asked)) <= MOST


def test_a_call_that_takes_long_keeps_the_next_one_from_nothing(
    ask: Asking, profiles: Profiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LONGEST_WAIT_S", 0.01)
    first, second = ask("ada"), ask("ben")
    eventlet.sleep(0.05)
    assert profiles.asked == [["ada"], ["ben"]]
    profiles.held.send()
    assert (first.wait(), second.wait()) == ({"ada": "ADA"}, {"ben": "BEN"})


def test_a_refusal_reaches_those_who_asked_together_and_nobody_after_them(
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


def test_who_is_killed_while_asking_keeps_nobody_waiting(ask: Asking, profiles: Profiles) -> None:
    first, second, third = ask("ada"), ask("ben"), ask("eve")
    eventlet.kill(first)
    eventlet.sleep(0)
    assert profiles.asked[1:] == [["ben", "eve"]]
    eventlet.kill(second)
    with pytest.raises(Unavailable):
        third.wait()
    profiles.held.send()
    assert ask("ada").wait() == {"ada": "ADA"}
