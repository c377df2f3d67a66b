"""``firststep audit``: whether what the platform promises is true of what it keeps."""

from __future__ import annotations

import typer

from chassis import config
from chassis.times import utc_now
from firststep import platform
from firststep.output import AsJson, print_rows
from services.booking.invariants.audit import audit as look

EXIT_BROKEN = 1


def audit(as_json: AsJson = False) -> None:
    """Look for what must never be: overlaps, second free consultations, broken limits, slots that
    are not hours less what is booked. Exits with 1 when it finds any.

    ``found``: how many breaches of the invariant there are; the first hundred are listed.
    """
    with platform.database_of("booking", config.read()) as database:
        with database.reading() as session:
            findings = look(session, utc_now())
    rows = [
        {
            "invariant": each.invariant,
            "found": findings.counts[each.invariant],
            "about": list(each.about),
        }
        for each in findings.shown
    ]
    print_rows(rows, ("invariant", "found", "about"), as_json, "Everything is as promised.")
    if rows:
        raise typer.Exit(EXIT_BROKEN)
