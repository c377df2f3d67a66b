"""``firststep audit``: whether what the platform promises is true of what it keeps."""

from __future__ import annotations

import typer

from chassis import config
from chassis.times import utc_now
from firststep import platform
from firststep.operators import AsJson, show
from services.booking.invariants.invariants import breaches

EXIT_BROKEN = 1


def audit(as_json: AsJson = False) -> None:
    """Look for what must never be: overlaps, second free consultations, broken limits. Exits with
    1 when it finds any."""
    with platform.database_of("booking", config.read()) as database:
        with database.reading() as session:
            found = breaches(session, utc_now())
    rows = [{"invariant": each.invariant, "about": list(each.about)} for each in found]
    show(rows, ("invariant", "about"), as_json, "Everything is as promised.")
    if rows:
        raise typer.Exit(EXIT_BROKEN)
