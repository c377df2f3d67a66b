"""The page about the API, as a person sees it."""

from __future__ import annotations

import httpx
from playwright.sync_api import expect

from tests.browser.watched import Watched


def operations(platform_url: str) -> dict[str, str]:
    """Summaries by operation id."""
    document = httpx.get(f"{platform_url}/openapi.json").json()
    return {
        operation["operationId"]: operation["summary"]
        for path in document["paths"].values()
        for operation in path.values()
    }


def test_the_page_shows_every_operation(watched: Watched, platform_url: str) -> None:
    expected = operations(platform_url)
    watched.page.goto(f"{platform_url}/docs")

    expect(watched.page.locator(".opblock")).to_have_count(len(expected))
    expect(watched.page.locator("h1.title, h2.title").first).to_contain_text("Firststep")
    shown = watched.page.locator(".opblock-summary-description").all_inner_texts()
    assert sorted(shown) == sorted(expected.values())
    assert watched.complaints == []


def test_the_page_asks_nobody_but_the_platform(watched: Watched, platform_url: str) -> None:
    watched.page.goto(f"{platform_url}/docs")
    expect(watched.page.locator(".opblock").first).to_be_visible()
    watched.page.wait_for_load_state("networkidle")

    paths = {url.removeprefix(platform_url) for url in watched.asked_for}
    assert {"/docs", "/docs/start.js", "/openapi.json"} <= paths
    assert [
        url for url in watched.asked_for if not url.startswith((f"{platform_url}/", "data:"))
    ] == []


def test_an_operation_opens_with_its_answers_and_can_be_tried(
    watched: Watched, platform_url: str
) -> None:
    watched.page.goto(f"{platform_url}/docs")
    operation = watched.page.locator("#operations-Featuring-list_featured")
    operation.locator(".opblock-summary-control").click()
    expect(operation).to_contain_text("bad_cursor")

    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response-col_status").last).to_contain_text(
        "200"
    )
    assert watched.complaints == []


def test_the_policy_keeps_out_what_others_would_bring_in(
    watched: Watched, platform_url: str
) -> None:
    """The page's policy is obeyed: neither foreign nor inline scripts run."""
    watched.page.goto(f"{platform_url}/docs")
    expect(watched.page.locator(".opblock").first).to_be_visible()
    watched.page.evaluate(
        """() => {
            const inline = document.createElement("script");
            inline.textContent = "window.ran = true";
            document.body.append(inline);
        }"""
    )
    assert watched.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in watched.complaints)
