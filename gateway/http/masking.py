"""Request paths masked for logs and audits: no token of a feed or a link stays readable.

The log has no query, in which links of mails have their token. This masks one that is in the path,
since a mail program encoded the question mark.
"""

from __future__ import annotations

import re

SECRET_IN_PATH = re.compile(
    r"(?P<before>calendar.{0,5}feeds?[^a-z]*?/|\?).+|(?P<long>[^/?]{20,})",
    re.IGNORECASE | re.DOTALL,
)
"""The token after a calendar feed's path, also a misspelt one; a query; and any long segment."""
HARMLESS = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.ics)?|[a-z]{1,15}([-_.][a-z]{1,15})*"
)
"""Long segments that are not secret: ids, and words in lower case."""


def without_secrets(path: str) -> str:
    """A request's path for the log. The token of a feed or a link gives access, so it is masked."""
    return SECRET_IN_PATH.sub(_masked, path)


def _masked(found: re.Match[str]) -> str:
    if found["before"]:
        return f"{found['before']}…"
    return found[0] if HARMLESS.fullmatch(found[0]) else "…"
