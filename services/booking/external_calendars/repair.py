"""Reads events as they are meant: repairs what has one sensible meaning, leaves out what can't be
read, and in doubt blocks time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from services.booking.external_calendars.events import (
    NO_DATE,
    NO_END,
    NO_EXCEPTION,
    NO_ID,
    NO_LAST_DAY,
    NO_RULE,
    NO_START,
    NO_START_OF_CHANGE,
    NO_UNIT,
    NO_ZONE,
    SEVERAL,
    Event,
    Period,
    Unreadable,
    in_form_of,
)
from services.booking.external_calendars.free_events import is_free
from services.booking.external_calendars.parser_protocol import ParseRequest
from services.booking.external_calendars.recurrence_rules import readable_rule
from services.booking.external_calendars.times_and_durations import (
    A_DAY,
    Duration,
    Time,
    duration,
    written_time,
)
from services.booking.external_calendars.unfolding import (
    CalendarComponent,
    RawEvent,
    text_of,
    value_of,
)
from services.booking.external_calendars.zone_names import Zones

AN_HOUR = timedelta(hours=1)
UNREADABLE = (ValueError, OverflowError)
TIME_FOLLOWS = re.compile(r":[ \t]*(?=\d{8}|\d{4}-\d\d-\d\d|P[\dT])")
"""Finds the value: zone names can contain colons without the required quotes."""
TZID = re.compile(r";\s*TZID\s*=\s*(?:\"([^\"]*)\"|(.*?))\s*(?=;[A-Z-]+=|$)", re.IGNORECASE)
IS_DATE = re.compile(r";\s*VALUE\s*=\s*\"?DATE\"?\s*(?:;|$)", re.IGNORECASE)
AND_FUTURE = re.compile(r";\s*RANGE\s*=\s*\"?THISANDFUTURE", re.IGNORECASE)
LONGEST_NAME = 60

T = TypeVar("T")


class Written(NamedTuple):
    """A property: its parameters, and its value."""

    parameters: str
    value: str


class Repair:
    """Reads one event. ``event`` raises ``Unreadable``."""

    def __init__(self, raw: RawEvent, zones: Zones, asked: ParseRequest) -> None:
        self._raw, self._zones, self._asked = raw, zones, asked
        self._notes: list[str] = []

    def event(self) -> Event:
        raw, free = self._raw, is_free(self._raw)
        changes, all_later = self._changes(free)
        start = self._start(free, changes)
        end, lasting = self._end(start)
        event = Event(raw.place, self.uid_of(raw), free, start, end, lasting)
        event.changes, event.changes_all_later = changes, all_later
        event.rules = self._rules(start)
        event.further = list(self._each("RDATE", NO_DATE, lambda each: self._further(each, start)))
        event.without = list(
            self._each("EXDATE", NO_EXCEPTION, lambda each: self._exception(each, start))
        )
        event.notes = list(dict.fromkeys(self._notes))
        return event

    @staticmethod
    def uid_of(raw: RawEvent) -> str | None:
        uids = (value_of(text_of(line)) for line in raw.lines.get("UID", ()))
        return next(filter(None, uids), None)

    def _changes(self, free: bool) -> tuple[Time | None, bool]:
        given = self._written("RECURRENCE-ID")
        if not given:
            return None, False
        found = self._readable(given)
        if found:
            return found[0], AND_FUTURE.search(given[0].parameters) is not None
        if free:
            raise Unreadable(NO_ID)
        self._notes.append(NO_ID)
        return None, False

    def _start(self, free: bool, changes: Time | None) -> Time:
        starts = self._readable(self._written("DTSTART"))
        if starts:
            return self._only(starts, min)
        if changes is None:
            raise Unreadable(NO_START)
        if free:
            return changes
        raise Unreadable(NO_START_OF_CHANGE)

    def _end(self, start: Time) -> tuple[Time, Duration | None]:
        given = self._written("DTEND")
        ends = self._readable(given)
        if ends:
            end = self._fitting(start, self._only(ends, max))
            if end is not None:
                return end, None
        lasting, by_duration = self._lasting()
        if lasting is not None:
            return self._after(start, lasting)
        if not isinstance(start, datetime):
            if (given and not ends) or by_duration:
                self._notes.append(NO_LAST_DAY)
            return start + A_DAY, None
        if "DTEND" in self._raw.lines or "DURATION" in self._raw.lines:
            self._notes.append(NO_END)
            return start + AN_HOUR, None
        return (start + A_DAY if self._is_whole_day(start) else start), None

    def _fitting(self, start: Time, end: Time) -> Time | None:
        """The end in the form of the start; ``None`` where it lies before the start."""
        if not isinstance(start, datetime):
            if isinstance(end, datetime):
                end = end.date() + A_DAY if end.time() > time() else end.date()
            if end < start:
                self._notes.append(NO_LAST_DAY)
            return max(end, start + A_DAY)
        if not isinstance(end, datetime):
            end = datetime.combine(end if end > start.date() else end + A_DAY, time())
        if start.tzinfo is None and end.tzinfo is not None:
            end = start + (self._asked.resolved(end) - self._asked.resolved(start))
        end = in_form_of(end, start, self._asked)
        assert isinstance(end, datetime)
        if end == start and self._is_whole_day(start):
            return start + A_DAY
        return end if end >= start else None

    def _is_whole_day(self, start: datetime) -> bool:
        lines = self._raw.lines.get("X-MICROSOFT-CDO-ALLDAYEVENT", ())
        marked = any(value_of(text_of(line)).upper() == "TRUE" for line in lines)
        return marked and start.time() == time()

    def _lasting(self) -> tuple[Duration | None, bool]:
        """The longest duration, and whether any is given."""
        given = self._written("DURATION")
        found: list[Duration] = []
        for each in given:
            try:
                lasting, certain = duration(each.value)
            except UNREADABLE:
                continue
            found.append(lasting)
            if not certain:
                self._notes.append(NO_UNIT)
        return max(found, key=lambda each: each.whole, default=None), bool(given)

    def _after(self, start: Time, lasting: Duration) -> tuple[Time, Duration | None]:
        if isinstance(start, datetime):
            return start + lasting.whole, lasting
        days = lasting.days + (A_DAY if lasting.rest else timedelta())
        return start + max(days + lasting.rest // A_DAY * A_DAY, A_DAY), None

    def _rules(self, start: Time) -> list[str]:
        rules: list[str] = []
        for each in self._written("RRULE"):
            rule, left_out = readable_rule(each.value, start, self._asked)
            if left_out:
                self._notes.append(NO_RULE.format(", ".join(left_out)))
            if rule is not None:
                rules.append(rule)
        return rules

    def _further(self, each: Written, start: Time) -> Time | Period:
        starts, _, ends = each.value.partition("/")
        begins = in_form_of(self._time(starts, each.parameters), start, self._asked)
        if not ends or not isinstance(begins, datetime):
            return begins
        if ends.lstrip("+")[:1].upper() != "P":
            end = in_form_of(self._time(ends, each.parameters), begins, self._asked)
        else:
            lasting, _ = duration(ends)
            resolved = self._asked.resolved(begins + lasting.days) + lasting.rest
            end = in_form_of(resolved, begins, self._asked)
        if not isinstance(end, datetime) or end < begins:
            raise ValueError(each.value)
        return begins, end

    def _exception(self, each: Written, start: Time) -> Time:
        value = self._time(each.value, each.parameters)
        if isinstance(value, datetime):
            return in_form_of(value, start, self._asked)
        return value  # a date excludes all occurrences of that day

    def _each(self, name: str, note: str, read: Callable[[Written], T]) -> Iterable[T]:
        for parameters, values in self._written(name):
            for value in filter(None, map(str.strip, values.split(","))):
                try:
                    yield read(Written(parameters, value))
                except UNREADABLE:
                    self._notes.append(note)

    def _written(self, name: str) -> list[Written]:
        """All values of a property that are not empty."""
        return [each for each in map(_split, self._raw.lines.get(name, ())) if each.value]

    def _readable(self, given: list[Written]) -> list[Time]:
        found: list[Time] = []
        for each in given:
            try:
                found.append(self._time(each.value, each.parameters))
            except UNREADABLE:
                continue
        return found

    def _only(self, found: list[Time], which: Callable[..., Time]) -> Time:
        if len(set(map(repr, found))) > 1:
            self._notes.append(SEVERAL)
        return which(found, key=self._asked.resolved)

    def _time(self, text: str, parameters: str) -> Time:
        """A time of a file. Years long after the requested period are moved to ``last_year``: date
        arithmetic fails beyond the year 9999."""
        value, own_zone = written_time(text)
        if value.year >= self._asked.last_year:
            value = value.replace(year=self._asked.last_year, month=1, day=1)
        if not isinstance(value, datetime):
            return value
        if IS_DATE.search(parameters):
            return value.date()
        usual = self._zones.of(self._raw.calendar)
        if not own_zone:
            value = self._in_zone(value, parameters, self._raw.calendar)
            if value.tzinfo is None or value.tzname() != "UTC":
                return value
        return value.astimezone(usual or UTC)

    def _in_zone(self, value: datetime, parameters: str, calendar: CalendarComponent) -> datetime:
        match = TZID.search(parameters)
        name = ((match[1] or match[2] or "") if match else "").strip()
        if not name:
            return value.replace(tzinfo=self._zones.of(calendar))
        zone = self._zones.named(name, calendar)
        if zone is None:
            shown = "".join(each for each in name if each.isprintable())[:LONGEST_NAME]
            self._notes.append(NO_ZONE.format(shown))
        return value.replace(tzinfo=zone)


def _split(line: bytes) -> Written:
    text = text_of(line)
    if match := TIME_FOLLOWS.search(text):
        return Written(text[: match.start()], text[match.end() :].strip())
    value = value_of(text)
    return Written(text.removesuffix(value), value)
