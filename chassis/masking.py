"""Masking of credentials in texts for operators: log lines, errors, output of commands."""

from __future__ import annotations

import re

MASK = "…"
IN_URL = re.compile(r"://\S*")
IN_DSN = re.compile(r"((?:password|secret)\w{0,20}=)('[^']*'|\"[^\"]*\"|[^\s&'\"]+)", re.IGNORECASE)
"""libpq's ``password=…``, and the same in the query of a URL."""
IN_VALUE = re.compile(r"^([\w+.-]+://)?.*@", re.DOTALL)
IPV6_HOST = rf"(?:{MASK}@)?\[[0-9a-f:.]+\](?::\d*)?(?:/|$)"
WITHOUT_HOST = re.compile(
    rf"^([\w+.-]+://(?!{IPV6_HOST})[^:/]*:)(?!\d*(/|$)).*",
    re.DOTALL,
)
"""A password whose ``@`` is missing: there is no number where the port should be."""


def masked(text: str) -> str:
    """The text with the user and the password of each URL in it replaced."""
    return IN_DSN.sub(rf"\1{MASK}", IN_URL.sub(_without_credentials, text))


def masked_value(value: str) -> str:
    """A setting that should be a URL, with its credentials replaced, however malformed it is."""
    without = IN_VALUE.sub(rf"\1{MASK}@", value)
    return masked(WITHOUT_HOST.sub(rf"\1{MASK}", without))


def _without_credentials(url: re.Match[str]) -> str:
    """Up to the last ``@`` of the word: a password may contain what should have been escaped."""
    _, at, rest = url[0].rpartition("@")
    return f"://{MASK}@{rest}" if at else rest
