"""Links to free times: a dial, the time, and an accessible name with the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from markupsafe import Markup, escape

from contracts.profiles.preferences import Language
from gateway.pages.times import clock, local, moment, offset, short_moment
from gateway.pages.visitor import Visitor
from gateway.site.look.shapes import dial
from gateway.site.times.picker import PickerSlot

REMEMBERED = 4096
"""Links without their address: many specialists are free at the same times."""


def slot_links(
    slots: Iterable[PickerSlot], zone: str, visitor: Visitor, *, names_day: bool = False
) -> Markup:
    """Items of a list: links to the times of a picker. ``names_day``: they show the day, too.

    Made at once: for a template to call a function for each time takes twice as long.
    """
    known = (names_day, visitor.language, visitor.country)
    items = []
    for each in slots:
        rest = _after_address(each.starts_at, zone, each.named_offset, *known)
        items.append(f'<li><a class="slot" href="{escape(visitor.to(each.href))}{rest}')
    return Markup("".join(items))


@lru_cache(REMEMBERED)
def _after_address(
    starts_at: datetime,
    zone: str,
    named_offset: bool,
    names_day: bool,
    language: Language,
    country: str | None,
) -> str:
    visitor = Visitor(language=language, country=country)
    name, shown = moment(starts_at, zone, visitor), clock(starts_at, zone, visitor)
    after = Markup()
    if named_offset:
        from_utc = offset(zone, starts_at)
        name = f"{name} ({from_utc})"
        after = Markup(' <span class="small">{}</span>').format(from_utc)
    if names_day:
        shown = short_moment(starts_at, zone, visitor)
    marked = dial(local(starts_at, zone).minute)
    rest = Markup('" aria-label="{}">{}<time datetime="{}">{}</time>{}</a></li>\n')
    return str(rest.format(name, marked, starts_at.isoformat(), shown, after))
