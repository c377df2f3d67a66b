"""``firststep accounts``: what operators do about accounts."""

from __future__ import annotations

import typer

from chassis import config
from chassis.times import utc_now
from firststep import platform
from firststep.showing import AsJson, show
from services.profiles.privacy.queries import pending_erasures

EXIT_HANGS = 1

app = typer.Typer(help="See to accounts.", no_args_is_help=True)


@app.callback()
def accounts() -> None:
    """So that a single command is still called by its name."""


@app.command()
def erasures(as_json: AsJson = False) -> None:
    """List erasures under way, and who has not answered. Exits with 1 when one hangs."""
    now = utc_now()
    with platform.database_of("profiles", config.read()) as database:
        with database.reading() as session:
            pending = list(session.scalars(pending_erasures()))
    rows = [
        {
            "id": each.id,
            "account_id": each.account_id,
            "requested_at": each.requested_at,
            "age": (now - each.requested_at).total_seconds(),
            "waits_for": each.waits_for(),
        }
        for each in pending
    ]
    columns = ("id", "account_id", "requested_at", "age", "waits_for")
    show(rows, columns, as_json, "No erasure is under way.")
    if any(each.hangs(now) for each in pending):
        raise typer.Exit(EXIT_HANGS)
