"""``firststep events``: what needs a person, and what that person can do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from chassis import config, json
from chassis.inbox import Inbox
from firststep import platform

EXIT_NOTHING_FOUND = 1
LONGEST_ERROR_SHOWN = 100
WIDE = 300
"""Into a file or a pipe, nothing is cut off."""

app = typer.Typer(help="See and mend events that did not take effect.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
EventId = Annotated[UUID, typer.Argument(help="The event's id, as 'parked' lists it.")]
Handler = Annotated[str | None, typer.Option(help="Only at this handler.")]


@app.command()
def parked(as_json: AsJson = False) -> None:
    """List events that were given up: malformed ones, and those that failed every time."""
    rows = [
        {
            "service": service,
            "event_id": row.event_id,
            "type": row.type,
            "handler": row.handler,
            "attempts": row.attempts,
            "received_at": row.received_at,
            "error": row.error,
            "body": bytes(row.body).decode(errors="backslashreplace"),
        }
        for service, inbox in _inboxes()
        for row in inbox.parked()
    ]
    if as_json:
        typer.echo(json.dumps(rows).decode())
        return
    table = Table("service", "event id", "type", "handler", "attempts", "received", "error")
    for row in rows:
        table.add_row(
            row["service"],
            str(row["event_id"]),
            row["type"],
            row["handler"],
            str(row["attempts"]),
            f"{row['received_at']:%Y-%m-%d %H:%M:%S}",
            str(row["error"])[:LONGEST_ERROR_SHOWN],
        )
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(table if rows else "Nothing is parked.")


@app.command()
def replay(event_id: EventId, handler: Handler = None) -> None:
    """Let a parked event take effect after all; replaying it again changes nothing."""
    _report(sum(inbox.replay(event_id, handler) for _, inbox in _inboxes()), "replayed")


@app.command()
def discard(event_id: EventId, handler: Handler = None) -> None:
    """Give a parked event up for good."""
    _report(sum(inbox.discard(event_id, handler) for _, inbox in _inboxes()), "discarded")


def _inboxes() -> Iterator[tuple[str, Inbox]]:
    settings: Any = config.read()
    for name in platform.SERVICES:
        with platform.database_of(name, settings) as database:
            yield name, Inbox(database)


def _report(count: int, what: str) -> None:
    typer.echo(f"{count} {what}")
    if count == 0:
        raise typer.Exit(EXIT_NOTHING_FOUND)
