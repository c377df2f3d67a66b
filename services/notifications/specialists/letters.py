"""Notices and mails to specialists, worded for a reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.booking.external_calendars import (
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ExternalCalendarRecovered,
)
from contracts.notifications import NoticeData, NoticeKind
from contracts.profiles.featuring import NotFeatured
from services.notifications.language import Text
from services.notifications.letters import Wording
from services.notifications.readers import Reader
from services.notifications.specialists import texts


def featured(reader: Reader) -> Wording:
    return _profile(NoticeKind.SPECIALIST_FEATURED, texts.FEATURED, reader)


def unfeatured(reader: Reader, reason: NotFeatured) -> Wording:
    why = reader.read(texts.NOT_FEATURED[reason])
    data = NoticeData(specialist_id=reader.account_id, not_featured=reason)
    return _profile(NoticeKind.SPECIALIST_UNFEATURED, texts.UNFEATURED, reader, data, why=why)


def paused(reader: Reader) -> Wording:
    return _profile(NoticeKind.FREE_CONSULTATIONS_PAUSED, texts.PAUSED, reader)


def resumed(reader: Reader) -> Wording:
    return _profile(NoticeKind.FREE_CONSULTATIONS_RESUMED, texts.RESUMED, reader)


def external_calendar_failed(reader: Reader, event: ExternalCalendarFailed) -> Wording:
    why = reader.read(texts.UNREADABLE.get(event.problem, texts.UNREADABLE_OTHERWISE))
    kind, text = NoticeKind.EXTERNAL_CALENDAR_FAILED, texts.CALENDAR_FAILED
    return _calendar(kind, text, reader, event, NoticeData(problem=event.problem), why=why)


def external_calendar_recovered(reader: Reader, event: ExternalCalendarRecovered) -> Wording:
    kind = NoticeKind.EXTERNAL_CALENDAR_RECOVERED
    return _calendar(kind, texts.CALENDAR_RECOVERED, reader, event, NoticeData())


def external_calendar_read_in_part(reader: Reader, event: ExternalCalendarReadInPart) -> Wording:
    number = event.passed_over
    entries = reader.read(texts.ONE_ENTRY if number == 1 else texts.ENTRIES, number=number)
    kind, text = NoticeKind.EXTERNAL_CALENDAR_READ_IN_PART, texts.CALENDAR_READ_IN_PART
    return _calendar(kind, text, reader, event, NoticeData(passed_over=number), entries=entries)


def verified(reader: Reader) -> Wording:
    return _profile(NoticeKind.LICENCE_VERIFIED, texts.VERIFIED, reader)


def declined(reader: Reader, reason: str) -> Wording:
    """``reason``: in the words of the admin who declined it."""
    return _profile(NoticeKind.LICENCE_DECLINED, texts.DECLINED, reader, reason=reason)


def expiring(reader: Reader, expires_on: date, days_left: int) -> Wording:
    return _profile(
        NoticeKind.LICENCE_EXPIRING,
        texts.EXPIRING,
        reader,
        NoticeData(specialist_id=reader.account_id, expires_on=expires_on, days_left=days_left),
        day=reader.day(expires_on),
        days=reader.read(texts.ONE_DAY if days_left == 1 else texts.DAYS, number=days_left),
    )


def expired(reader: Reader, expires_on: date) -> Wording:
    data = NoticeData(specialist_id=reader.account_id, expires_on=expires_on)
    day = reader.day(expires_on)
    return _profile(NoticeKind.LICENCE_EXPIRED, texts.EXPIRED, reader, data, day=day)


def _profile(
    kind: NoticeKind, text: Text, reader: Reader, data: NoticeData | None = None, **values: object
) -> Wording:
    return Wording(
        kind=kind,
        subject=reader.read(texts.YOUR_PROFILE),
        text=reader.read(text, **values),
        data=data or NoticeData(specialist_id=reader.account_id),
    )


def _calendar(
    kind: NoticeKind,
    text: Text,
    reader: Reader,
    event: ExternalCalendarFailed | ExternalCalendarRecovered | ExternalCalendarReadInPart,
    data: NoticeData,
    **values: object,
) -> Wording:
    return Wording(
        kind=kind,
        subject=reader.read(texts.YOUR_CALENDAR),
        text=reader.read(text, name=event.name, **values),
        data=replace(data, specialist_id=event.specialist_id, calendar_id=event.calendar_id),
    )
