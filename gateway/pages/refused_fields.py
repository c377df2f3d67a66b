"""The field of a form that a refusal is about, where the refusal names none."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from chassis.errors import DomainError, FieldError

FIELDS: dict[str, tuple[str, ...]] = {
    "codes_exhausted": ("code",),
    "email_taken": ("email",),
    "password_too_common": ("new_password", "new", "password"),
    "second_factor_required": ("code",),
    "wrong_code": ("code",),
    "wrong_password": ("current", "password"),
}
"""By the refusal's code: names of fields, of which the first that the form has is meant."""


def errors_of(refusal: DomainError, shape: type | None) -> Sequence[FieldError]:
    """What is wrong with each field: as the refusal says, or by its code."""
    if refusal.errors or shape is None:
        return refusal.errors
    has = {each.name for each in dataclasses.fields(shape)}
    for name in FIELDS.get(refusal.code, ()):
        if name in has:
            return [FieldError(name, refusal.detail)]
    return ()
