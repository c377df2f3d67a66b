"""Access tokens that are void before they expire: who is told, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import eventlet
import pytest
from sqlalchemy import text, update

from chassis.schemas import Reading, load
from chassis.sealing import Seal
from chassis.settings import Settings, read_settings
from chassis.times import utc_now
from contracts.profiles.accounts import (
    AccountRestored,
    AccountSuspended,
    ChangeEmail,
    ChangePassword,
    RequestPasswordReset,
    ResetPassword,
    Role,
)
from contracts.profiles.privacy import EraseAccount
from contracts.profiles.sessions import (
    BadRefreshToken,
    RefreshTokenReused,
    Revocation,
    Revocations,
    Session,
    SessionsEnded,
    SignedOutByOperator,
    Suspended,
    WrongCredentials,
)
from firststep.commands import accounts as commands
from services.profiles.accounts.accounts import Account
from services.profiles.audit.audit import AuditedAction
from services.profiles.sessions.issuing import begin_session
from services.profiles.sessions.revocations import KEPT, prune_revocations, revoke_all
from services.profiles.sessions.revocations import Revocation as Row
from services.profiles.sessions.sessions import GRACE, RefreshToken, hash_of
from services.profiles.sessions.sessions import Session as SessionRow
from tests.profiles.signing_in import (
    PASSWORD,
    Person,
    an_address,
    caller_of,
    claims_of,
    follow,
    log_in,
    refresh,
    somebody,
)
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once
from tests.support.tokens import SEAL_KEYS

ANOTHER = f"{PASSWORD} again"


def settings_of(profiles: Talking) -> Settings:
    """Those of an operator's command in another process."""
    return replace(read_settings(), database=profiles.house.database)


def log_out(profiles: Talking, person: Person) -> None:
    person.asks("log_out")


def log_out_everywhere(profiles: Talking, person: Person) -> None:
    person.asks("log_out_everywhere")


def change_password_elsewhere(profiles: Talking, person: Person) -> None:
    change = ChangePassword(current=PASSWORD, new=ANOTHER)
    elsewhere = caller_of(profiles, log_in(profiles, person.email))
    profiles.asked_by(elsewhere).change_password(change=change)


def reset_password(profiles: Talking, person: Person) -> None:
    request = RequestPasswordReset(email=person.email)
    profiles.asked_by(NOBODY).request_password_reset(request=request)
    reset = ResetPassword(token=person.reset_link(), password=ANOTHER)
    profiles.asked_by(NOBODY).reset_password(reset=reset)


def reuse_a_refresh_token(profiles: Talking, person: Person) -> None:
    refresh(profiles, person.session.refresh_token)
    with profiles.store.transaction() as tx:
        used = tx.lock(RefreshToken, hash_of(person.session.refresh_token))
        assert used.used_at is not None
        used.used_at -= GRACE
    with pytest.raises(RefreshTokenReused):
        refresh(profiles, person.session.refresh_token)


def erase(profiles: Talking, person: Person) -> None:
    person.asks("erase_account", erasure=EraseAccount(password=PASSWORD))


def suspend(profiles: Talking, person: Person) -> None:
    commands.suspend_account(settings_of(profiles), person.email)


def sign_out(profiles: Talking, person: Person) -> None:
    commands.sign_out_account(settings_of(profiles), person.email)


def grant(profiles: Talking, person: Person) -> None:
    commands.change_role(
        settings_of(profiles), person.email, Role.EDITOR, AuditedAction.ROLE_GRANTED
    )


def void(profiles: Talking, person: Person, session: Session) -> bool:
    """Whether a gateway that has asked profiles refuses the session's access token."""
    claims, sid = claims_of(profiles, session), person.caller.session_id
    answer = profiles.asked_by(NOBODY).list_revocations()
    found = load(Revocations, answer, Reading.WIRE)
    return any(
        (str(sid) == claims["sid"] and sid in each.session_ids)
        or (each.before is not None and claims["iat"] <= each.before.timestamp())
        for each in found.items
        if each.account_id == person.id
    )


Ending = Callable[[Talking, Person], None]
ENDS: list[Ending] = [
    log_out,
    log_out_everywhere,
    change_password_elsewhere,
    reset_password,
    reuse_a_refresh_token,
    erase,
    suspend,
    sign_out,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda each: each.__name__)
def test_whatever_ends_a_session_voids_its_access_tokens(profiles: Talking, end: Ending) -> None:
    person, other = somebody(profiles), somebody(profiles)
    assert not void(profiles, person, person.session)
    end(profiles, person)
    assert void(profiles, person, person.session)
    assert not void(profiles, other, other.session)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)


@pytest.mark.parametrize("end", [*ENDS, grant], ids=lambda each: each.__name__)
def test_what_is_broadcast_is_what_is_kept_for_those_who_missed_it(
    profiles: Talking, end: Ending
) -> None:
    person = somebody(profiles)
    end(profiles, person)
    kept = [
        Revocation(
            account_id=row.account_id, session_ids=row.to_resource().session_ids, before=row.before
        )
        for row in kept_of(profiles, person)
    ]
    told = [
        Revocation(account_id=each.account_id, session_ids=each.session_ids, before=each.before)
        for each in person.told(SessionsEnded)
    ]
    assert sorted(map(str, kept)) == sorted(map(str, told))
    assert kept


def kept_of(profiles: Talking, person: Person) -> list[Row]:
    with profiles.store.reading() as session:
        return [row for row in session.query(Row) if row.account_id == person.id]


def test_ending_a_session_again_tells_nothing(profiles: Talking) -> None:
    person = somebody(profiles)
    for _ in range(2):
        person.asks("log_out")
    assert len(person.told(SessionsEnded)) == 1


def test_another_role_voids_tokens_and_leaves_sessions_open(profiles: Talking) -> None:
    person = somebody(profiles)
    for what, roles in (
        (AuditedAction.ROLE_GRANTED, ["client", "editor"]),
        (AuditedAction.ROLE_REVOKED, ["client"]),
    ):
        commands.change_role(settings_of(profiles), person.email, Role.EDITOR, what)
        assert void(profiles, person, person.session)
        person.session = refresh(profiles, person.session.refresh_token)
        assert claims_of(profiles, person.session)["roles"] == roles
        assert not void(profiles, person, person.session)


@pytest.mark.parametrize("round", range(6))
def test_a_token_with_roles_of_before_is_void_and_one_of_after_is_good(
    profiles: Talking, round: int
) -> None:
    """However refreshing and granting meet."""
    person = somebody(profiles)
    refreshes = partial(refresh, profiles, person.session.refresh_token)
    calls: list[Callable[[], Any]] = [refreshes, partial(grant, profiles, person)]
    at_once(calls if round % 2 else calls[::-1])
    session = refreshes()  # the same pair again
    assert void(profiles, person, session) == (claims_of(profiles, session)["roles"] == ["client"])


def test_while_a_token_is_issued_the_account_gets_no_other_rights(profiles: Talking) -> None:
    """Another call holds the session: the refresh has looked at the account, and waits."""
    if profiles.store.writer.dialect.name == "sqlite":
        pytest.skip("SQLite's writers come one after another anyway")
    person = somebody(profiles)
    with profiles.store.transaction() as tx:
        tx.lock(SessionRow, person.caller.session_id)
        refreshing = eventlet.spawn(refresh, profiles, person.session.refresh_token)
        eventually(lambda: waiting_for_locks(profiles) == 1)
        granting = eventlet.spawn(grant, profiles, person)
        eventually(lambda: granting.dead or waiting_for_locks(profiles) == 2)
    session = refreshing.wait()
    granting.wait()
    assert claims_of(profiles, session)["roles"] == ["client"]
    assert void(profiles, person, session)


def waiting_for_locks(profiles: Talking) -> int:
    with profiles.store.reading() as session:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(session.execute(waiting).scalar_one())


def test_a_clock_that_is_ahead_voids_no_token_that_is_issued_later(profiles: Talking) -> None:
    person = somebody(profiles)
    ahead = utc_now() + timedelta(minutes=2)
    with profiles.store.transaction() as tx:
        tx.lock(Account, person.id)
        revoke_all(tx, person.id, ahead)
    for session in (
        refresh(profiles, person.session.refresh_token),
        log_in(profiles, person.email),
    ):
        assert claims_of(profiles, session)["iat"] > ahead.timestamp()
        assert not void(profiles, person, session)


def test_a_clock_that_is_behind_voids_what_was_issued_before(profiles: Talking) -> None:
    person = somebody(profiles)
    ahead = utc_now() + timedelta(minutes=2)
    with profiles.store.transaction() as tx:
        mine = update(SessionRow).where(SessionRow.account_id == person.id)
        tx.execute(mine.values(last_used_at=ahead))
    grant(profiles, person)
    assert person.told(SessionsEnded)[-1].before == ahead


def test_only_sessions_whose_tokens_may_still_live_are_named(profiles: Talking) -> None:
    person = somebody(profiles)
    old = [caller_of(profiles, log_in(profiles, person.email)).session_id for _ in range(2)]
    with profiles.store.transaction() as tx:
        tx.execute(
            update(SessionRow).where(SessionRow.id.in_(old)).values(last_used_at=utc_now() - KEPT)
        )
    recent = caller_of(profiles, log_in(profiles, person.email)).session_id
    person.asks("change_password", change=ChangePassword(current=PASSWORD, new=ANOTHER))
    [told] = person.told(SessionsEnded)
    assert (told.session_ids, told.before) == ([recent], None)
    assert not {row.ended_at for row in profiles.rows("sessions") if row.id in old} & {None}


def test_revocations_are_kept_as_long_as_tokens_live(profiles: Talking) -> None:
    person, other = somebody(profiles), somebody(profiles)
    for each in (person, other):
        each.asks("log_out")
    aged(profiles, person, utc_now() - KEPT)
    with profiles.store.transaction() as tx:
        prune_revocations(tx, utc_now())
    assert not kept_of(profiles, person)
    assert kept_of(profiles, other)
    aged(profiles, other, utc_now() - KEPT)
    eventually(lambda: not kept_of(profiles, other))


def aged(profiles: Talking, person: Person, made_at: datetime) -> None:
    with profiles.store.transaction() as tx:
        tx.execute(update(Row).where(Row.account_id == person.id).values(made_at=made_at))


# Suspension


def test_a_suspended_account_can_not_log_in_until_it_is_restored(profiles: Talking) -> None:
    person = somebody(profiles)
    assert commands.suspend_account(settings_of(profiles), person.email.upper())[1]
    assert not commands.suspend_account(settings_of(profiles), person.email)[1]
    with pytest.raises(Suspended):
        log_in(profiles, person.email)
    reset_password(profiles, person)
    with pytest.raises(Suspended):
        log_in(profiles, person.email, ANOTHER)
    assert commands.restore_account(settings_of(profiles), person.email)[1]
    assert not commands.restore_account(settings_of(profiles), person.email)[1]
    assert log_in(profiles, person.email, ANOTHER)
    assert len(person.told(AccountSuspended)) == len(person.told(AccountRestored)) == 1


def test_no_session_begins_in_a_suspended_account_however(profiles: Talking) -> None:
    person = somebody(profiles)
    suspend(profiles, person)
    seal = Seal(SEAL_KEYS, "signing keys")
    with pytest.raises(Suspended), profiles.store.transaction() as tx:
        begin_session(tx, seal, tx.lock(Account, person.id), utc_now())


def test_a_suspended_account_gets_no_other_address(profiles: Talking) -> None:
    person, address = somebody(profiles), an_address()
    person.asks("change_email", change=ChangeEmail(email=address, password=PASSWORD))
    suspend(profiles, person)
    with pytest.raises(Suspended):
        follow(profiles, person.change_link())
    commands.restore_account(settings_of(profiles), person.email)
    assert follow(profiles, person.change_link()) is None


def test_who_does_not_know_the_password_does_not_learn_of_a_suspension(
    profiles: Talking,
) -> None:
    person = somebody(profiles)
    suspend(profiles, person)
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email, "a wrong password")


def test_what_operators_do_is_written_down_with_who_they_are(profiles: Talking) -> None:
    person = somebody(profiles)
    for do in (suspend, sign_out):
        do(profiles, person)
    commands.restore_account(settings_of(profiles), person.email)
    rows = [row for row in profiles.rows("audit") if row.about == person.id and row.operator]
    whats = {"account_suspended", "signed_out_by_operator", "account_restored"}
    assert {row.what for row in rows} == whats
    assert person.told(SignedOutByOperator)
