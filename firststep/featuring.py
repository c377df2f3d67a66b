"""``firststep featuring``: what the sweep had to mend."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from chassis import config, json
from firststep import platform
from services.profiles.featuring.corrections import Correction

app = typer.Typer(help="See how featuring keeps to the facts.", no_args_is_help=True)


@app.callback()
def featuring() -> None:
    """Else the only command would take the name of the group."""


@app.command()
def corrections(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List how many specialists were mended, by day (in UTC) and cause.

    ``time``: a slot came near, or passed. ``unexplained``: look for ``featuring_was_untrue`` in
    the logs of that day.
    """
    with platform.database_of("profiles", config.read()) as database, database.reading() as session:
        rows = list(session.scalars(select(Correction).order_by(Correction.day, Correction.cause)))
    if as_json:
        found = [
            {"day": each.day, "cause": each.cause, "specialists": each.specialists} for each in rows
        ]
        typer.echo(json.dumps(found).decode())
        return
    table = Table("day", "cause", "specialists")
    for each in rows:
        table.add_row(f"{each.day}", each.cause, f"{each.specialists}")
    Console().print(table if rows else "Nothing had to be mended.")
