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
from contracts.inputs.zones import time_zone
from contracts.profiles import PRODUCER
from contracts.shapes import ISO_3166


class Language(StrEnum):
    """The languages of mails, notices and pages."""

    EN = "en"
    DE = "de"


# Shapes of single fields

OwnTimeZone = Annotated[
    str,
    Normalised(time_zone),
    Length(1, 64, error="Must be 1 to 64 characters long, such as 'Europe/Berlin'."),
    Doc("IANA's name of the zone in which you read times, such as `Europe/Berlin`."),
]


OwnCountry = Annotated[
    str,
    Regexp(ISO_3166, error="Must be an ISO 3166-1 alpha-2 code, such as 'DE'."),
    Doc("Where you live, as an ISO 3166-1 alpha-2 code: its helplines are shown to you."),
]


Discreet = Annotated[
    bool, Doc("Calendar entries and mails don't show at a glance what they are about.")
]


# Events


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Event, producer=PRODUCER):
    """An account has other preferences than before."""

    account_id: UUID
    version: Version
    time_zone: str | None
    language: Language
    country: str | None
    discreet: bool


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """How an account wants to be written to. `null` where a zone or country is not known."""

    time_zone: OwnTimeZone | None
    language: Language
    country: OwnCountry | None
    discreet: Discreet
