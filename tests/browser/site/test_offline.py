"""Without a connection: the pages say so, and help stays in reach."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.site.people import People

Visit = Callable[..., BrowserContext]
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      found.push(new URL(request.url).pathname);
  return found;
}"""


def with_worker(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    return page


def test_help_stays_in_reach_without_a_connection(visit: Visit) -> None:
    context = visit(service_workers="allow")
    page = with_worker(context)
    context.set_offline(True)
    page.goto("/help-now")
    expect(page.locator("main a[href^='tel:']").first).to_be_visible()
    page.goto("/specialists")
    expect(page.get_by_role("heading", level=1)).to_have_text("No Internet Connection")
    page.goto("/de/specialists")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_page_that_is_open_says_that_the_connection_is_lost(visit: Visit) -> None:
    context = visit()
    page = context.new_page()
    page.goto("/free-consultation")
    notice = page.get_by_role("alert").filter(has_text="No Internet Connection.")
    expect(notice).to_be_hidden()
    context.set_offline(True)
    expect(notice).to_be_visible()
    context.set_offline(False)
    expect(notice).to_be_hidden()


def test_the_worker_keeps_no_personal_page(visit: Visit, people: People) -> None:
    context = visit(service_workers="allow")
    people.visit_as("client", context)
    page = with_worker(context)
    for path in ("/settings", "/consultations", "/help-now", "/"):
        page.goto(path)
    kept = [each for each in page.evaluate(CACHED) if not each.startswith("/assets/")]
    assert sorted(kept) == ["/de/help-now", "/de/offline", "/help-now", "/offline"]
    help_page = page.evaluate("() => caches.match('/help-now').then(answer => answer.text())")
    assert "Sign out" not in help_page
