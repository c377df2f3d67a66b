"""Calls with constant arguments in templates: evaluated once, and the page stays the same."""

from __future__ import annotations

from jinja2 import DictLoader, Environment
from markupsafe import Markup

from contracts.profiles.preferences import Language
from gateway.pages.constants import evaluate_constants
from gateway.pages.rendering import Shell, render
from gateway.pages.visitor import Visitor


class Calls:
    """A function that counts its calls."""

    def __init__(self) -> None:
        self.arguments: list[str] = []

    def __call__(self, text: str) -> str:
        self.arguments.append(text)
        return Markup("<b>%s</b>") % text if text.startswith("bold") else f"<{text}>"


def rendered(source: str, times: int = 3, **values: str) -> tuple[str, list[str]]:
    """The page, and with what the template's ``f`` was called."""
    calls = Calls()
    environment = Environment(loader=DictLoader({"page": source}), autoescape=True)
    environment.globals["f"] = calls
    evaluate_constants(environment, {"f": calls})
    pages = {environment.get_template("page").render(values) for _ in range(times)}
    [page] = pages
    return page, calls.arguments


def test_a_call_with_constants_is_made_once_for_all_pages() -> None:
    assert rendered("{{ f('a') }}, {{ f('bold a') }}") == (
        "&lt;a&gt;, <b>bold a</b>",
        ["a", "bold a"],
    )


def test_a_call_with_a_value_of_the_page_is_made_each_time() -> None:
    page, calls = rendered("{{ f(value) }}{{ f('c' ~ value) }}", times=2, value="a")
    assert page == "&lt;a&gt;&lt;ca&gt;"
    assert calls == ["a", "ca", "a", "ca"]


def test_constants_count_inside_of_macros_and_other_calls() -> None:
    page, calls = rendered("{% macro m(x) %}{{ x }}{{ f('a') }}{% endmacro %}{{ m(f('bold')) }}")
    assert page == "<b>bold</b>&lt;a&gt;"
    assert sorted(calls) == ["a", "bold"]


def test_each_language_keeps_its_own_texts_and_paths() -> None:
    pages = {
        each: render("offline.html", a_shell(Visitor(language=each)), None, {})
        for each in (Language.EN, Language.DE, Language.EN)
    }
    assert "Skip to the content" in pages[Language.EN]
    assert "Skip to the content" not in pages[Language.DE]
    assert 'href="/specialists"' in pages[Language.EN]
    assert 'href="/de/specialists"' in pages[Language.DE]


def a_shell(visitor: Visitor) -> Shell:
    return Shell(
        visitor=visitor,
        url="https://site.example",
        site_name="Site",
        exit_address="https://news.example/",
    )
