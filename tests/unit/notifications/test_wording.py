"""What people read, in each language and zone, as they read it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.notifications
from chassis.ids import new_id
from contracts import helplines
from contracts.helplines import Help, Helpline
from contracts.inputs.zones import TIME_ZONES
from contracts.notifications import NoticeData, NoticeKind
from contracts.profiles.preferences import Language
from services.notifications import helpline_text as helping
from services.notifications import name_placeholders
from services.notifications.consultations import letters as consultations
from services.notifications.helpline_text import emergency_for, help_for
from services.notifications.language import Text
from services.notifications.letters import Letter, Wording
from services.notifications.name_placeholders import NameRole, fill_names
from services.notifications.readers import Reader
from services.notifications.specialists import letters as specialists
from tests.notifications.builders import ON_MONDAY, a_booking
from tests.notifications.wordings import (
    ABOUT,
    ADDRESS,
    BOOKED,
    CLIENT_ID,
    CLIENT_NAME,
    ELSEWHERE,
    EVERY_WORDING,
    FOR_CLIENTS,
    FOR_EVERYBODY,
    FOR_SPECIALISTS,
    LINKS,
    NAMES,
    OTHER_NAME,
    READ_IN_PART,
    RESCUE,
    SPECIALIST_ID,
    SPECIALIST_NAME,
)
from tests.support.platform import URL

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
ZONES = (NEW_YORK, BERLIN, None)
STARTS = {
    (Language.EN, NEW_YORK): "Monday, 7 January 2030 at 04:30 (Eastern Standard Time)",
    (Language.EN, BERLIN): "Monday, 7 January 2030 at 10:30 (Central European Standard Time)",
    (Language.EN, None): (
        "Monday, 7 January 2030 at 10:30 (Central European Standard Time; 09:30 UTC)"
    ),
    (Language.DE, NEW_YORK): (
        "Montag, 7. Januar 2030, um 04:30 Uhr (Nordamerikanische Ostküsten-Normalzeit)"
    ),
    (Language.DE, BERLIN): "Montag, 7. Januar 2030, um 10:30 Uhr (Mitteleuropäische Normalzeit)",
    (Language.DE, None): (
        "Montag, 7. Januar 2030, um 10:30 Uhr (Mitteleuropäische Normalzeit; 09:30 Uhr UTC)"
    ),
}
"""When the consultations of the tests start, as each reader reads it."""
DAY = {Language.EN: "Monday, 7 January 2030", Language.DE: "Montag, 7. Januar 2030"}
NEITHER_TIME_NOR_DAY = {
    "completed.client",
    "completed.specialist",
    "both_wish_to_continue.client",
    "both_wish_to_continue.specialist",
}
WITH_HELP = {
    "cancelled_for_client",
    "cancelled_as_unavailable",
    "missed_by_you.client",
    "missed_by_the_other.client",
    "rescue_offered",
}

every_reader = pytest.mark.parametrize(
    ("language", "zone"), [(language, zone) for language in Language for zone in ZONES], ids=str
)
every_wording = pytest.mark.parametrize("name", EVERY_WORDING)


def reader_of(name: str, language: Language, zone: str | None, **more: object) -> Reader:
    """Whom this is told."""
    told = SPECIALIST_ID if name in FOR_SPECIALISTS else CLIENT_ID
    id = told if name not in FOR_EVERYBODY else new_id()
    return Reader(account_id=id, language=language, time_zone=zone, **more)  # type: ignore[arg-type]


def read_by(reader: Reader, name: str) -> str:
    """The text of the notice, or of the mail where there is no notice."""
    return fill_names(EVERY_WORDING[name](reader).text, NAMES)


def mailed_to(reader: Reader, name: str) -> str:
    letter = EVERY_WORDING[name](reader)
    sent = letter.letter(reader.discreet) if isinstance(letter, Wording) else letter
    return fill_names(sent.text, NAMES)


CONSULTATIONS = [
    name
    for name in (*FOR_CLIENTS, *FOR_SPECIALISTS)
    if getattr(EVERY_WORDING[name], "func", None) in vars(consultations).values()
]
OF_ONE = [each for each in CONSULTATIONS if each not in ("rescue_offered", "slot_offered")]


# The table


def test_no_wording_is_missing() -> None:
    [house] = services.notifications.__path__
    subjects = [path.parent.name for path in Path(house).glob("*/letters.py")]
    wordings = [import_module(f"services.notifications.{each}.letters") for each in subjects]
    written = {
        member
        for wording in wordings
        for name, member in inspect.getmembers(wording, inspect.isfunction)
        if member.__module__ == wording.__name__ and not name.startswith("_")
    }
    assert {getattr(each, "func", each) for each in EVERY_WORDING.values()} == written


def texts() -> Iterator[tuple[str, Text]]:
    [house] = services.notifications.__path__
    for path in sorted(Path(house).rglob("*.py")):
        parts = path.relative_to(house).with_suffix("").parts
        if "migrations" in parts or parts[-1] == "__init__":
            continue
        module = import_module(".".join(("services.notifications", *parts)))
        for name, value in vars(module).items():
            given = value.values() if isinstance(value, dict) else [value]
            for number, text in enumerate(given):
                if isinstance(text, Text):
                    yield f"{parts[0]}.{name}.{number}", text


TEXTS = dict(texts())


def test_a_text_has_a_field_for_each_language() -> None:
    assert {field.name for field in dataclasses.fields(Text)} == set(Language)
    assert len(TEXTS) > 80


@pytest.mark.parametrize("name", TEXTS)
def test_each_text_says_the_same_in_each_language(name: str) -> None:
    written = {language: getattr(TEXTS[name], language) for language in Language}
    assert all(words.strip() for words in written.values())
    places = {
        language: sorted(field for _, field, _, _ in Formatter().parse(words) if field)
        for language, words in written.items()
    }
    assert places[Language.EN] == places[Language.DE]


@pytest.mark.parametrize("name", TEXTS)
def test_german_is_formal(name: str) -> None:
    assert not re.search(r"\b(du|dich|dir|dein\w*|euch|euer\w*|eure\w*)\b", TEXTS[name].de, re.I)


# Every kind, in every language and zone


@every_reader
@every_wording
def test_every_text_can_be_read(name: str, language: Language, zone: str | None) -> None:
    reader = reader_of(name, language, zone)
    words = EVERY_WORDING[name](reader)
    for text in (words.subject, read_by(reader, name), mailed_to(reader, name)):
        assert text == text.strip()
        assert not re.search(r"[{}\ufff9-\ufffb]|\n\n\n|  |None|\bUTC\+", text)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@every_wording
def test_no_text_is_left_in_another_language(name: str, zone: str | None) -> None:
    for read in (read_by, mailed_to):
        told = {read(reader_of(name, language, zone), name) for language in Language}
        assert len(told) == len(Language)


@every_reader
@pytest.mark.parametrize(
    "name", [each for each in CONSULTATIONS if each not in NEITHER_TIME_NOR_DAY]
)
def test_times_are_the_readers_and_their_zone_is_named(
    name: str, language: Language, zone: str | None
) -> None:
    assert STARTS[language, zone] in read_by(reader_of(name, language, zone), name)


@every_reader
@pytest.mark.parametrize("name", ["expiring", "expired"])
def test_days_are_written_in_the_readers_language(
    name: str, language: Language, zone: str | None
) -> None:
    assert DAY[language] in read_by(reader_of(name, language, zone), name)


@every_reader
@pytest.mark.parametrize("name", CONSULTATIONS)
def test_it_says_with_whom(name: str, language: Language, zone: str | None) -> None:
    text = read_by(reader_of(name, language, zone), name)
    other, own = (
        (CLIENT_NAME, SPECIALIST_NAME)
        if name in FOR_SPECIALISTS
        else (SPECIALIST_NAME, CLIENT_NAME)
    )
    assert other in text
    assert own not in text


def test_each_time_of_a_rescue_is_named_with_whom() -> None:
    text = read_by(reader_of("rescue_offered", Language.EN, BERLIN), "rescue_offered")
    zone = "(Central European Standard Time)"
    assert f"- Monday, 7 January 2030 at 10:30 {zone}, with {SPECIALIST_NAME}\n" in text
    assert f"- Tuesday, 8 January 2030 at 10:30 {zone}, with {OTHER_NAME}\n" in text


@every_reader
def test_it_says_where_or_by_which_link(language: Language, zone: str | None) -> None:
    booked = read_by(reader_of("booked_by_you", language, zone), "booked_by_you")
    assert "https://meet.example/a-room" in booked
    for name in ("rescheduled.client", "place_changed.client", "place_changed.specialist"):
        assert ADDRESS in read_by(reader_of(name, language, zone), name)
    own_link = read_by(reader_of("place_changed.online", language, zone), "place_changed.online")
    assert "10 " in own_link
    assert "meet.example" not in own_link


@every_reader
@pytest.mark.parametrize("name", [each for each in OF_ONE if "cancelled" not in each], ids=str)
def test_it_links_to_the_consultations_page(
    name: str, language: Language, zone: str | None
) -> None:
    event = EVERY_WORDING[name].keywords["event"]  # type: ignore[attr-defined]
    page = f"\n{URL}/consultations/{event.consultation_id}"
    for discreet in (False, True):
        assert page in mailed_to(reader_of(name, language, zone, discreet=discreet), name)


@every_reader
@every_wording
def test_help_stands_where_a_consultation_of_a_client_fell_through(
    name: str, language: Language, zone: str | None
) -> None:
    text = read_by(reader_of(name, language, zone, country="DE"), name)
    assert ("findahelpline.com" in text) == (name in WITH_HELP)
    assert (" 112." in text) == (name in WITH_HELP)


# Subjects and discreet mails

TELLING = re.compile(
    r"therap|psych|mental|health|consult|counsel|specialist|anxi|depress|free|client|\d|dr\b"
    r"|gespräch|fachperson|klient|gesund|kostenlos|beratung|angst|helpline|licen[cs]e|firststep\b",
    re.IGNORECASE,
)
A_LINK_OR_TIME = re.compile(r"https://\S+|\(.*?\)|\d\S*|\b(2030|UTC)\b")


@pytest.mark.parametrize("language", Language)
@every_wording
def test_a_subject_tells_nothing_to_somebody_else_who_sees_it(
    name: str, language: Language
) -> None:
    subject = EVERY_WORDING[name](reader_of(name, language, BERLIN)).subject
    assert subject
    assert not TELLING.search(subject)


@every_reader
@pytest.mark.parametrize("name", CONSULTATIONS)
def test_a_discreet_mail_says_no_more_than_its_subject_and_when(
    name: str, language: Language, zone: str | None
) -> None:
    text = mailed_to(reader_of(name, language, zone, discreet=True, country="DE"), name)
    assert not TELLING.search(A_LINK_OR_TIME.sub("", text))
    assert not any(each in text for each in (*NAMES.values(), ADDRESS, "meet.example"))
    assert (" 112." in text) == (name in WITH_HELP)


def test_the_notice_of_a_discreet_reader_says_all() -> None:
    discreet = reader_of("booked_by_you", Language.EN, BERLIN, discreet=True)
    assert SPECIALIST_NAME in read_by(discreet, "booked_by_you")


# What is said


def test_a_client_reads_that_a_booking_obliges_to_nothing() -> None:
    text = read_by(reader_of("booked_by_you", Language.EN, BERLIN), "booked_by_you")
    for promise in ("30 minutes", "costs nothing", "obliges you to nothing"):
        assert promise in text


def test_a_client_is_not_told_why_a_specialist_is_unavailable() -> None:
    for language in Language:
        reader = reader_of("cancelled_as_unavailable", language, BERLIN)
        text = read_by(reader, "cancelled_as_unavailable")
        assert not re.search("licence|suspen|withdr|Zulassung|gesperrt", text)


def test_numbers_of_one_and_of_several_read_well() -> None:
    reader = Reader(account_id=SPECIALIST_ID)
    for number, told in ((1, "1 entry of your"), (12, "12 entries of your")):
        event = replace(READ_IN_PART, passed_over=number)
        assert told in specialists.external_calendar_read_in_part(reader, event).text
    assert "in 1 day, on" in specialists.expiring(reader, ON_MONDAY.date(), 1).text
    assert "in 7 days, on" in specialists.expiring(reader, ON_MONDAY.date(), 7).text


# Times


@pytest.mark.parametrize("language", Language)
def test_every_zone_has_a_name(language: Language) -> None:
    for zone in TIME_ZONES:
        read = Reader(account_id=CLIENT_ID, language=language, time_zone=zone).when(
            ON_MONDAY, "UTC"
        )
        assert re.search(r"\(.{2,}\)$", read), zone
        assert "nbekannt" not in read, zone
        assert "nknown" not in read, zone


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from(sorted(TIME_ZONES))
)
def test_any_time_is_told_in_utc_beside_where_the_readers_zone_is_not_known(
    at: datetime, zone: str
) -> None:
    read = Reader(account_id=CLIENT_ID).when(at.replace(tzinfo=UTC), zone)
    is_utc = at.replace(tzinfo=ZoneInfo(zone)).tzname() == "UTC"
    assert read.endswith(f"{at:%H:%M} UTC)") != is_utc


def test_another_day_in_utc_is_named() -> None:
    late = datetime(2027, 7, 7, 23, 30, tzinfo=UTC)
    assert Reader(account_id=CLIENT_ID).when(late, BERLIN) == (
        "Thursday, 8 July 2027 at 01:30 (Central European Summer Time; "
        "Wednesday, 7 July 2027 at 23:30 UTC)"
    )


def test_the_hour_that_comes_twice_is_told_apart_by_its_zones_name() -> None:
    reader = Reader(account_id=CLIENT_ID, time_zone=BERLIN)
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "02:30 (Central European Summer Time)" in reader.when(first, BERLIN)
    second = first + timedelta(hours=1)
    assert "02:30 (Central European Standard Time)" in reader.when(second, BERLIN)


@pytest.mark.parametrize(
    ("zone", "at", "said"),
    [
        ("Europe/Dublin", "2027-07-01", "13:00 (Irish Standard Time)"),
        ("Europe/Dublin", "2027-01-01", "12:00 (Greenwich Mean Time)"),
        ("Africa/Casablanca", "2027-07-01", "13:00 (Western European Summer Time)"),
        ("Africa/Casablanca", "2027-02-20", "12:00 (Western European Standard Time)"),
    ],
)
def test_a_zone_whose_standard_time_is_in_summer_is_named_by_its_hour(
    zone: str, at: str, said: str
) -> None:
    noon = datetime.fromisoformat(f"{at}T12:00Z")
    assert said in Reader(account_id=CLIENT_ID, time_zone=zone).when(noon, BERLIN)


def test_a_time_told_in_another_zone_is_the_same() -> None:
    reader = Reader(account_id=CLIENT_ID)
    in_kathmandu = ON_MONDAY.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert reader.when(in_kathmandu, BERLIN) == reader.when(ON_MONDAY, BERLIN)


@pytest.mark.parametrize(
    ("language", "country", "read"),
    [
        (Language.EN, "US", "Monday, January 7, 2030 at 4:30\u202fAM (Eastern Standard Time)"),
        (Language.EN, "GB", "Monday, 7 January 2030 at 04:30 (Eastern Standard Time)"),
        (
            Language.DE,
            "AT",
            "Montag, 7. Jänner 2030, um 04:30 Uhr (Nordamerikanische Ostküsten-Normalzeit)",
        ),
        (
            Language.DE,
            "XX",
            "Montag, 7. Januar 2030, um 04:30 Uhr (Nordamerikanische Ostküsten-Normalzeit)",
        ),
    ],
)
def test_times_are_written_as_in_the_readers_country(
    language: Language, country: str, read: str
) -> None:
    reader = Reader(account_id=CLIENT_ID, language=language, country=country, time_zone=NEW_YORK)
    assert reader.when(ON_MONDAY, BERLIN) == read


# Help


def test_help_names_the_emergency_number_of_the_readers_country() -> None:
    german = Reader(account_id=CLIENT_ID, language=Language.DE, country="BG")
    assert help_for(german) == (
        "In einem Notfall wählen Sie bitte 112. Eine Anlaufstelle in Ihrer Nähe finden Sie auf "
        "findahelpline.com."
    )
    assert emergency_for(german) == "In einem Notfall wählen Sie bitte 112."


@pytest.mark.parametrize("country", [None, "JP", "XX"])
def test_no_number_is_said_that_is_not_known(country: str | None) -> None:
    reader = Reader(account_id=CLIENT_ID, country=country)
    assert help_for(reader) == "You can find a helpline near you at findahelpline.com."
    assert emergency_for(reader) == ""


def test_helplines_are_named_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [Helpline(name="A line", number="1 23"), Helpline(name="Another", number="4 56")]
    there = Help(emergency_number="789", lines=lines, directory=helplines.DIRECTORY)
    monkeypatch.setattr(helping, "helplines_of", lambda country: there)
    assert help_for(Reader(account_id=CLIENT_ID)) == (
        "In an emergency, call 789. If you need to talk now, you can turn to: A line, 1 23; "
        "Another, 4 56. You can find a helpline near you at findahelpline.com."
    )


# Names and places


def test_who_has_no_name_is_called_what_they_are() -> None:
    for language, told in (
        (Language.EN, "with your specialist is on"),
        (Language.DE, "mit Ihrer Fachperson ist am"),
    ):
        reader = reader_of("booked_by_you", language, BERLIN)
        assert told in fill_names(EVERY_WORDING["booked_by_you"](reader).text, {})


def test_no_name_is_stored_with_a_text() -> None:
    for name, words in EVERY_WORDING.items():
        told = words(reader_of(name, Language.EN, BERLIN))
        assert not any(each in told.text for each in NAMES.values())


def test_a_text_without_its_place_still_reads_well() -> None:
    reader = reader_of("place_changed.client", Language.EN, BERLIN)
    words = consultations.place_changed(reader, ELSEWHERE, LINKS)
    assert words.place_of == SPECIALIST_ID
    without = words.without_place()
    assert ADDRESS in words.text
    assert ADDRESS not in without.text
    assert "\n\n\n" not in without.text
    assert without.place_of is None
    assert words.text.startswith(without.text.split("\n")[0])


@given(st.text(), st.text(), st.uuids())
def test_marks_leave_other_text_alone(before: str, after: str, id: object) -> None:
    no_marks = str.maketrans(
        "",
        "",
        name_placeholders.ANCHOR + name_placeholders.SEPARATOR + name_placeholders.TERMINATOR,
    )
    before, after = before.translate(no_marks), after.translate(no_marks)
    marked = f"{before}{name_placeholders.name(NameRole.CLIENT, CLIENT_ID, 'a client')}{after}"
    assert fill_names(marked, {}) == f"{before}a client{after}"
    assert fill_names(marked, NAMES) == f"{before}{CLIENT_NAME}{after}"
    assert name_placeholders.named_in([marked]) == {CLIENT_ID}


def test_a_name_can_not_bring_in_another() -> None:
    evil = name_placeholders.name(NameRole.SPECIALIST, SPECIALIST_ID, "")
    names = {**NAMES, (NameRole.CLIENT, CLIENT_ID): evil}
    text = fill_names(name_placeholders.name(NameRole.CLIENT, CLIENT_ID, "a client"), names)
    assert SPECIALIST_NAME not in text


# Data


def test_data_has_ids_and_times_under_the_events_names() -> None:
    reader = reader_of("booked_by_you", Language.EN, BERLIN)
    assert consultations.booked_by_you(reader, BOOKED, LINKS).data == NoticeData(
        consultation_id=BOOKED.consultation_id,
        client_id=CLIENT_ID,
        specialist_id=SPECIALIST_ID,
        starts_at=ON_MONDAY,
        time_zone=BERLIN,
    )
    rescue = consultations.rescue_offered(reader, RESCUE, LINKS)
    assert rescue.data.slots == RESCUE.slots
    assert rescue.data.consultation_id == ABOUT["consultation_id"]


def test_data_has_no_words() -> None:
    for name, words in EVERY_WORDING.items():
        told = words(reader_of(name, Language.EN, BERLIN))
        if isinstance(told, Wording):
            assert " " not in str(told.data.problem), name
            assert ADDRESS not in str(told.data), name
            assert "It can't be read" not in str(told.data), name


def test_every_kind_of_notice_is_told() -> None:
    told: set[NoticeKind] = {
        words.kind
        for name, each in EVERY_WORDING.items()
        if isinstance(words := each(reader_of(name, Language.EN, BERLIN)), Wording)
    }
    assert told == set(NoticeKind)


def test_a_mail_alone_is_no_notice() -> None:
    verify: Callable[[Reader], Letter] = EVERY_WORDING["verify_email"]
    assert not isinstance(verify(Reader(account_id=new_id())), Wording)
    assert isinstance(
        consultations.booked_by_you(Reader(account_id=new_id()), a_booking(), LINKS), Wording
    )
