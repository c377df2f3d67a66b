"""What takes its owner's time, and what does not."""

from __future__ import annotations

import pytest

from tests.booking.builders import at
from tests.booking.calendar_readings import busy, starts
from tests.booking.external_site import an_event, from_to

BUSY = [("03-02 10:00", "03-02 11:00")]
OUTLOOK = "X-MICROSOFT-CDO-BUSYSTATUS"
ME, YOU, THEM = "me@example.org", "you@example.org", "them@example.org"
MINE = f"X-WR-CALNAME:{ME}"


def guest(address: str, answer: str) -> str:
    return f"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT={answer};CN={address}:mailto:{address}"


def event(*lines: str) -> str:
    return from_to(at("10:00"), at("11:00"), *lines)


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        ([f"{OUTLOOK}:FREE"], True),
        ([f"{OUTLOOK}:free"], True),
        (["TRANSP:", f"{OUTLOOK}:FREE"], True),
        (["TRANSP:OPAQUE", f"{OUTLOOK}:FREE"], False),
        ([f"{OUTLOOK}:BUSY"], False),
        ([f"{OUTLOOK}:TENTATIVE"], False),
        ([f"{OUTLOOK}:OOF"], False),
        (["TRANSP:TRANSPARENT"], True),
        (["TRANSP:TRANSPARENT", f"{OUTLOOK}:FREE"], True),
        (["TRANSP:TRANSPARENT", f"{OUTLOOK}:OOF"], False),
        (["STATUS:CANCELLED"], True),
        (["STATUS:CANCELED"], True),
        (["STATUS:TENTATIVE"], False),
    ],
)
def test_an_event_may_be_marked_as_free_or_cancelled_by_several_words(
    lines: list[str], free: bool
) -> None:
    assert busy(event(*lines)) == ([] if free else BUSY)


def test_a_calendar_of_cancellations_blocks_nothing() -> None:
    assert busy("METHOD:CANCEL", event()) == []
    assert busy("METHOD:PUBLISH", event()) == BUSY


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        ([guest(ME, "DECLINED"), guest(YOU, "ACCEPTED")], True),
        ([guest(ME.upper(), "declined"), guest(YOU, "ACCEPTED")], True),
        ([f"ATTENDEE;PARTSTAT=DECLINED;EMAIL={ME}:urn:uuid:1", guest(YOU, "ACCEPTED")], True),
        ([guest(ME, "ACCEPTED"), guest(YOU, "DECLINED")], False),
        ([guest(YOU, "DECLINED"), guest(THEM, "DECLINED")], False),
        ([guest(ME, "NEEDS-ACTION")], False),
        ([f'ATTENDEE;X-RESPONSE-COMMENT="no;PARTSTAT=DECLINED;":mailto:{ME}'], False),
    ],
)
def test_what_the_owner_by_the_calendars_name_declined_blocks_nothing(
    lines: list[str], free: bool
) -> None:
    assert busy(MINE, event(*lines)) == ([] if free else BUSY)


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        ([guest(YOU, "ACCEPTED"), guest(ME, "DECLINED")], True),
        ([guest(ME, "DECLINED"), guest(THEM, "DECLINED")], True),
        ([guest(ME, "DECLINED"), guest(THEM, "ACCEPTED")], False),
        ([guest(ME, "DECLINED"), guest(THEM, "NEEDS-ACTION")], False),
        ([guest(YOU, "DECLINED"), guest(ME, "ACCEPTED")], False),
    ],
)
def test_without_a_name_what_all_guests_declined_blocks_nothing(
    lines: list[str], free: bool
) -> None:
    assert busy("X-WR-CALNAME:Work", event(f"ORGANIZER:mailto:{YOU}", *lines)) == (
        [] if free else BUSY
    )


def test_one_date_of_a_series_may_be_declined() -> None:
    daily = event("RRULE:FREQ=DAILY;COUNT=3")
    declined = from_to(
        at("10:00", 1), at("11:00", 1), "RECURRENCE-ID:20260303T100000Z", guest(ME, "DECLINED")
    )
    assert starts(busy(MINE, daily, declined)) == ["03-02 10:00", "03-04 10:00"]


def test_what_guests_write_may_hold_quotes_and_line_breaks() -> None:
    said = an_event(
        "DTSTART:20260302T100000Z",
        'ATTENDEE;PARTSTAT=ACCEPTED;X-RESPONSE-COMMENT="I said "yes"":mailto:me@example.org',
        'ATTENDEE;PARTSTAT=DECLINED;X-RESPONSE-COMMENT="No',
        'sorry":mailto:you@example.org',
        "DTEND:20260302T110000Z",
    )
    assert busy(said) == BUSY


def test_what_is_free_need_not_be_legible() -> None:
    assert busy(event(), an_event("DTSTART:soon", "STATUS:CANCELLED", uid="2")) == BUSY
