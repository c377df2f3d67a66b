"""``firststep featuring``: how often the sweep had to correct who is featured."""

from __future__ import annotations

import typer
from sqlalchemy import select

from chassis.settings import read_settings
from firststep import platform
from firststep.output import AsJson, print_rows
from services.profiles.featuring.corrections import Correction

app = typer.Typer(
    help="See how often the featured specialists had to be corrected.", no_args_is_help=True
)


@app.callback()
def featuring() -> None:
    """Makes typer keep ``corrections`` as a subcommand though it is the only one."""


@app.command()
def corrections(as_json: AsJson = False) -> None:
    """Count the specialists who were corrected, by day (UTC) and cause.

    The cause `time`: a slot came near, or passed. The cause `unexplained`: look for
    `featuring_inconsistent` in the log of that day.
    """
    with (
        platform.database_of("profiles", read_settings()) as database,
        database.reading() as session,
    ):
        corrected = list(
            session.scalars(select(Correction).order_by(Correction.day, Correction.cause))
        )
    rows = [
        {"day": f"{each.day}", "cause": each.cause, "specialists": each.specialists}
        for each in corrected
    ]
    print_rows(rows, ("day", "cause", "specialists"), as_json, "No specialist had to be corrected.")
