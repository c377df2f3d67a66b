"""The API's description for machines, and a page that renders it for people.

Swagger UI's files come with a package: the page loads nothing from another host.
"""

from __future__ import annotations

import mimetypes
from functools import cache
from importlib.resources import files

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from chassis import json
from contracts.catalogue import public_events
from gateway.cache import PUBLIC
from gateway.docs import asyncapi, openapi
from gateway.http.document import document

SHOWN = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Firststep: the API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<main id="api"></main>
<script src="/docs/swagger-ui-bundle.js" charset="utf-8"></script>
<script src="/docs/start.js" charset="utf-8"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#api", validatorUrl: null, deepLinking: true
});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Docs:
    openapi_json: bytes | None = None

    @document("/openapi.json")
    def openapi(self, request: Request) -> Response:
        service_class = type(self)
        if service_class.openapi_json is None:
            service_class.openapi_json = json.dumps(openapi.describe(service_class))
        return _unless_known(request, service_class.openapi_json, json.JSON)

    @document("/asyncapi.json")
    def asyncapi(self, request: Request) -> Response:
        return _unless_known(request, _asyncapi(), json.JSON)

    @document("/docs")
    def read(self, request: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY}
        return Response(PAGE, headers=headers, content_type="text/html; charset=utf-8")

    @document("/docs/<name>")
    def asset(self, request: Request, name: str) -> Response:
        if name == "start.js":
            return Response(START, content_type="text/javascript; charset=utf-8")
        if name not in SHOWN:
            raise NotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kept = {"Cache-Control": "public, max-age=86400"}
        file = files("swagger_ui").joinpath("static", name)
        return Response(file.read_bytes(), headers=kept, mimetype=kind)


def _unless_known(request: Request, document: bytes, content_type: str) -> Response:
    """The document, or 304 where the client has it already."""
    response = Response(document, headers={"Cache-Control": PUBLIC}, content_type=content_type)
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def _asyncapi() -> bytes:
    return json.dumps(asyncapi.describe(public_events()))
