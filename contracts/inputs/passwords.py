"""Passwords: the form that is hashed and compared.

Keyboards and systems spell the same characters in different code points: an ``é`` is one or two
of them, depending on the device. NFKC makes them one (NIST SP 800-63B, 5.1.1.2). What is typed is
bounded before, since NFKC may lengthen a text eighteenfold.
"""

from __future__ import annotations

import unicodedata

from marshmallow import ValidationError

SHORTEST = 12
LONGEST = 200
"""Characters, of the normal form."""
LONGEST_TYPED = 4 * LONGEST
"""Characters: none is spelled in more than four when it is decomposed."""


def password(text: str) -> str:
    """A new password. Nothing is trimmed: a blank is a character like any other."""
    if len(text) > LONGEST_TYPED:
        raise ValidationError(f"Length must be between {SHORTEST} and {LONGEST}.")
    return normal_form(text)


def typed_password(text: str) -> str:
    """A password to compare, as it was typed: an old hash may be of that form."""
    if len(text) > LONGEST_TYPED or min(len(text), len(normal_form(text))) > LONGEST:
        raise ValidationError(f"Longer than maximum length {LONGEST}.")
    return text


def normal_form(text: str) -> str:
    """The form that is hashed, of text within ``LONGEST_TYPED``."""
    return unicodedata.normalize("NFKC", text)
