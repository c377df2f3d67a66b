"""Expands events and recurring series into the intervals in which their owner is busy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import recurring_ical_events
from icalendar import Calendar, vDDDLists, vDDDTypes, vRecur
from icalendar import Event as LibraryEvent

from services.booking.availability.busy import Interval
from services.booking.external_calendars.events import NO_CHANGES, NO_SERIES, Event, in_form_of
from services.booking.external_calendars.parser_protocol import ParseRequest
from services.booking.external_calendars.times_and_durations import A_DAY, Time

EVERY = re.compile(r"FREQ=(DAILY|WEEKLY)")
SOURCE = "X-SOURCE"
"""A property that leads from an occurrence back to its event: the library copies properties."""
Series = list[Event]
"""An event, followed by the events that change single dates of it."""


def series_of(events: Iterable[Event]) -> Iterator[Series]:
    """Groups events by UID, wherever they are in the file. Of several whole events under one UID,
    which some programs write, each counts."""
    by_uid: dict[str, list[Event]] = defaultdict(list)
    for number, event in enumerate(events):
        by_uid[f"={event.uid}" if event.uid is not None else str(number)].append(event)
    for same in by_uid.values():
        whole = [each for each in same if each.changes is None]
        changes = [each for each in same if each.changes is not None]
        if whole:
            yield [whole[0], *changes]
            yield from ([each] for each in whole[1:])
        else:
            yield from ([each] for each in changes)


def busy_intervals(series: Series, asked: ParseRequest) -> list[Interval]:
    """The busy intervals of a series within the requested period. A series that can't be expanded
    with all of its changes is expanded with fewer."""
    first = series[0]
    if len(series) == 1 and (not first.recurs or first.changes is not None):
        return _kept([_interval(first, first.start, first.end, asked)], first)
    if not any(each.changes_all_later for each in series):
        series = [_begun_lately(first, asked), *series[1:]]
    try:
        return _expanded(series, asked)
    except MemoryError:
        raise
    except Exception:  # the library raises many kinds of exceptions
        first.notes.append(NO_CHANGES)
    alone = replace(first, further=[], without=[])
    try:
        return _expanded([alone], asked)
    except MemoryError:
        raise
    except Exception:  # as above
        first.notes[-1] = NO_SERIES
    return _kept([_interval(first, first.start, first.end, asked)], first)


def _begun_lately(event: Event, asked: ParseRequest) -> Event:
    """The same series, begun shortly before the requested period: the library would step through
    each date since its start years ago."""
    [rule, *others] = event.rules or [""]
    match = EVERY.search(rule)
    if match is None or others or "COUNT" in rule:
        return event
    interval = re.search(r"INTERVAL=(\d+)", rule)
    step = (A_DAY if match[1] == "DAILY" else 7 * A_DAY) * int(interval[1] if interval else 1)
    lately = asked.starting_from - 3 * A_DAY - (event.end - event.start)
    steps = (lately - asked.resolved(event.start)) // step
    if steps < 1:
        return event
    return replace(event, start=event.start + steps * step, end=event.end + steps * step)


def _kept(found: list[Interval], event: Event) -> list[Interval]:
    return [each for each in found if each.starts_at < each.ends_at and not event.free]


def _expanded(series: Series, asked: ParseRequest) -> list[Interval]:
    calendar = Calendar()
    calendar.subcomponents = [_for_library(each, series[0], asked) for each in series]
    # a day more on each side: the library compares times without a zone as UTC
    between = recurring_ical_events.of(calendar).between(
        asked.starting_from - A_DAY, asked.until + A_DAY
    )
    found: list[Interval] = []
    for each in between:
        interval = _interval(each[SOURCE], each["DTSTART"].dt, each["DTEND"].dt, asked)
        found += _kept([interval], each[SOURCE])
    return found


def _for_library(event: Event, first: Event, asked: ParseRequest) -> Any:
    made = LibraryEvent()
    made["UID"], made[SOURCE] = "1", event
    made["DTSTART"], made["DTEND"] = vDDDTypes(event.start), vDDDTypes(event.end)
    if event.rules:
        made["RRULE"] = [vRecur.from_ical(rule) for rule in event.rules]
    if event.further:
        made["RDATE"] = vDDDLists(event.further)
    if event.without:
        made["EXDATE"] = vDDDLists(event.without)
    if event.changes is not None:
        which = vDDDTypes(in_form_of(event.changes, first.start, asked))
        if event.changes_all_later:
            which.params["RANGE"] = "THISANDFUTURE"
        made["RECURRENCE-ID"] = which
    return made


def _interval(event: Event, starts: Time, ends: Time, asked: ParseRequest) -> Interval:
    """The interval of one occurrence. Hours of a duration are exact across clock changes."""
    lasting = event.lasting
    if lasting is None or ends - starts != lasting.whole:
        return asked.clipped(asked.resolved(starts), asked.resolved(ends))
    end = asked.resolved(starts + lasting.days) + lasting.rest
    return asked.clipped(asked.resolved(starts), end)
