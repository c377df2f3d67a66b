"""Refusals: the one tree of errors that callers and clients see.

    DomainError
    ├── Invalid           the request is malformed or breaks a rule of its form
    ├── Unauthenticated   the caller is anonymous
    ├── Forbidden         the caller lacks a right
    ├── NotFound          the resource does not exist
    ├── Gone              the resource existed, and was withdrawn
    ├── Conflict          the resource's state does not allow it
    ├── TooMany           too many requests: retry later
    └── Unavailable       part of the platform is away: retry later

A service's refusal subclasses one of these, with its own ``code`` and, as its docstring, the
sentence that users read. It crosses RPC: the caller catches the same class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True)
class FieldError:
    """One field that is wrong.

    ``field`` is a path such as ``hours.0.starts``; ``detail`` says what is wrong and the limit;
    ``value`` is the value sent, shortened.
    """

    field: str
    detail: str
    value: str | None = None


class DomainError(Exception):
    """A refusal with a stable ``code``; ``detail`` defaults to the docstring's first paragraph."""

    code: ClassVar[str] = "refused"
    member_ids: ClassVar[tuple[str, ...]] = ()
    """The names of those ``members`` that are ids, for the OpenAPI description."""
    member_texts: ClassVar[tuple[str, ...]] = ()
    """The names of those ``members`` that are texts."""
    by_code: ClassVar[dict[str, type[DomainError]]] = {}

    def __init_subclass__(cls) -> None:
        known = DomainError.by_code.setdefault(cls.code, cls)
        if known is not cls and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"the code {cls.code!r} already belongs to {known.__qualname__}")

    def __init__(self, detail: str = "", errors: Sequence[FieldError] = ()) -> None:
        self.detail = detail or self.sentence()
        self.errors = tuple(errors)
        super().__init__(self.detail)

    @classmethod
    def sentence(cls) -> str:
        """The default detail."""
        first_paragraph = (cls.__doc__ or cls.__name__).strip().split("\n\n")[0]
        return " ".join(first_paragraph.split())

    @classmethod
    def kind(cls) -> type[DomainError]:
        """The branch of the tree that this refusal belongs to."""
        return next(base for base in cls.__mro__ if DomainError in base.__bases__)

    def to_wire(self) -> dict[str, Any]:
        return {
            "kind": self.kind().code,
            "code": self.code,
            "detail": self.detail,
            "errors": [asdict(error) for error in self.errors],
            **self.more_on_wire(),
        }

    def members(self) -> dict[str, Any]:
        """Members of the problem beside ``code`` and ``detail``, for programs."""
        return {}

    def more_on_wire(self) -> dict[str, Any]:
        """Further data for the caller; ``take_from_wire`` reads it there."""
        return {}

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        """Read what ``more_on_wire`` wrote."""

    @staticmethod
    def from_wire(wire: dict[str, Any]) -> DomainError:
        """The same refusal on the caller's side; its kind where its class is not imported here."""
        kind = DomainError.by_code.get(wire["kind"], Conflict)
        refusal = DomainError.by_code.get(wire["code"], kind)
        error = refusal(wire["detail"], [FieldError(**error) for error in wire["errors"]])
        error.take_from_wire(wire)
        error.code = wire["code"]  # type: ignore[misc]  # the remote code is kept, known here or not
        return error


class Invalid(DomainError):
    """Your request can't be accepted as it is. Please see `errors`."""

    code = "invalid"


class Unauthenticated(DomainError):
    """Please log in first. The request has no valid access token."""

    code = "unauthenticated"


class Forbidden(DomainError):
    """You are not allowed to do this."""

    code = "forbidden"


class EmailNotVerified(Forbidden):
    """Please confirm your e-mail address first. The link is in the mail that we sent you."""

    code = "email_not_verified"


class NotFound(DomainError):
    """We could not find this."""

    code = "not_found"


class Gone(DomainError):
    """This was here, and is not any more."""

    code = "gone"


class Conflict(DomainError):
    """This is not possible at the moment. Please read it again before you try."""

    code = "conflict"


class TooMany(DomainError):
    """This was asked too often. Please try again later."""

    code = "too_many"
    retry_after_s: int = 60
    """Seconds until a retry is allowed."""

    @classmethod
    def after(cls, seconds: float) -> Self:
        """The refusal that allows a retry after this time, rounded up."""
        refusal = cls()
        refusal.retry_after_s = max(1, math.ceil(seconds))
        return refusal

    def more_on_wire(self) -> dict[str, Any]:
        return {"retry_after_s": self.retry_after_s}

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        self.retry_after_s = int(wire.get("retry_after_s", self.retry_after_s))


class Unavailable(DomainError):
    """A part of the platform does not answer. Please try again later."""

    code = "unavailable"
    retry_after_s: int = 0
    """Seconds until a retry makes sense; 0: soon."""
