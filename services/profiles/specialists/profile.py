"""The profile: the text and facts that specialists write about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from chassis import markdown
from chassis.errors import FieldError, NotFound
from contracts.profiles.specialists import (
    ChangeProfile,
    ProfileExists,
    WriteProfile,
    missing_to_list,
)
from services.profiles.specialists import standards

WRITTEN = tuple(each.name for each in fields(WriteProfile))
NEEDED_TO_LIST = "Is needed before your profile can be listed."
NO_PLACE = "Please say whether sessions are online, in person, or both."
NO_PROFILE = "You have no profile yet. Please write one first."
LISTS = ("topics", "approaches", "languages", "countries", "accessibility")


class Profile:
    """The part of a ``Specialist`` that its owner writes.

    ``photo`` is the key of the photo's files.
    """

    display_name: Mapped[str] = mapped_column(default="")
    pronouns: Mapped[str] = mapped_column(default="")
    headline: Mapped[str] = mapped_column(default="")
    biography: Mapped[str] = mapped_column(default="")
    biography_html: Mapped[str] = mapped_column(default="")
    topics: Mapped[list[str]] = mapped_column(default=list)
    approaches: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    countries: Mapped[list[str]] = mapped_column(default=list)
    in_person: Mapped[bool] = mapped_column(default=False)
    practice: Mapped[dict[str, Any]] = mapped_column(default=dict)
    online: Mapped[bool] = mapped_column(default=False)
    fees: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    accessibility: Mapped[list[str]] = mapped_column(default=list)
    photo: Mapped[str] = mapped_column(default="")

    def write(self, profile: WriteProfile) -> None:
        """Write the profile for the first time.

        Raises ``ProfileExists`` where one was written, and ``NoSuchCode``.
        """
        if self.written:
            raise ProfileExists
        self.take(profile)

    @property
    def written(self) -> bool:
        return self.display_name != ""

    def require_written(self) -> None:
        if not self.written:
            raise NotFound(NO_PROFILE)

    def take(self, profile: WriteProfile | ChangeProfile) -> None:
        """Set the given fields. Raises ``NoSuchCode``."""
        standards.require_known(profile)
        for name in WRITTEN:
            value = getattr(profile, name)
            if value is None:
                continue
            if name in LISTS:
                value = list(dict.fromkeys(value))
            elif name == "fees":
                value = [asdict(fee) for fee in value]
            elif name == "practice":
                value = asdict(value)
            setattr(self, name, value)
        if profile.biography is not None:
            self.biography_html = markdown.to_html(profile.biography)

    def missing(self) -> Iterator[FieldError]:
        """The fields that are missing before the profile can be listed."""
        for name in missing_to_list(self):
            yield FieldError(name, NO_PLACE if name == "online" else NEEDED_TO_LIST)

    def shown(self) -> dict[str, Any]:
        """The fields that the profile shows."""
        return {name: getattr(self, name) for name in (*WRITTEN, "photo")}
