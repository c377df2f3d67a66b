"""Content-Type and Content-Encoding of request bodies: what is not declared is 415.

JSON is taken as ``application/json`` alone: browsers send other types across sites without asking
first (CORS-safelisted request headers), so that a strict type is one fence against forged requests.
"""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.wrappers import Request

from chassis.errors import FieldError, Invalid
from chassis.json import JSON
from gateway.declaration import Raw

SHOWN = 60


class WrongMediaType(Invalid):
    """This media type is not accepted here. See Content-Type."""

    code = "unsupported_media_type"


class EncodedBody(WrongMediaType):
    """Encoded bodies are not accepted. Send the body without Content-Encoding."""

    code = "unsupported_content_encoding"


def require(request: Request, body: type | Raw) -> None:
    """Raises ``EncodedBody`` or ``WrongMediaType`` where the declared body can't be read."""
    encoding = request.headers.get("Content-Encoding", "")
    if encoding and encoding.lower() != "identity":
        raise EncodedBody(
            errors=[FieldError("Content-Encoding", "Must not be sent.", encoding[:SHOWN])]
        )
    if isinstance(body, Raw):
        _require_one_of(request, body.types)
    elif request.content_length or request.content_type:
        _require_one_of(request, (JSON,))
        charset = request.mimetype_params.get("charset", "utf-8")
        if charset.lower() != "utf-8":
            raise WrongMediaType(
                "JSON is accepted in UTF-8 alone.",
                [FieldError("Content-Type", "The charset must be utf-8.", charset[:SHOWN])],
            )


def _require_one_of(request: Request, types: Iterable[str]) -> None:
    if request.mimetype in types:
        return
    given, accepted = request.content_type or "", ", ".join(types)
    raise WrongMediaType(
        f"This media type is not accepted here. Send {accepted}.",
        [FieldError("Content-Type", f"Must be {accepted}.", given[:SHOWN])],
    )
