"""What a browser keeps for the time without a connection: the worker, and the page it shows.

The worker stores the pages of help and of the lost connection, the style and the fonts; never a
page that a visitor sees signed in.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

from werkzeug.wrappers import Request, Response

from chassis import json
from contracts.profiles.preferences import PATH_PREFIXES, Language
from gateway.cache import Cached
from gateway.http.document import document
from gateway.pages.page import page
from gateway.pages.visitor import Visitor
from gateway.site.look.assets import asset

KEPT_PAGES = ("/offline", "/help-now")
KEPT_FILES = ("site.css", "site.js", "icons.svg", "young-serif.woff2", "figtree.woff2")


class OfflinePages:
    @page("/offline", template="offline.html", cached=Cached(lambda arguments: ()))
    def offline_page(self, visitor: Visitor) -> None:
        """Shown instead of any page while there is no connection."""

    @document("/sw.js")
    def service_worker(self, request: Request) -> Response:
        response = Response(_worker(), content_type="text/javascript; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response


@cache
def _worker() -> str:
    """The worker with the names of what it keeps; its version changes with any of them."""
    paths = [PATH_PREFIXES[language] + path for language in Language for path in KEPT_PAGES]
    kept = json.dumps([*paths, *map(asset, KEPT_FILES)]).decode()
    source = files("gateway.site").joinpath("worker.js").read_text()
    version = sha256((kept + source).encode()).hexdigest()[:12]
    return source.replace("{version}", version).replace("{files}", kept)
