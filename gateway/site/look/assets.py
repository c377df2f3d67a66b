"""The site's static files: styles, scripts, fonts and icons, named by the hash of their bytes.

A file's address changes with its bytes, so browsers keep it for a year and never ask again. All are
read and compressed once, when the process starts. Files under fixed names (icons that browsers ask
for by themselves, the manifest) are kept for a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePath

from markupsafe import Markup
from rcssmin import cssmin
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from chassis import json
from chassis.concurrency.offload import offload
from contracts.profiles.preferences import Language
from contracts.vocabulary import TOPICS
from contracts.vocabulary_german import GERMAN
from gateway.http.document import document
from gateway.http.encoding import compressed, preferred_coding
from gateway.pages.site import site_name
from gateway.site.operator import texts as operator_texts

SVG, PNG, ICO = "image/svg+xml", "image/png", "image/x-icon"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": SVG,
    ".woff2": "font/woff2",
}
COMPRESSED = (".css", ".js", ".svg")
FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
HASH_LENGTH = 12
PREFIX = "/assets/"
MANIFEST = {
    "start_url": "/",
    "display": "browser",
    "background_color": "#EFF5F4",
    "theme_color": "#0B3238",
    "icons": [
        {"src": "/favicon.svg", "type": SVG, "sizes": "any"},
        {"src": "/icon-512.png", "type": PNG, "sizes": "512x512", "purpose": "any maskable"},
    ],
}
PREVIEWS = {
    Language.EN: {"default": "A free half hour with a mental-health specialist", **TOPICS},
    Language.DE: {
        "default": "Eine kostenlose halbe Stunde mit einer Fachperson",
        **{topic: GERMAN[topic] for topic in TOPICS},
    },
}
"""Titles of link previews by name: a topic's key, or ``default``."""
URL = re.compile(r"url\(([^)]+)\)")


@dataclass(frozen=True)
class Asset:
    """A file as it is served. ``encoded`` has its bytes by content coding, the best first."""

    name: str
    kind: str
    body: bytes
    encoded: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return PREFIX + self.name


def read_assets(sources: Mapping[str, bytes]) -> dict[str, Asset]:
    """Assets by the names of their source files.

    Styles come last: they name other files. A style that names a file that is absent is refused
    with KeyError.
    """
    assets: dict[str, Asset] = {}
    for name in sorted(sources, key=lambda each: (each.endswith(".css"), each)):
        body = sources[name]
        assets[name] = _asset(name, _style(body, assets) if name.endswith(".css") else body)
    return assets


def _asset(name: str, body: bytes) -> Asset:
    suffix = PurePath(name).suffix
    named = f"{name.removesuffix(suffix)}.{sha256(body).hexdigest()[:HASH_LENGTH]}{suffix}"
    return Asset(named, KINDS[suffix], body, compressed(body) if suffix in COMPRESSED else {})


def _style(source: bytes, assets: Mapping[str, Asset]) -> bytes:
    """A style minified, in which each ``url(file)`` is the file's hashed name."""
    return URL.sub(lambda found: f"url({assets[found[1]].name})", cssmin(source.decode())).encode()


def _sources() -> dict[str, bytes]:
    folder = files("gateway.site").joinpath("assets")
    shown = [each for each in folder.iterdir() if PurePath(each.name).suffix in KINDS]
    return {each.name: each.read_bytes() for each in shown}


ASSETS = read_assets(_sources())
SERVED = {each.name: each for each in ASSETS.values()}
ICONS = frozenset(re.findall(r'<symbol id="([^"]+)"', ASSETS["icons.svg"].body.decode()))


def asset(name: str) -> str:
    """The path of a static file, for templates: ``asset("site.css")``. KeyError if absent."""
    return ASSETS[name].path


def icon(name: str) -> Markup:
    """An icon beside a text that says the same. KeyError where the sprite has none of this name."""
    if name not in ICONS:
        raise KeyError(name)
    source = f"{asset('icons.svg')}#{name}"
    return Markup(f'<svg class="i" aria-hidden="true"><use href="{source}"/></svg>')


class Assets:
    name_of_site = site_name()

    @document("/assets/<name>")
    def site_asset(self, request: Request, name: str) -> Response:
        if name not in SERVED:
            raise NotFound
        return _kept(request, SERVED[name])

    @document("/logo")
    def operators_logo(self, request: Request) -> Response:
        """The operator's logo. Opened by itself, an SVG is in a sandbox: it may have scripts."""
        found = operator_texts.logo()
        if found is None:
            raise NotFound
        response = _revalidated(request, found.content, found.media_type)
        response.headers["Content-Security-Policy"] = LOGO_POLICY
        return response

    @document("/favicon.svg")
    def favicon_svg(self, request: Request) -> Response:
        return _revalidated(request, ASSETS["favicon.svg"].body, SVG)

    @document("/favicon.ico")
    def favicon_ico(self, request: Request) -> Response:
        from gateway.site.look import pictures

        return _revalidated(request, pictures.favicon(), ICO)

    @document("/apple-touch-icon.png")
    def apple_touch_icon(self, request: Request) -> Response:
        from gateway.site.look import pictures

        return _revalidated(request, pictures.icon(180), PNG)

    @document("/icon-512.png")
    def large_icon(self, request: Request) -> Response:
        from gateway.site.look import pictures

        return _revalidated(request, pictures.icon(512), PNG)

    @document("/site.webmanifest")
    def manifest(self, request: Request) -> Response:
        manifest = {"name": self.name_of_site, "short_name": self.name_of_site, **MANIFEST}
        return _revalidated(request, json.dumps(manifest), "application/manifest+json")

    @document("/og/<name>.png")
    def preview(self, request: Request, name: str) -> Response:
        return self._link_preview(request, name, Language.EN)

    @document("/de/og/<name>.png")
    def preview_in_german(self, request: Request, name: str) -> Response:
        return self._link_preview(request, name, Language.DE)

    def _link_preview(self, request: Request, name: str, language: Language) -> Response:
        from gateway.site.look import pictures

        title = PREVIEWS[language].get(name)
        if title is None:
            raise NotFound
        drawn = offload(pictures.preview, title, name, self.name_of_site)
        return _revalidated(request, drawn, PNG)


def _kept(request: Request, found: Asset) -> Response:
    """An asset in the coding that the client prefers, for as long as its name stands."""
    coding = preferred_coding(request.headers.get("Accept-Encoding", ""), found.encoded)
    body = found.body if coding is None else found.encoded[coding]
    response = Response(body, headers={"Cache-Control": FOREVER}, content_type=found.kind)
    if coding is not None:
        response.headers["Content-Encoding"] = coding
    if found.encoded:
        response.vary.add("Accept-Encoding")
    return response


def _revalidated(request: Request, body: bytes, kind: str) -> Response:
    """A file under a fixed name: kept for a day, then 304 while it is the same."""
    response = Response(body, headers={"Cache-Control": A_DAY}, content_type=kind)
    response.add_etag()
    response.make_conditional(request)
    return response
