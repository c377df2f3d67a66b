"""Content-Type and Content-Encoding of request bodies: undeclared ones are refused with 415.

JSON must be ``application/json``: browsers send other types across sites without a preflight
(CORS-safelisted request headers), so a strict type guards against forged requests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from chassis.errors import FieldError, Invalid
from chassis.json import JSON
from gateway.http.declaration import Raw

SHOWN = 60
FORM = "multipart/form-data"
PART = "file"
ALSO_CALLED = {"image/jpg": "image/jpeg"}
OF_PHONES = ("image/heic", "image/heif")
HOW_PHONES_SEND_JPEG = (
    " To send JPEG from a phone, choose the most compatible format in its camera."
)


class WrongMediaType(Invalid):
    """This media type is not accepted here. See Content-Type."""

    code = "unsupported_media_type"


class EncodedBody(WrongMediaType):
    """Encoded bodies are not accepted. Please send the body without Content-Encoding."""

    code = "unsupported_content_encoding"


def require(request: Request, body: type | Raw) -> None:
    """Raises ``EncodedBody`` or ``WrongMediaType`` where the declared body can't be read."""
    encoding = request.headers.get("Content-Encoding", "")
    if encoding and encoding.lower() != "identity":
        raise EncodedBody(
            errors=[FieldError("Content-Encoding", "Must not be sent.", encoding[:SHOWN])]
        )
    if isinstance(body, Raw):
        _require_one_of(request, (*body.types, FORM))
    elif request.content_length or request.content_type:
        _require_one_of(request, (JSON,))
        charset = request.mimetype_params.get("charset", "utf-8")
        if charset.lower() != "utf-8":
            raise WrongMediaType(
                "JSON is accepted in UTF-8 alone.",
                [FieldError("Content-Type", "The charset must be utf-8.", charset[:SHOWN])],
            )


def file_of(request: Request, types: Collection[str]) -> bytes:
    """The bytes of a file that is the body, or the one part of a form (RFC 7578)."""
    if request.mimetype != FORM:
        return request.get_data()
    with request:  # closes what a form was spooled to
        return _file_in_form(request, types)


def _file_in_form(request: Request, types: Collection[str]) -> bytes:
    try:
        return _part_of(request, types)
    finally:
        request.close()  # and with it what was written to disk of a large part


def _part_of(request: Request, types: Collection[str]) -> bytes:
    try:
        parts = request.files.getlist(PART)
        others = sorted({*request.files, *request.form} - {PART})
    except HTTPException:  # more than a form with one file needs
        parts, others = [], []
    if len(parts) != 1 or others:
        field = others[0] if others else PART
        said = "Must not be sent." if others else f"Must be one file of {', '.join(types)}."
        raise Invalid(errors=[FieldError(field[:SHOWN], said)])
    [part] = parts
    _require(PART, part.content_type or "", part.mimetype, types)
    content: bytes = part.read()
    return content


def _require_one_of(request: Request, types: Iterable[str]) -> None:
    _require("Content-Type", request.content_type or "", request.mimetype, types)


def _require(field: str, given: str, kind: str, types: Iterable[str]) -> None:
    if ALSO_CALLED.get(kind, kind) in types:
        return
    accepted = ", ".join(types)
    advice = HOW_PHONES_SEND_JPEG if kind in OF_PHONES else ""
    raise WrongMediaType(
        f"This media type is not accepted here. Send {accepted}.{advice}",
        [FieldError(field, f"Must be one of: {accepted}.", given[:SHOWN])],
    )
