"""The form of hours: to an availability and back, and its names for what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from chassis import json
from chassis.errors import FieldError, Invalid
from chassis.schemas import Reading, load
from contracts.booking.availability import (
    Availability,
    BadHours,
    DateOverride,
    Hours,
    Stay,
    Stretch,
)
from gateway.pages import form_values as forms
from gateway.site.desk.hours_form import HoursForm, form_values

TODAY = date(2026, 11, 30)
FULL = Availability(
    offers_free_consultations=True,
    time_zone="Europe/Lisbon",
    hours=[
        Hours(weekday="monday", starts="09:00", ends="12:00"),
        Hours(weekday="monday", starts="18:00", ends="24:00"),
        Hours(weekday="friday", starts="22:00", ends="02:00"),
        Hours(weekday="sunday", starts="00:00", ends="24:00"),
    ],
    overrides=[
        DateOverride(day=date(2026, 12, 24)),
        DateOverride(
            day=date(2026, 12, 28),
            hours=[Stretch(starts="08:00", ends="09:00"), Stretch(starts="20:00", ends="24:00")],
        ),
    ],
    stays=[
        Stay(first_day=date(2027, 1, 1), last_day=date(2027, 1, 9), time_zone="Atlantic/Cape_Verde")
    ],
    most_per_week=4,
    paced=False,
    in_person_address="Rua Nova 1",
)


def sent(values: dict[str, Any], name: str = "") -> dict[str, list[str]]:
    """The fields of a browser's form with these values."""
    found: dict[str, list[str]] = {}
    for key, value in values.items():
        at = f"{name}{key}"
        if isinstance(value, dict):
            found |= sent(value, f"{at}.")
        elif isinstance(value, list):
            found |= sent({str(number): each for number, each in enumerate(value)}, f"{at}.")
        elif value is not False:
            found[at] = ["" if value is None else "true" if value is True else str(value)]
    return found


def as_stored(availability: Availability) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(asdict(availability)))
    return stored


def read(values: dict[str, Any]) -> HoursForm:
    return load(HoursForm, forms.values_of(HoursForm, sent(values)), Reading.FORM)


def test_an_availability_goes_through_the_form_and_stays_the_same() -> None:
    assert read(form_values(as_stored(FULL), TODAY)).to_availability() == FULL


def test_exceptions_and_stays_that_are_over_are_left_out() -> None:
    values = form_values(as_stored(FULL), date(2027, 1, 11))
    assert (values["days"], values["stays"]) == ([], [])


def test_one_from_yesterday_stays_since_its_hours_may_last_past_midnight() -> None:
    values = form_values(as_stored(FULL), date(2026, 12, 29))
    assert [each["day"] for each in values["days"]] == ["2026-12-28", "2026-12-28"]


def test_a_row_without_an_end_is_refused() -> None:
    form = read({**form_values(as_stored(FULL), TODAY), "days": [{"day": "2026-12-24"}]})
    assert form.to_availability().overrides == [DateOverride(day=date(2026, 12, 24))]
    half = read({"time_zone": "UTC", "days": [{"day": "2026-12-24", "ends": "10:00"}]})
    with pytest.raises(Invalid) as refused:
        half.to_availability()
    assert [each.field for each in refused.value.errors] == ["days.0.starts"]


NAMES = [
    ("hours.0.starts", "monday.0.starts"),
    ("hours.1", "monday.1.starts"),
    ("hours.2.ends", "friday.0.ends"),
    ("overrides.0.day", "days.0.day"),
    ("overrides.1.hours.1.ends", "days.2.ends"),
    ("overrides.1.hours.0", "days.1.starts"),
    ("stays.0", "stays.0.first_day"),
    ("stays.0.time_zone", "stays.0.time_zone"),
    ("time_zone", "time_zone"),
]


@pytest.mark.parametrize(("name", "in_form"), NAMES)
def test_problems_have_the_names_of_the_forms_fields(name: str, in_form: str) -> None:
    form = read(form_values(as_stored(FULL), TODAY))
    refusal = form.in_form(BadHours(errors=[FieldError(name, "It is wrong.")]))
    assert [each.field for each in refusal.errors] == [in_form]


def test_blank_rows_keep_their_place_while_rows_come_and_go() -> None:
    given = {"days.0.day": [""], "days.1.day": ["2026-12-24"], "days.2.day": [""]}
    assert forms.values_of(HoursForm, given)["days"] == [{"day": "2026-12-24"}]
    rows = forms.rows_of(HoursForm, given)
    assert rows["days"] == [{}, {"day": "2026-12-24"}, {}]
    assert forms.without_row(HoursForm, rows, "days.0")["days"] == [{"day": "2026-12-24"}, {}]
