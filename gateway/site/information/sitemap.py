"""What search engines may read: ``robots.txt`` and the sitemap (sitemaps.org, protocol 0.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from werkzeug.wrappers import Request, Response

from chassis.pagination import LARGEST_LIMIT
from chassis.rpc.client import Wire
from contracts.content import ArticleQuery
from contracts.profiles.discovery import SearchSpecialists
from contracts.profiles.preferences import Language
from gateway.api.base import Api
from gateway.cache import ARTICLES, LISTED
from gateway.http.declaration import IN_BRACES
from gateway.http.document import document
from gateway.pages.page import pages_of
from gateway.pages.reads import page_reads
from gateway.pages.site import site_url
from gateway.pages.visitor import Visitor

MOST_PAGES = 100
"""Pages of specialists, and of articles, that are read: 10,000 of each."""
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


class Sitemap(Api):
    reads = page_reads()
    url = site_url()

    @document("/robots.txt")
    def robots(self, request: Request) -> Response:
        """Pages that are not to be listed say so themselves; only the API is kept from crawlers."""
        lines = ["User-agent: *", "Disallow: /api/", f"Sitemap: {self.url}/sitemap.xml", ""]
        return Response("\n".join(lines), content_type="text/plain; charset=utf-8")

    @document("/sitemap.xml")
    def sitemap(self, request: Request) -> Response:
        """Every page that search engines may list, in each language."""
        body = self.reads.once("sitemap", "", [LISTED, ARTICLES], self._mapped)
        return Response(body, content_type="application/xml; charset=utf-8")

    def _mapped(self) -> str:
        paths = [*self._mapped_pages(), *self._mapped_specialists()]
        entries = [_entry(self.url, path, list(Language)) for path in paths]
        entries += [
            _entry(self.url, path, [language]) for path, language in self._mapped_articles()
        ]
        return f"{HEAD}<urlset {NAMESPACES}>\n{''.join(entries)}</urlset>\n"

    def _mapped_pages(self) -> list[str]:
        declared = [each for each, _ in pages_of(type(self))]
        return [each.path for each in declared if each.indexed and not IN_BRACES.search(each.path)]

    def _mapped_specialists(self) -> Iterator[str]:
        def page(cursor: str | None) -> Wire[Any]:
            query = SearchSpecialists(cursor=cursor, limit=LARGEST_LIMIT)
            return self.profiles.search_specialists(query=query)

        return (f"/specialists/{each['slug']}" for each in _all(page))

    def _mapped_articles(self) -> Iterator[tuple[str, Language]]:
        def page(cursor: str | None) -> Wire[Any]:
            return self.content.list_articles(
                query=ArticleQuery(cursor=cursor, limit=LARGEST_LIMIT)
            )

        for each in _all(page):
            if each["language"] in list(Language):
                yield f"/articles/{each['slug']}", Language(each["language"])


def _all(page: Callable[[str | None], Wire[Any]]) -> Iterator[dict[str, Any]]:
    cursor = None
    for _ in range(MOST_PAGES):
        found = page(cursor).value
        yield from found["items"]
        cursor = found["next"]
        if cursor is None:
            return


def _entry(url: str, path: str, languages: list[Language]) -> str:
    """The page in its first language, with the addresses of the others."""
    visitor = Visitor()
    paths = {each: url + visitor.to(path, each) for each in languages}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{each}" href={quoteattr(paths[each])}/>'
        for each in languages
        if len(languages) > 1
    )
    return "".join(f"<url><loc>{paths[each]}</loc>{links}</url>\n" for each in languages)
