"""Names of clients and specialists, for answers that concern both.

Booking stores ids alone, so that a name has one place and is erased there. The gateway asks for
the names of the ids in an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.pagination import LARGEST_LIMIT
from contracts.profiles.specialists import Photo

# Requests


@dataclass(frozen=True, kw_only=True)
class NamesWanted:
    """The ids to get names of, at most 200 on each side."""

    clients: Annotated[list[UUID], Length(max=LARGEST_LIMIT)]
    specialists: Annotated[list[UUID], Length(max=LARGEST_LIMIT)]


# Resources


@dataclass(frozen=True, kw_only=True)
class ClientName:
    """A client, as a specialist with a booked consultation sees them."""

    id: UUID
    display_name: Annotated[
        str | None, Doc("Null where the account was erased, or the name can't be had at present.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class SpecialistName:
    """A specialist, listed or not, as their clients see them."""

    id: UUID
    display_name: Annotated[
        str | None, Doc("Null where the account was erased, or the name can't be had at present.")
    ] = None
    photo: Photo | None = None


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names that are known. Erased accounts are missing."""

    clients: list[ClientName]
    specialists: list[SpecialistName]
