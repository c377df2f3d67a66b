"""Redirects from former addresses to present ones."""

from __future__ import annotations

from http import HTTPStatus

from werkzeug.wrappers import Response


class Moved(Exception):
    """The resource has another path now. An endpoint that raises it declares ``redirects``."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def moved_to(path: str) -> Response:
    """A permanent redirect. Browsers would store it for ever without ``no-cache``: a former slug
    may become the present one again."""
    headers = {"Location": path, "Cache-Control": "no-cache"}
    return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers=headers)
