"""What is wrong with the fields of a form, for the person who fills it in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from marshmallow import fields

from chassis.errors import DomainError, FieldError
from chassis.schemas import Reading, schema_of
from gateway.pages.rendering import sentence
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor

FIELDS: dict[str, tuple[str, ...]] = {
    "codes_exhausted": ("code",),
    "email_taken": ("email",),
    "password_too_common": ("new_password", "new", "password"),
    "second_factor_required": ("code",),
    "slug_taken": ("slug",),
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
    (
        r"Must be .*, the version in force\.",
        N_("This text has changed meanwhile. Please read it, and agree to it again."),
    ),
    (r"Must be one of: .*", N_("Please choose one of these.")),
    (
        r"Must be greater than or equal to (?P<least>\d+) and less than or equal to "
        r"(?P<most>\d+)\.",
        N_("Please enter a number from %(least)s to %(most)s."),
    ),
    (r"Not a valid integer\.", N_("Please enter a whole number.")),
    (r"Not a valid date\.", N_("Please enter a date.")),
    (r"Must be later than now .*", N_("Please choose a day and a time that lie ahead.")),
    (
        r"String does not match expected pattern\.",
        N_("Please write it in the form that is described above."),
    ),
    (r"Must be one file of .*\.", N_("Please choose a file of one of the kinds above.")),
    (
        r"Must be an amount, such as 95 or 95\.50\.",
        N_("Please enter an amount, such as 95 or 95.50."),
    ),
    (r"Must be a time such as '09:30'\.", N_("Please enter a time, such as 09:30.")),
    (
        r"Overlaps (hours|overrides)\..*",
        N_("These hours overlap others. Please change one of the two."),
    ),
    (r"Overlaps stays\.\d+\.", N_("These days overlap those of another stay.")),
    (r"Must not be starts .*", N_("Please choose an end that is not the start.")),
    (r"Must be before 24:00\.", N_("Please choose a start before the end of the day.")),
    (
        r"Has (?P<length>\d+) minutes; a consultation takes (?P<least>\d+)\.",
        N_("That is %(length)s minutes. A half hour takes %(least)s."),
    ),
    (
        r"Must not be before first_day, nor over (?P<days>\d+) days after it\.",
        N_("Please choose a last day that is at most %(days)s days after the first one."),
    ),
    (
        r"Must be given, or in_person_address, where this platform makes no rooms\.",
        N_("Please give a link of your own here, or the address of your practice below."),
    ),
)
"""Sentences for programs, and what a form says instead."""
NEEDED = {
    "terms": N_("Please agree to the terms of use to go on."),
    "health_data": N_("Please consent, or look around without an account."),
}
"""Boxes that must be checked, by their field, and what the form says where they are not."""
OF_LISTS = {
    N_("Please use at most %(most)s characters."): N_("Please choose at most %(most)s."),
}
"""The same for a list, which has no characters."""


def errors_of(refusal: DomainError, shape: type | None) -> Sequence[FieldError]:
    """What is wrong with each field: as the refusal says, or by its code."""
    if refusal.errors or shape is None:
        return refusal.errors
    has = {each.name for each in dataclasses.fields(shape)}
    for name in FIELDS.get(refusal.code, ()):
        if name in has:
            return [FieldError(name, refusal.detail)]
    return ()


def in_form(error: FieldError, shape: type | None, visitor: Visitor) -> str:
    """The sentence beside a field of a form of this shape, in the visitor's language."""
    if error.field in NEEDED and re.fullmatch(IN_FORMS[0][0], error.detail):
        return visitor.gettext(NEEDED[error.field])
    for pattern, text in IN_FORMS:
        if match := re.fullmatch(pattern, error.detail):
            of_list = OF_LISTS.get(text, text) if _is_list(shape, error.field) else text
            return visitor.gettext(of_list, **match.groupdict())
    return sentence(error.detail, visitor.language)


def _is_list(shape: type | None, name: str) -> bool:
    if shape is None:
        return False
    return isinstance(schema_of(shape, Reading.FORM).fields.get(name), fields.List)
