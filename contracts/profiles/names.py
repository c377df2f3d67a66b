"""Names of people, for answers about what two people have with each other.

Booking keeps ids alone, so that a name has one place and is erased there. Whoever composes an
answer asks for the names of just those ids that stand in it.
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
    """Whose names are asked for, on either side: 200 at most."""

    clients: Annotated[list[UUID], Length(max=LARGEST_LIMIT)]
    specialists: Annotated[list[UUID], Length(max=LARGEST_LIMIT)]


# Resources


@dataclass(frozen=True, kw_only=True)
class ClientName:
    """A client, as specialists know them with whom they booked a consultation."""

    id: UUID
    display_name: Annotated[
        str | None, Doc("Null where the account was erased, or the name can't be had at present.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class SpecialistName:
    """A specialist, as their clients know them, listed or not."""

    id: UUID
    display_name: Annotated[
        str | None, Doc("Null where the account was erased, or the name can't be had at present.")
    ] = None
    photo: Photo | None = None


@dataclass(frozen=True, kw_only=True)
class Names:
    """Those that are known. Erased accounts are missing."""

    clients: list[ClientName]
    specialists: list[SpecialistName]
