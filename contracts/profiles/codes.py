"""The code of a second factor, as a field of requests."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length

Code = Annotated[str, Length(1, 40)]
CodeIfNeeded = Annotated[
    str | None,
    Length(1, 40),
    Doc(
        "Needed where a second factor is set up: six digits of the authenticator, or a recovery "
        "code."
    ),
]
