"""What is wrong with the fields of a form, for the person who fills it in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from chassis.errors import DomainError, FieldError
from gateway.pages.rendering import sentence
from gateway.pages.visitor import Visitor
from gateway.site.said import N_

FIELDS: dict[str, tuple[str, ...]] = {
    "codes_exhausted": ("code",),
    "email_taken": ("email",),
    "password_too_common": ("new_password", "new", "password"),
    "second_factor_required": ("code",),
    "wrong_code": ("code",),
    "wrong_password": ("current", "password"),
}
"""By the code of a refusal that names no field: of these, the first that the form has is meant."""
IN_FORMS = (
    (r"Missing data for required field\.|Field may not be null\.", N_("Please fill this in.")),
    (
        r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.",
        N_("Please use %(least)s to %(most)s characters."),
    ),
    (
        r"Shorter than minimum length (?P<least>\d+)\.",
        N_("Please use at least %(least)s characters."),
    ),
    (
        r"Longer than maximum length (?P<most>\d+)\.",
        N_("Please use at most %(most)s characters."),
    ),
    (r"Must be one of: .*", N_("Please choose one of these.")),
)
"""Sentences for programs, and what a form says instead."""


def errors_of(refusal: DomainError, shape: type | None) -> Sequence[FieldError]:
    """What is wrong with each field: as the refusal says, or by its code."""
    if refusal.errors or shape is None:
        return refusal.errors
    has = {each.name for each in dataclasses.fields(shape)}
    for name in FIELDS.get(refusal.code, ()):
        if name in has:
            return [FieldError(name, refusal.detail)]
    return ()


def in_form(detail: str, visitor: Visitor) -> str:
    """The sentence beside a field, in the visitor's language."""
    for pattern, text in IN_FORMS:
        if match := re.fullmatch(pattern, detail):
            return visitor.gettext(text, **match.groupdict())
    return sentence(detail, visitor.language)
