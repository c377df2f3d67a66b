"""Preferences: an account's time zone, language and country, and whether to be discreet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Regexp

from chassis.events import Event, Version
from chassis.schemas import Normalised
from contracts.field_patterns import ISO_3166
from contracts.inputs.zones import LONGEST_NAME, time_zone
from contracts.profiles import PRODUCER


class Language(StrEnum):
    """The languages of mails, notices and pages."""

    EN = "en"
    DE = "de"


PATH_PREFIXES = {Language.EN: "", Language.DE: "/de"}
"""How the paths of the site's pages begin in each language."""


# Shapes of single fields

OwnTimeZone = Annotated[
    str,
    Normalised(time_zone),
    Length(
        1,
        LONGEST_NAME,
        error=f"Must be 1 to {LONGEST_NAME} characters long, such as 'Europe/Berlin'.",
    ),
    Doc("The IANA name of your time zone, such as `Europe/Berlin`."),
]


OwnCountry = Annotated[
    str,
    Regexp(ISO_3166, error="Must be an ISO 3166-1 alpha-2 code, such as 'DE'."),
    Doc("The country you live in (ISO 3166-1 alpha-2), whose helplines you are shown."),
]


Discreet = Annotated[bool, Doc("Whether calendar entries and mails hide what they are about.")]


# Events


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Event, producer=PRODUCER):
    """The preferences of an account were changed."""

    account_id: UUID
    version: Version
    time_zone: str | None
    language: Language
    country: str | None
    discreet: bool


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """The preferences of an account. Zone and country are `null` where they are not known."""

    time_zone: OwnTimeZone | None
    language: Language
    country: OwnCountry | None
    discreet: Discreet
