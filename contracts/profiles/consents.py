"""Consents: what a person agrees to at sign-up, in which version, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Invalid

LONGEST_VERSION = 40


class ConsentKind(StrEnum):
    """A text that a person agrees to."""

    TERMS = "terms"
    HEALTH_DATA = "health_data"


# Shapes of single fields

TextVersion = Annotated[str, Length(1, LONGEST_VERSION), Doc("The version of a text.")]


# Requests


@dataclass(frozen=True, kw_only=True)
class AgreedTo:
    """The versions of the texts that a person has agreed to: those in force."""

    terms: TextVersion
    health_data: Annotated[
        TextVersion | None,
        Doc("The consent to health data. Clients need it: a booking here is health data."),
    ] = None


# Resources


@dataclass(frozen=True, kw_only=True)
class Agreements:
    """The versions in force. `POST /accounts` takes them as `agreed_to`."""

    terms: TextVersion
    health_data: TextVersion


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One text that the owner of an account agreed to."""

    kind: ConsentKind
    version: TextVersion
    agreed_at: datetime


# Refusals


class AgreementNeeded(Invalid):
    """To sign up, please agree to the present terms and, as a client, to the use of your health
    data. See `errors` for the versions."""

    code = "agreement_needed"
