"""``firststep accounts``: roles, suspension, sign-out, the audit log, erasures, duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.runtime.logs import escaped
from chassis.settings import Settings, read_settings
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from contracts.profiles.sessions import SignedOutByOperator
from firststep import platform
from firststep.operators import operator
from firststep.output import AsJson, print_line, print_rows
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.queries import account_with
from services.profiles.accounts.queries import duplicates as duplicate_accounts
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.privacy.queries import pending_erasures
from services.profiles.sessions.queries import last_used
from services.profiles.sessions.revocations import end_sessions, revoke_all
from services.profiles.specialists.history import recording_changes
from services.profiles.specialists.specialists import Specialist

EXIT_HANGS = 1
EXIT_DUPLICATES = 1

app = typer.Typer(
    help="Grant roles, suspend accounts, end sessions, read the audit log, list erasures.",
    no_args_is_help=True,
)

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
WhichRole = Annotated[Role, typer.Argument(help="The role.")]
Last = Annotated[int, typer.Option(min=1, help="How many entries to list, the newest.")]


@app.command()
def grant(email: Email, role: WhichRole) -> None:
    """Grant a role to an account.

    The role `admin` takes effect in sessions with a second factor.
    """
    _print_roles(*change_role(read_settings(), email, role, AuditedAction.ROLE_GRANTED))


@app.command()
def revoke(email: Email, role: WhichRole) -> None:
    """Revoke a role of an account.

    Access tokens with that role are refused within two seconds.
    """
    _print_roles(*change_role(read_settings(), email, role, AuditedAction.ROLE_REVOKED))


@app.command()
def suspend(email: Email) -> None:
    """Suspend an account: end its sessions and refuse log-ins, until it is restored."""
    _print_state(*suspend_account(read_settings(), email), "suspended")


@app.command()
def restore(email: Email) -> None:
    """Restore a suspended account, so that it can log in again."""
    _print_state(*restore_account(read_settings(), email), "restored")


@app.command("sign-out")
def sign_out(email: Email) -> None:
    """End all sessions of an account. It can log in again."""
    _print_state(sign_out_account(read_settings(), email), True, "signed out everywhere")


@app.command("audit")
def read_audit(
    email: Annotated[str, typer.Argument(help="Only entries about this account or by it.")] = "",
    last: Last = 100,
    as_json: AsJson = False,
) -> None:
    """List the audit log of accounts: who did what, when and from where."""
    with platform.database_of("profiles", read_settings()) as database, database.reading() as tx:
        about = _account(tx, email).id if email else None
        rows = [
            {
                "at": entry.at,
                "what": entry.what,
                "about": entry.about or entry.stranger,
                "detail": entry.detail,
                "by": entry.who or entry.operator,
                "network": entry.network,
            }
            for entry in audit.entries(tx, about, last)
        ]
    print_rows(
        rows,
        ("at", "what", "about", "detail", "by", "network"),
        as_json,
        "The audit log is empty.",
    )


@app.command()
def erasures(as_json: AsJson = False) -> None:
    """List erasures in progress, with the services that have not answered.

    Exits with 1 when an erasure takes longer than an hour.
    """
    now = utc_now()
    with platform.database_of("profiles", read_settings()) as database:
        with database.reading() as session:
            pending = list(session.scalars(pending_erasures()))
    rows = [
        {
            "id": each.id,
            "account_id": each.account_id,
            "requested_at": each.requested_at,
            "age": (now - each.requested_at).total_seconds(),
            "waits_for": each.unanswered(),
        }
        for each in pending
    ]
    columns = ("id", "account_id", "requested_at", "age", "waits_for")
    print_rows(rows, columns, as_json, "No erasure is in progress.")
    if any(each.is_overdue(now) for each in pending):
        raise typer.Exit(EXIT_HANGS)


@app.command()
def duplicates(as_json: AsJson = False) -> None:
    """List accounts whose e-mail addresses are spellings of the same address.

    They were created before addresses were normalised. Each account still logs in with its address
    as it is stored; another spelling leads to the confirmed account, or else to the older one. Ask
    the owner which account to keep. Then log in to the other one, with its stored address, and
    erase it or change its address. Exits with 1 when there are any.
    """
    with platform.database_of("profiles", read_settings()) as database:
        with database.reading() as session:
            found = duplicate_accounts(session)
            used = last_used(session, [each.id for each in found])
    rows = [
        {
            "address": each.email_key,
            "stored_as": each.email,
            "account_id": each.id,
            "confirmed": each.verified,
            "created_at": each.created_at,
            "last_used_at": used.get(each.id),
        }
        for each in found
    ]
    columns = ("address", "stored_as", "account_id", "confirmed", "created_at", "last_used_at")
    print_rows(rows, columns, as_json, "No two accounts have spellings of the same address.")
    if rows:
        raise typer.Exit(EXIT_DUPLICATES)


def change_role(
    settings: Settings, email: str, role: Role, what: AuditedAction
) -> tuple[Account, bool]:
    """Grant the role to an account, or revoke it; the account, and whether that changed it.

    Raises ``NotFound``.
    """
    change = Account.grant if what is AuditedAction.ROLE_GRANTED else Account.revoke
    with _locked_account(settings, email) as (tx, account):
        with _locked_specialist(tx, account) as specialist:
            events = change(account, role, specialist, utc_now())
        tx.emit(*events)
        if events:
            revoke_all(tx, account.id, utc_now())
            audit.record(tx, what, about=account.id, detail=role, operator=operator())
    return account, bool(events)


def suspend_account(settings: Settings, email: str) -> tuple[Account, bool]:
    """The account, and whether it was not suspended before. Raises ``NotFound``."""
    with _locked_account(settings, email) as (tx, account):
        with _locked_specialist(tx, account) as specialist:
            events = account.suspend(specialist, utc_now())
        tx.emit(*events)
        if events:
            end_sessions(tx, account.id, utc_now())
            audit.record(tx, AuditedAction.ACCOUNT_SUSPENDED, about=account.id, operator=operator())
    return account, bool(events)


def restore_account(settings: Settings, email: str) -> tuple[Account, bool]:
    """The account, and whether it was suspended before. Raises ``NotFound``."""
    with _locked_account(settings, email) as (tx, account):
        with _locked_specialist(tx, account) as specialist:
            events = account.restore(specialist, utc_now())
        tx.emit(*events)
        if events:
            audit.record(tx, AuditedAction.ACCOUNT_RESTORED, about=account.id, operator=operator())
    return account, bool(events)


def sign_out_account(settings: Settings, email: str) -> Account:
    """Raises ``NotFound``."""
    with _locked_account(settings, email) as (tx, account):
        end_sessions(tx, account.id, utc_now())
        tx.emit(SignedOutByOperator(account_id=account.id))
        audit.record(
            tx, AuditedAction.SIGNED_OUT_BY_OPERATOR, about=account.id, operator=operator()
        )
    return account


@contextmanager
def _locked_account(settings: Settings, email: str) -> Iterator[tuple[Transaction, Account]]:
    with platform.database_of("profiles", settings) as database, database.transaction() as tx:
        yield tx, tx.lock(Account, _account(tx, email).id)


@contextmanager
def _locked_specialist(tx: Transaction, account: Account) -> Iterator[Specialist | None]:
    """The account's specialist, or ``None`` where it never had one. Changes in the block are added
    to the specialist's history."""
    known = account.practises or tx.get(Specialist, account.id) is not None
    if not known:
        yield None
        return
    specialist = tx.lock_or_create(Specialist, account.id)
    with recording_changes(tx, specialist, None):
        yield specialist


def _print_roles(account: Account, changed: bool) -> None:
    roles = ", ".join(account.roles) or "none"
    print_line(f"{account.email}: {roles}" + ("" if changed else " (nothing changed)"))


def _print_state(account: Account, changed: bool, state: str) -> None:
    print_line(f"{account.email}: {state}" + ("" if changed else " (nothing changed)"))


def _account(session: Session, email: str) -> Account:
    account = account_with(session, email)
    if account is None:
        raise NotFound(f"there is no account with the address {escaped(email)}")
    return account
