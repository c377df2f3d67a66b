"""Names of time zones, as IANA spells them."""

from __future__ import annotations

import runpy
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from marshmallow.validate import Length

from chassis.schemas import Normalised

LONGEST_NAME = 64
"""Characters of a name that is looked up."""
NO_PLACES = {"Factory", "localtime", "posixrules", "Etc/Unknown"}
"""Names whose time is that of the host's clock, or undefined."""
TIME_ZONES = frozenset(available_timezones() - NO_PLACES)
_BY_SPELLING = {name.casefold(): name for name in TIME_ZONES}


def time_zone(text: str) -> str:
    """IANA's spelling of the name. An unknown name is unchanged; see ``why_not_a_zone``.

    Aliases such as ``Asia/Calcutta`` are kept: they are the same clock.
    """
    trimmed = text.strip()
    return _BY_SPELLING.get(trimmed.replace(" ", "_").casefold(), trimmed)


ZoneName = Annotated[str, Normalised(time_zone), Length(1, LONGEST_NAME)]
"""A field with the name of a time zone."""


def why_not_a_zone(name: str) -> str | None:
    """The sentence that refuses an unknown name; ``None`` for a zone's name."""
    if name in TIME_ZONES:
        return None
    if suggestion := _of_windows().get(name.casefold()):
        return f"Not an IANA time zone: {name} is Windows' name for {suggestion}."
    return "Not an IANA time zone, such as Europe/Berlin."


@cache
def _of_windows() -> dict[str, str]:
    """Windows' names, from icalendar's table (CLDR), without importing that package."""
    package = find_spec("icalendar")
    assert package is not None
    assert package.origin is not None
    table = runpy.run_path(str(Path(package.origin).with_name("timezone") / "windows_to_olson.py"))
    return {windows.casefold(): iana for windows, iana in table["WINDOWS_TO_OLSON"].items()}
