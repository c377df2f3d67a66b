"""Sessions: tokens that work once, and what happens to those that come twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from chassis.context import Caller
from chassis.errors import NotFound, Unauthenticated
from chassis.ids import new_id
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.profiles.accounts import ChangeAccount, DisplayNameChanged
from contracts.profiles.sessions import (
    BadRefreshToken,
    OpenSessions,
    RefreshTokenReused,
    Session,
)
from services.profiles.accounts.accounts import Account
from services.profiles.sessions.queries import prune_answers, prune_sessions
from services.profiles.sessions.sessions import GRACE, IDLE, LONGEST, RefreshToken, hash_of
from services.profiles.sessions.sessions import Session as Row
from tests.profiles.builders import NOW
from tests.profiles.signing_in import Person, claims_of, log_in, refresh, somebody
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once

DAY = timedelta(days=1)


def open_of(person: Person) -> OpenSessions:
    return load(OpenSessions, person.asks("list_sessions"), Reading.WIRE)


def aged(profiles: Talking, person: Person, by: timedelta) -> None:
    """As if the person's sessions had last been used so long ago."""
    with profiles.store.transaction() as tx:
        mine = update(Row).where(Row.account_id == person.id)
        tx.execute(mine.values(last_used_at=utc_now() - by))


# Refreshing


def test_a_refresh_token_gets_the_next_pair_of_the_same_session(profiles: Talking) -> None:
    person = somebody(profiles)
    second = refresh(profiles, person.session.refresh_token)
    third = refresh(profiles, second.refresh_token)
    tokens = {each.refresh_token for each in (person.session, second, third)}
    assert len(tokens) == 3
    assert claims_of(profiles, third)["sid"] == str(person.caller.session_id)
    assert claims_of(profiles, third)["sub"] == str(person.id)


def test_refreshed_tokens_say_what_is_true_now(profiles: Talking) -> None:
    person = somebody(profiles)
    assert claims_of(profiles, person.session)["roles"] == ["client"]
    with profiles.store.transaction() as tx:
        tx.lock(Account, person.id).roles = ["client", "editor"]
    now = claims_of(profiles, refresh(profiles, person.session.refresh_token))
    assert (now["verified"], now["roles"]) == (True, ["client", "editor"])


def test_a_token_that_comes_again_at_once_gets_the_same_pair(profiles: Talking) -> None:
    person = somebody(profiles)
    first = refresh(profiles, person.session.refresh_token)
    assert refresh(profiles, person.session.refresh_token) == first
    assert refresh(profiles, first.refresh_token)
    assert refresh(profiles, person.session.refresh_token) == first, "though that was used, too"


@pytest.mark.parametrize("round", range(5))
def test_all_who_use_a_token_at_once_get_the_same_pair(profiles: Talking, round: int) -> None:
    person = somebody(profiles)
    same = partial(refresh, profiles, person.session.refresh_token)
    [first, *others] = at_once([same] * 5)
    assert isinstance(first, Session)
    assert others == [first] * 4
    issued = [row for row in profiles.rows("refresh_tokens") if is_of(row, person)]
    assert len(issued) == 2


def test_a_call_that_the_broker_delivers_again_gets_the_same_pair(profiles: Talking) -> None:
    """And no answer is kept with the calls' keys: for seven days, that would be."""
    person, key = somebody(profiles), uuid4().hex
    first = refresh(profiles, person.session.refresh_token, key)
    assert refresh(profiles, person.session.refresh_token, key) == first
    assert not [row for row in profiles.rows("replies") if row.key.startswith("refresh_session")]


def test_the_key_of_a_call_is_of_no_meaning_to_it(profiles: Talking) -> None:
    person, other, key = somebody(profiles), somebody(profiles), uuid4().hex
    first = refresh(profiles, person.session.refresh_token, key)
    second = refresh(profiles, other.session.refresh_token, key)
    assert claims_of(profiles, first)["sub"] != claims_of(profiles, second)["sub"]
    with pytest.raises(BadRefreshToken):
        refresh(profiles, "guessed", key)


def test_a_token_that_comes_later_ends_its_session_and_no_other(profiles: Talking) -> None:
    person = somebody(profiles)
    elsewhere = log_in(profiles, person.email)
    second = refresh(profiles, person.session.refresh_token)
    as_if_used_earlier(profiles, person, GRACE)
    with pytest.raises(RefreshTokenReused):
        refresh(profiles, person.session.refresh_token)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, second.refresh_token)
    assert refresh(profiles, elsewhere.refresh_token)
    assert "refresh_token_reused" in person.audited()


def test_a_token_that_comes_again_gets_nothing_once_its_session_has_ended(
    profiles: Talking,
) -> None:
    person = somebody(profiles)
    refresh(profiles, person.session.refresh_token)
    person.asks("log_out")
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)


def test_what_a_token_was_exchanged_for_is_kept_no_longer_than_it_is_given_again(
    profiles: Talking,
) -> None:
    person, other = somebody(profiles), somebody(profiles)
    for each in (person, other):
        refresh(profiles, each.session.refresh_token)
    as_if_used_earlier(profiles, person, GRACE)
    with profiles.store.transaction() as tx:
        prune_answers(tx, utc_now())
    kept = [row.answer for row in profiles.rows("refresh_tokens") if is_of(row, person)]
    assert kept == [None, None]
    assert refresh(profiles, other.session.refresh_token)


def test_answers_are_forgotten_by_a_clock(profiles: Talking) -> None:
    person = somebody(profiles)
    refresh(profiles, person.session.refresh_token)
    as_if_used_earlier(profiles, person, GRACE)
    eventually(
        lambda: (
            not [
                row for row in profiles.rows("refresh_tokens") if is_of(row, person) and row.answer
            ]
        )
    )


def is_of(token: Any, person: Person) -> bool:
    return bool(token.session_id == person.caller.session_id)


def as_if_used_earlier(profiles: Talking, person: Person, by: timedelta) -> None:
    """As if so much time had passed since the person's tokens were used."""
    with profiles.store.transaction() as tx:
        for token in tx.scalars(
            select(RefreshToken).where(RefreshToken.session_id == person.caller.session_id)
        ):
            if token.used_at is not None:
                token.used_at -= by


# The rules


def a_session() -> tuple[Row, RefreshToken]:
    """Begun at ``NOW``, and its first refresh token."""
    session = Row.begin(new_id(), None, None, NOW)
    return session, RefreshToken.of("secret", session.id, NOW)


@pytest.mark.parametrize(
    ("after", "again"),
    [
        (-timedelta(seconds=5), True),  # on a host whose clock is behind
        (timedelta(0), True),
        (GRACE - timedelta(microseconds=1), True),
        (GRACE, False),
        (GRACE + timedelta(days=1), False),
    ],
)
def test_a_token_may_come_again_for_half_a_minute(after: timedelta, again: bool) -> None:
    session, token = a_session()
    assert session.refresh(token, None, None, NOW) is None
    token.answer = "sealed"
    if again:
        assert session.refresh(token, None, None, NOW + after) == "sealed"
        assert session.last_used_at == NOW
    else:
        with pytest.raises(RefreshTokenReused):
            session.refresh(token, None, None, NOW + after)


def test_without_its_answer_a_token_that_comes_again_is_reused() -> None:
    session, token = a_session()
    session.refresh(token, None, None, NOW)
    with pytest.raises(RefreshTokenReused):
        session.refresh(token, None, None, NOW)


def test_a_session_ends_after_ninety_days_however_often_it_is_used() -> None:
    session, token = a_session()
    for days in range(0, 90, 29):
        session.refresh(RefreshToken.of("x", session.id, NOW), None, None, NOW + DAY * days)
    last = NOW + LONGEST
    session.refresh(token, None, None, last - timedelta(microseconds=1))
    with pytest.raises(BadRefreshToken):
        session.refresh(RefreshToken.of("x", session.id, NOW), None, None, last)


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 200])
def test_what_is_no_token_of_ours_is_refused(profiles: Talking, token: str) -> None:
    with pytest.raises(BadRefreshToken):
        refresh(profiles, token)


def test_no_token_is_kept_in_the_clear(profiles: Talking) -> None:
    person = somebody(profiles)
    second = refresh(profiles, person.session.refresh_token, uuid4().hex)
    given_out = (person.session, second)
    for table in profiles.store.base.metadata.tables:
        rows = str(profiles.rows(table))
        for session in given_out:
            assert session.refresh_token not in rows, table
            assert session.access_token not in rows, table


def test_a_session_ends_after_thirty_idle_days(profiles: Talking) -> None:
    person = somebody(profiles)
    aged(profiles, person, IDLE - timedelta(minutes=1))
    second = refresh(profiles, person.session.refresh_token)
    aged(profiles, person, IDLE)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, second.refresh_token)
    assert open_of(person).items == []


def test_an_old_session_is_not_listed_however_lately_it_was_used(profiles: Talking) -> None:
    person = somebody(profiles)
    with profiles.store.transaction() as tx:
        tx.execute(
            update(Row).where(Row.account_id == person.id).values(made_at=utc_now() - LONGEST)
        )
    assert open_of(person).items == []
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)


def test_old_sessions_are_forgotten_with_their_tokens(profiles: Talking) -> None:
    person, other = somebody(profiles), somebody(profiles)
    aged(profiles, person, IDLE + timedelta(minutes=1))
    with profiles.store.transaction() as tx:
        prune_sessions(tx, utc_now())
    kept = {row.id for row in profiles.rows("sessions")}
    assert person.caller.session_id not in kept
    assert other.caller.session_id in kept
    of = {row.session_id for row in profiles.rows("refresh_tokens")}
    assert person.caller.session_id not in of


# Listing and ending


def test_who_is_signed_in_sees_where_and_from_where(profiles: Talking) -> None:
    person = somebody(profiles)
    log_in(profiles, person.email, address="203.0.113.9")
    [last, first] = open_of(person).items
    assert (last.address, last.agent, last.current) == ("203.0.113.9", "a test", False)
    assert (first.id, first.current) == (person.caller.session_id, True)
    assert "token" not in str(person.asks("list_sessions"))


def test_logging_out_ends_the_session_that_asks(profiles: Talking) -> None:
    person = somebody(profiles)
    elsewhere = log_in(profiles, person.email)
    for _ in range(2):
        person.asks("log_out")
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)
    assert refresh(profiles, elsewhere.refresh_token)


def test_logging_out_everywhere_ends_them_all(profiles: Talking) -> None:
    person, other = somebody(profiles), somebody(profiles)
    elsewhere = log_in(profiles, person.email)
    person.asks("log_out_everywhere")
    for session in (person.session, elsewhere):
        with pytest.raises(BadRefreshToken):
            refresh(profiles, session.refresh_token)
    assert refresh(profiles, other.session.refresh_token)


def test_one_session_is_ended_by_its_id_by_its_owner_alone(profiles: Talking) -> None:
    person, other = somebody(profiles), somebody(profiles)
    for id in (other.caller.session_id, new_id()):
        with pytest.raises(NotFound):
            person.asks("end_session", session_id=id)
    assert refresh(profiles, other.session.refresh_token)
    person.asks("end_session", session_id=person.caller.session_id)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)


@pytest.mark.parametrize("method", ["list_sessions", "log_out", "log_out_everywhere"])
def test_nobody_has_no_sessions(profiles: Talking, method: str) -> None:
    with pytest.raises(Unauthenticated):
        getattr(profiles.asked_by(NOBODY), method)()


def test_a_token_of_no_session_logs_out_nowhere(profiles: Talking) -> None:
    with pytest.raises(NotFound):
        profiles.asked_by(Caller(new_id())).log_out()


# Whatever order it all comes in


class Family(RuleBasedStateMachine):
    """Somebody's sessions, refreshed, reused and ended in any order, beside a model of them."""

    profiles: Talking
    tokens: Bundle[str] = Bundle("tokens")

    @initialize()
    def sign_up(self) -> None:
        self.person = somebody(self.profiles)
        self.current: dict[str, str] = {}
        """The token given out last, by session."""
        self.session_of: dict[str, str] = {}
        self.answers: dict[str, Session] = {}
        """What each token that was used was exchanged for."""

    def _given(self, session: Session) -> str:
        sid: str = claims_of(self.profiles, session)["sid"]
        self.current[sid] = session.refresh_token
        self.session_of[session.refresh_token] = sid
        return session.refresh_token

    @rule(target=tokens)
    def log_in(self) -> str:
        return self._given(log_in(self.profiles, self.person.email))

    @rule(target=tokens, token=tokens)
    def refresh(self, token: str) -> str:
        sid = self.session_of[token]
        if sid not in self.current:
            with pytest.raises(BadRefreshToken):
                refresh(self.profiles, token)
            return token
        answer = refresh(self.profiles, token)
        assert answer == self.answers.setdefault(token, answer)
        return self._given(answer) if self.current[sid] == token else token

    @rule(token=tokens)
    def come_later(self, token: str) -> None:
        sid = self.session_of[token]
        if sid not in self.current or token not in self.answers:
            return
        with self.profiles.store.transaction() as tx:
            row = tx.lock(RefreshToken, hash_of(token))
            assert row.used_at is not None
            row.used_at -= GRACE
        with pytest.raises(RefreshTokenReused):
            refresh(self.profiles, token)
        del self.current[sid]

    @rule(token=tokens)
    def end(self, token: str) -> None:
        self.person.asks("end_session", session_id=self.session_of[token])
        self.current.pop(self.session_of[token], None)

    @rule()
    def end_all(self) -> None:
        self.person.asks("log_out_everywhere")
        self.current.clear()

    def teardown(self) -> None:
        if hasattr(self, "person"):
            found = {str(each.id) for each in open_of(self.person).items}
            own = {str(self.person.caller.session_id)}
            assert found - own == set(self.current)


def test_whatever_order_a_family_of_tokens_goes_through_it_ends_as_the_model_says(
    profiles: Talking,
) -> None:
    class OfThese(Family):
        pass

    OfThese.profiles = profiles
    run_state_machine_as_test(
        OfThese,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
        ),
    )


# Me


def test_a_name_is_changed_and_what_is_left_out_stays(profiles: Talking) -> None:
    person = somebody(profiles)
    for change in (ChangeAccount(display_name="Robin"), ChangeAccount()) * 2:
        person.asks("change_me", change=change)
        assert person.me().display_name == "Robin"
    [told] = profiles.told(DisplayNameChanged, person.id)
    assert (told.display_name, told.version) == ("Robin", 1)
