"""Web addresses that users enter."""

from __future__ import annotations

from marshmallow import ValidationError
from marshmallow.validate import URL

from chassis.fetch.url_policy import CREDENTIALS
from contracts.inputs.texts import invisible_in, named

_url = URL(schemes={"https", "http"}, error="Must be a web address, such as https://example.org.")
_https_url = URL(schemes={"https"}, error="Must be an address that begins with https://.")


def web_address(text: str) -> str:
    """The address as it was given, without the white space around it.

    User names and passwords are refused: they make an address look as if it led elsewhere
    (``https://bank.example@other.example``). So are backslashes, which browsers take for slashes.
    """
    return str(_url(_harmless(text.strip())))


def https_address(text: str) -> str:
    """As ``web_address``, by https alone, so that no host on the way reads or changes it."""
    return str(_https_url(_harmless(text.strip())))


def _harmless(address: str) -> str:
    if CREDENTIALS.search(address):
        raise ValidationError("Must not contain a user name or a password (before an @).")
    for character in address:
        if character == "\\" or character.isspace() or invisible_in(character):
            raise ValidationError(f"Must not contain {named(character)}.")
    return address
