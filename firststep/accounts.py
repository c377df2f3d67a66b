"""``firststep accounts``: who may do what, and what was done about accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from chassis import config
from chassis.errors import NotFound
from contracts.profiles.accounts import Role, RolesChanged
from firststep import platform
from firststep.operators import AsJson, operator, show
from services.profiles import audit
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.queries import account_with
from services.profiles.audit import What

app = typer.Typer(help="Grant roles, and read the audit.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
WhichRole = Annotated[Role, typer.Argument(help="A role.")]
Last = Annotated[int, typer.Option(min=1, help="So many of the newest entries.")]


@app.command()
def grant(email: Email, role: WhichRole) -> None:
    """Let an account have a role. ``admin`` takes effect once a second factor is set up."""
    _change(email, role, What.ROLE_GRANTED, Account.grant)


@app.command()
def revoke(email: Email, role: WhichRole) -> None:
    """Take a role from an account; tokens that were issued before bear it for 15 minutes."""
    _change(email, role, What.ROLE_REVOKED, Account.revoke)


@app.command("audit")
def read_audit(
    email: Annotated[str, typer.Argument(help="Only about this account.")] = "",
    last: Last = 100,
    as_json: AsJson = False,
) -> None:
    """Show who did what about accounts, when, from where."""
    with platform.database_of("profiles", config.read()) as database, database.reading() as tx:
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
    show(
        rows,
        ("at", "what", "about", "detail", "by", "network"),
        as_json,
        "Nothing was written down yet.",
    )


def _change(
    email: str, role: Role, what: What, change: Callable[[Account, Role], list[RolesChanged]]
) -> None:
    with (
        platform.database_of("profiles", config.read()) as database,
        database.transaction() as tx,
    ):
        account = tx.lock(Account, _account(tx, email).id)
        events = change(account, role)
        tx.emit(*events)
        if events:
            audit.record(tx, what, about=account.id, detail=role, operator=operator())
        roles = ", ".join(account.roles) or "none"
    typer.echo(f"{account.email}: {roles}" + ("" if events else " (nothing changed)"))


def _account(session: Session, email: str) -> Account:
    account = account_with(session, email)
    if account is None:
        raise NotFound(f"there is no account with the address {email}")
    return account
