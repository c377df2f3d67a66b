"""``firststep featuring``: what the sweep had to mend."""

from __future__ import annotations

import typer
from sqlalchemy import select

from chassis import config
from firststep import platform
from firststep.output import AsJson, print_rows
from services.profiles.featuring.corrections import Correction

app = typer.Typer(help="See how featuring keeps to the facts.", no_args_is_help=True)


@app.callback()
def featuring() -> None:
    """Else the only command would take the name of the group."""


@app.command()
def corrections(as_json: AsJson = False) -> None:
    """List how many specialists were mended, by day (in UTC) and cause.

    ``time``: a slot came near, or passed. ``unexplained``: look for ``featuring_was_untrue`` in
    the logs of that day.
    """
    with platform.database_of("profiles", config.read()) as database, database.reading() as session:
        rows = list(session.scalars(select(Correction).order_by(Correction.day, Correction.cause)))
    found = [
        {"day": f"{each.day}", "cause": each.cause, "specialists": each.specialists}
        for each in rows
    ]
    print_rows(found, ("day", "cause", "specialists"), as_json, "Nothing had to be mended.")
