"""Each check of pages finds the fault that it is for, planted in a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.site import checks
from tests.browser.site.checks import Traffic

AT = "http://planted.example"
POLICY = "default-src 'none'; style-src 'self'; img-src *"
GOOD = "<p>Good.</p>"
Plant = Callable[[str], Page]
Find = Callable[[Page], list[str]]


def page_of(body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Planted</title>{head}</head>"
        f"<body><main><h1>Planted</h1>{body}</main></body></html>"
    )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=checks.NARROW) as context:
        yield context.new_page()


def serve(page: Page, body: str, policy: str = "", weighs: int = 0) -> None:
    """``weighs``: bytes that stand in the page as a comment."""
    headers = {"Content-Type": "text/html"}
    if policy:
        headers["Content-Security-Policy"] = policy
    text = page_of(body) + (f"<!--{'x' * (weighs - len(page_of(body)))}-->" if weighs else "")

    def answer(route: Route) -> None:
        if route.request.url == f"{AT}/":
            route.fulfill(body=text, headers=headers)
        else:
            route.fulfill(body="", content_type="image/png")

    page.route("**", answer)
    page.goto(f"{AT}/")


FAULTS = [
    pytest.param(checks.violations, '<input type="text" name="a">', "label", id="no label"),
    pytest.param(
        checks.violations,
        "<style>p { color: #bbb; background: #fff }</style><p>Pale.</p>",
        "color-contrast",
        id="low contrast",
    ),
    pytest.param(checks.violations, '<img src="a.png">', "image-alt", id="no text for a picture"),
    pytest.param(
        checks.too_wide,
        '<style>div { width: 500px; height: 9px }</style><div class="wide"></div>',
        'class="wide"',
        id="sideways scroll",
    ),
    pytest.param(
        checks.small_targets,
        "<style>button { height: 20px }</style><button>Press</button>",
        "20 px",
        id="small target",
    ),
    pytest.param(
        checks.clipped,
        "<style>button { width: 40px; overflow: hidden; white-space: nowrap }</style>"
        "<button>Something long</button>",
        "Something long",
        id="a name that is cut off",
    ),
    pytest.param(
        checks.moving,
        "<style>a { transition: color 1s }</style><a href='/'>Back</a>",
        "Back",
        id="motion",
    ),
    pytest.param(
        checks.unmarked,
        "<style>button { border: 0; height: 50px }</style><button>Press</button>",
        "Press",
        id="no edge in forced colours",
    ),
]


@pytest.mark.parametrize(("find", "body", "said"), FAULTS)
def test_a_planted_fault_is_found(page: Page, find: Find, body: str, said: str) -> None:
    serve(page, body)
    assert said in " ".join(find(page))


@pytest.mark.parametrize("find", dict.fromkeys(each.values[0] for each in FAULTS))
def test_nothing_is_found_in_a_good_page(page: Page, find: Find) -> None:
    serve(page, GOOD)
    assert find(page) == []


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("body { background: #111; color: #333 }", "color-contrast"),
        (
            "body { background: #111; color: #eee } a { color: #ddd; text-decoration: none }",
            "link-in-text",
        ),
    ],
)
def test_a_fault_of_the_dark_colours_is_found(page: Page, style: str, said: str) -> None:
    dark = f"<style>@media (prefers-color-scheme: dark) {{ {style} }}</style>"
    serve(page, f'{dark}<p>There is more to read <a href="/more">elsewhere</a>, as one does.</p>')
    checks.violations(page)
    page.emulate_media(color_scheme="dark")
    assert any(each.startswith(said) for each in checks.pale(page))


def test_a_style_that_the_policy_blocks_is_a_complaint(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    serve(page, '<p style="color: red">Red.</p>', policy=POLICY)
    assert any("Content Security Policy" in each for each in complaints)


def test_a_request_to_elsewhere_is_found(page: Page) -> None:
    traffic = Traffic.of(page.context.new_cdp_session(page))
    serve(page, '<img alt="" src="https://elsewhere.example/a.png">')
    assert traffic.foreign(AT) == ["https://elsewhere.example/a.png"]


def test_a_page_that_jumps_is_found(page: Page) -> None:
    serve(page, "<p>Below.</p>" * 5)
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {"
        "const more = document.createElement('div'); more.style.height = '200px';"
        "document.body.prepend(more); requestAnimationFrame(() => done()); })))"
    )
    assert checks.layout_shift(page) > 0


def test_a_picture_that_is_the_largest_thing_is_found(page: Page) -> None:
    serve(page, f'<img alt="" width="300" height="300" src="{AT}/a.png">')
    page.evaluate(
        "async () => { const canvas = document.createElement('canvas');"
        "canvas.width = canvas.height = 300; const brush = canvas.getContext('2d');"
        "for (let at = 0; at < 3000; at++) { brush.fillStyle = `rgb(${at % 255} 9 9)`;"
        "brush.fillRect(at % 300, at * 7 % 300, 9, 9); }"
        "const image = document.querySelector('img');"
        "image.src = canvas.toDataURL(); await image.decode();"
        "await new Promise(requestAnimationFrame); }"
    )
    assert checks.largest_paint(page) != "text"


@pytest.mark.parametrize(("over", "is_found"), [(1000, True), (-1000, False)])
def test_a_kilobyte_too_many_is_found(
    browser: Browser, serving: Callable[[bytes], str], over: int, is_found: bool
) -> None:
    most_kb = 20
    text = page_of(GOOD).encode()
    address = serving(text + b" " * (most_kb * 1000 + over - len(text)))
    with browser.new_context() as context:
        page = context.new_page()
        traffic = Traffic.of(context.new_cdp_session(page))
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert (traffic.kilobytes() > most_kb) is is_found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>Open.<div>Closed.</div></p>", "</p>"),
        ('<p style="color: red">Red.</p>', "Inline style"),
        ('<a id="a" href="/">One</a><p id="a">Two</p>', "Duplicate ID"),
    ],
)
def test_bad_html_is_found(tmp_path: Path, body: str, said: str) -> None:
    found = checks.invalid_html({"bad": page_of(body), "good": page_of(GOOD)}, tmp_path)
    assert any(each.startswith("bad: ") and said in each for each in found), found
    assert not any(each.startswith("good: ") for each in found), found
