"""Texts of the desk: labels of fields, and what another tab saved meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_skeleton

from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS
from gateway.pages.forms import Form
from gateway.pages.times import full_date, zone_name
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor
from gateway.site.desk.hours_form import WEEKDAYS
from gateway.site.words.choices import Options, by_label
from gateway.site.words.countries import name_of_country
from gateway.site.words.vocabulary import label_of, language_name

LABELS = {
    "address": N_("Address of the calendar"),
    "accessibility": N_("Good to know"),
    "approaches": N_("How you work"),
    "biography": N_("In your own words"),
    "buffer_after_minutes": N_("Minutes free after each half hour"),
    "buffer_before_minutes": N_("Minutes free before each half hour"),
    "cancellation_notice_hours": N_("Hours before, until when clients can cancel or move it"),
    "countries": N_("Countries that you work for"),
    "country": N_("Country that issued it"),
    "days": N_("Exceptions on single days"),
    "display_name": N_("Your name"),
    "document": N_("Document"),
    "expires_on": N_("First day on which it is no longer valid"),
    "fees": N_("What later sessions cost"),
    "grid_minutes": N_("Half hours begin"),
    "headline": N_("One line about you"),
    "horizon_days": N_("Days ahead that can be booked"),
    "in_person": N_("Sessions in person"),
    "in_person_address": N_("Address of your practice"),
    "issuing_body": N_("Who issued it"),
    "label": N_("Your name for it"),
    "languages": N_("Languages that you work in"),
    "meeting_link": N_("Your own link for online half hours"),
    "minimum_notice_hours": N_("Hours of notice that you need"),
    "monthly_budget": N_("Most in a month"),
    "most_per_day": N_("Most on a day"),
    "most_per_week": N_("Most in a week"),
    "number": N_("Number"),
    "offers_free_consultations": N_("I offer free half hours"),
    "online": N_("Sessions online"),
    "paced": N_("Spread over the month, week by week"),
    "photo": N_("Photo"),
    "practice": N_("Where your practice is"),
    "pronouns": N_("Pronouns"),
    "stays": N_("Stays in another time zone"),
    "time_zone": N_("Time zone of your hours"),
    "topics": N_("What people come to you with"),
}
"""By the name of a field, or of the list that it is in."""
LANGUAGES = (
    *("ar", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he"),
    *("hi", "hr", "hu", "is", "it", "ja", "ka", "ko", "ku", "lt", "lv", "mk", "nl", "no", "pl"),
    *("ps", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "ti", "tr", "uk", "ur", "vi"),
    "zh",
)
"""Offered to choose from; others that a profile has stay among them."""
WORDS = {"topics": TOPICS, "approaches": APPROACHES, "accessibility": ACCESSIBILITY}


@dataclass(frozen=True)
class Line:
    """A field and its value, for reading."""

    label: str
    text: str


def desk_label(name: str, visitor: Visitor) -> str:
    """The label of a field of the desk's forms, by its dotted name."""
    first = name.partition(".")[0]
    if first in WEEKDAYS:
        return weekday_name(first, visitor)
    return visitor.gettext(LABELS[first]) if first in LABELS else ""


def desk_labels(forms: Mapping[str, Form], visitor: Visitor) -> dict[str, str]:
    """The labels of all fields that something is wrong with."""
    names = [name for each in forms.values() for name in each.errors]
    return {name: label for name in names if (label := desk_label(name, visitor))}


def weekday_name(weekday: str, visitor: Visitor) -> str:
    """ "Monday"."""
    locale: Locale = visitor.locale
    return str(locale.days["stand-alone"]["wide"][WEEKDAYS.index(weekday)])


def month_name(month: date, visitor: Visitor) -> str:
    """A month with its year: "November 2026"."""
    return format_skeleton("yMMMM", month, locale=visitor.locale)


def weekdays() -> tuple[str, ...]:
    return WEEKDAYS


def choices_of(name: str, visitor: Visitor) -> Options:
    """The options of topics, approaches or accessibility, in alphabetical order."""
    options = [(key, label_of(key, visitor)) for key in WORDS[name]]
    return sorted(options, key=by_label)


def languages_to_choose(chosen: list[str], visitor: Visitor) -> Options:
    """Languages to choose from, with those that are chosen already, in alphabetical order."""
    codes = dict.fromkeys((*LANGUAGES, *chosen))
    options = [(code, language_name(code, visitor)) for code in codes]
    return sorted(options, key=by_label)


# What another tab saved


def saved_meanwhile(
    saved: Mapping[str, Any], written: Mapping[str, Any], visitor: Visitor
) -> list[Line]:
    """The stored fields that differ from what a form brought back."""
    return [
        Line(desk_label(name, visitor), text)
        for name, text in _texts(saved, visitor)
        if text != dict(_texts(written, visitor)).get(name, "")
    ]


def _texts(values: Mapping[str, Any], visitor: Visitor) -> Iterator[tuple[str, str]]:
    for name in (*LABELS, *WEEKDAYS):
        if name in values:
            yield name, text_of_field(name, values[name], visitor)


def text_of_field(name: str, value: Any, visitor: Visitor) -> str:
    """The value of a field in the words of a reader; empty where it has none."""
    if value in (None, "", [], {}, False):
        return ""
    if value in (True, "true"):
        return visitor.gettext("yes")
    if name == "time_zone":
        return zone_name(str(value), visitor)
    if isinstance(value, list):
        return ", ".join(sorted(_item(name, each, visitor) for each in value if each))
    return _item(name, value, visitor)


def _item(name: str, value: Any, visitor: Visitor) -> str:
    if name in WORDS:
        return label_of(str(value), visitor)
    if name == "languages":
        return language_name(str(value), visitor)
    if name == "countries":
        return name_of_country(str(value), visitor.locale)
    if isinstance(value, Mapping):
        parts = [_part(key, str(each), visitor) for key, each in value.items() if each]
        return " ".join(parts) if name in ("fees", "days") else "–".join(parts)
    return str(value)


def _part(name: str, value: str, visitor: Visitor) -> str:
    if name == "country":
        return name_of_country(value, visitor.locale)
    if name in ("day", "first_day", "last_day"):
        return _date(value, visitor)
    return value


def _date(text: str, visitor: Visitor) -> str:
    try:
        return full_date(date.fromisoformat(text), visitor)
    except ValueError:
        return text
