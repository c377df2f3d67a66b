"""A shared cache between browsers and the site, which stores all that RFC 9111 lets it store."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

import httpx

Directives = dict[str, str]


def directives_of(headers: httpx.Headers) -> Directives:
    parts = (part.strip().lower() for part in headers.get("Cache-Control", "").split(","))
    return {name: value for name, _, value in (part.partition("=") for part in parts) if name}


@dataclass(frozen=True)
class Stored:
    """An answer, and the request's values of the headers that it varies by (RFC 9111, 4.1)."""

    response: httpx.Response
    varies: dict[str, str]
    at: float

    @classmethod
    def of(cls, request: httpx.Request, response: httpx.Response) -> Stored:
        names = [each.strip().lower() for each in response.headers.get("Vary", "").split(",")]
        varies = {name: request.headers.get(name, "") for name in names if name}
        return cls(response, varies, monotonic())

    def suits(self, request: httpx.Request) -> bool:
        return all(
            name != "*" and request.headers.get(name, "") == value
            for name, value in self.varies.items()
        )

    @property
    def is_fresh(self) -> bool:
        said = directives_of(self.response.headers)
        lifetime = float(said.get("s-maxage") or said.get("max-age") or 0)
        return "no-cache" not in said and monotonic() - self.at < lifetime


@dataclass
class CachingProxy(httpx.BaseTransport):
    """All browsers share its one connection to the site."""

    site: httpx.Client
    hits: int = 0
    stored: dict[str, list[Stored]] = field(default_factory=dict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = request.url.raw_path.decode()
        if request.method != "GET":
            self.stored.pop(urlsplit(key).path, None)  # RFC 9111, section 4.4
            return self._forward(request)
        found = next((each for each in self.stored.get(key, ()) if each.suits(request)), None)
        if found is None:
            return self._fetch(key, request)
        if found.is_fresh:
            self.hits += 1
            return _copied(found.response)
        return self._revalidated(key, request, found)

    def _revalidated(self, key: str, request: httpx.Request, found: Stored) -> httpx.Response:
        """Section 4.3: the site says whether the stored answer is still good."""
        if "ETag" in found.response.headers and "If-None-Match" not in request.headers:
            request.headers["If-None-Match"] = found.response.headers["ETag"]
        answer = self._forward(request)
        if answer.status_code == 304:
            self.hits += 1
            return _copied(found.response)
        return self._store(key, request, answer)

    def _fetch(self, key: str, request: httpx.Request) -> httpx.Response:
        return self._store(key, request, self._forward(request))

    def _store(self, key: str, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        """Section 3: nothing that is ``no-store`` or ``private``, or an answer to credentials."""
        said = directives_of(answer.headers)
        may = "public" in said or "s-maxage" in said or "Authorization" not in request.headers
        if answer.status_code == 200 and may and not {"no-store", "private"} & said.keys():
            others = [each for each in self.stored.get(key, []) if not each.suits(request)]
            self.stored[key] = [*others, Stored.of(request, answer)]
        return answer

    def _forward(self, request: httpx.Request) -> httpx.Response:
        headers = [(k, v) for k, v in request.headers.multi_items() if k.lower() != "host"]
        url = f"{str(self.site.base_url).rstrip('/')}{request.url.raw_path.decode()}"
        sent = httpx.Request(request.method, url, headers=headers, content=request.read())
        answer = self.site.send(sent)
        kept = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name.lower() not in ("content-encoding", "transfer-encoding", "content-length")
        ]
        return httpx.Response(answer.status_code, headers=kept, content=answer.content)


def _copied(response: httpx.Response) -> httpx.Response:
    return httpx.Response(response.status_code, headers=response.headers, content=response.content)
