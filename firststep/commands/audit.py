"""``firststep audit``: check the invariants of bookings in the database."""

from __future__ import annotations

import typer

from chassis.settings import read_settings
from chassis.times import utc_now
from firststep import platform
from firststep.output import AsJson, print_rows
from services.booking.invariants.checking import check_invariants

EXIT_BROKEN = 1


def audit(as_json: AsJson = False) -> None:
    """Check the invariants of bookings, and list every breach.

    No consultations overlap, no client has a second free consultation with a specialist, no limit
    is exceeded, and free slots are opening hours less what is booked. The column `found` counts
    the breaches of an invariant; the first hundred are listed. Exits with 1 when there are any.
    """
    with platform.database_of("booking", read_settings()) as database:
        with database.reading() as session:
            findings = check_invariants(session, utc_now())
    rows = [
        {
            "invariant": each.invariant,
            "found": findings.counts[each.invariant],
            "about": list(each.about),
        }
        for each in findings.shown
    ]
    print_rows(rows, ("invariant", "found", "about"), as_json, "No invariant is broken.")
    if rows:
        raise typer.Exit(EXIT_BROKEN)
