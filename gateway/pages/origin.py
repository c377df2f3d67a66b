"""Guard against forged requests (CSRF): an unsafe request must come from a page of this site.

Browsers say so in ``Sec-Fetch-Site`` (W3C, Fetch Metadata); older ones send ``Origin`` alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from chassis.errors import Forbidden

SAME = "same-origin"


class ForeignForm(Forbidden):
    """This form was not sent from a page of this site. Please open the page again and repeat it."""

    code = "foreign_form"


def require_own(request: Request, url: str) -> None:
    """Raises ``ForeignForm``. ``url``: the site's public address, where it has one."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_own = site == SAME
    else:
        is_own = _is_own(request.headers.get("Origin", ""), request.host, url)
    if not is_own:
        raise ForeignForm


def _is_own(origin: str, host: str, url: str) -> bool:
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    public = urlsplit(url)
    if public.scheme == "https":  # a network attacker may speak for http://
        return (parts.scheme, parts.netloc) == (public.scheme, public.netloc)
    return parts.netloc == host
