"""Renders the templates of the site (Jinja2): a view and the visitor's shell around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from chassis import json
from contracts.profiles.preferences import Language
from gateway.http.translations import german_of
from gateway.pages import times
from gateway.pages.constants import evaluate_constants
from gateway.pages.translations import catalogue_of
from gateway.pages.visitor import Visitor

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""Functions of the templates, by name; see ``template_function``."""
F = TypeVar("F", bound=Callable[..., Any])
ALWAYS_THE_SAME = ("asset", "icon")
NAMES = {Language.EN: "English", Language.DE: "Deutsch"}


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What every page has around its content.

    ``url``: the site's public address, for links that leave the page. ``indexed``: whether search
    engines may list the page.
    """

    visitor: Visitor
    url: str
    site_name: str
    exit_address: str
    indexed: bool = False
    correlation_id: str = ""

    def to(self, path: str) -> str:
        return self.visitor.to(path)

    def canonical(self, written_in: Sequence[Language] = tuple(Language)) -> str:
        """The public address of the page, which is written in these languages."""
        own = self.visitor.language
        return self.absolute(self.visitor.path, own if own in written_in else written_in[0])

    def absolute(self, path: str, language: Language | None = None) -> str:
        """The public address of a page."""
        return f"{self.url}{self.visitor.to(path, language)}"

    @property
    def others(self) -> list[tuple[Language, str, str]]:
        """Each other language: its code, its name, and the path of this page in it."""
        query = f"?{self.visitor.query}" if self.visitor.query else ""
        return [
            (each, NAMES[each], self.visitor.to(self.visitor.path, each) + query)
            for each in Language
            if each is not self.visitor.language
        ]

    @property
    def languages(self) -> list[Language]:
        return list(Language)

    def here(self, path: str) -> bool:
        """Whether the page is this one, or one below it."""
        return self.visitor.path == path or self.visitor.path.startswith(f"{path}/")


def render(template: str, shell: Shell, view: Any, forms: Mapping[str, Any]) -> str:
    """The page as HTML. ``view``: the template's own data."""
    visitor = shell.visitor
    environment = _environment(visitor.language)
    return environment.get_template(template).render(
        view=view,
        shell=shell,
        visitor=visitor,
        forms=forms,
        to=visitor.to,
    )


def template_function(function: F) -> F:
    """Let templates call a function by its name."""
    FUNCTIONS[function.__name__] = function
    return function


@cache
def _environment(language: Language) -> Environment:
    """Templates compiled for one language."""
    found = Environment(
        loader=PackageLoader("gateway.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    found.policies["ext.i18n.trimmed"] = True
    found.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.globals |= FUNCTIONS
    found.filters |= {"json": _json, "told": told}
    evaluate_constants(found, _constant_functions(language))
    return found


def _constant_functions(language: Language) -> dict[str, Callable[..., Any]]:
    """Functions whose results depend on their arguments and the language alone."""

    def text(message: str) -> Markup:
        return Markup(catalogue_of(language).gettext(message)) % ()

    named = {each: FUNCTIONS[each] for each in ALWAYS_THE_SAME if each in FUNCTIONS}
    return {**named, "_": text, "gettext": text, "to": Visitor(language=language).to}


@pass_context
def _gettext(context: Context, text: str) -> str:
    visitor: Visitor = context["visitor"]
    return visitor.gettext(text)


@pass_context
def _ngettext(context: Context, one: str, many: str, n: int) -> str:
    visitor: Visitor = context["visitor"]
    return catalogue_of(visitor.language).ngettext(one, many, n)


def visitor_function(function: F) -> F:
    """Let templates call a function by its name; it gets the visitor as ``visitor``."""

    @pass_context
    def bound(context: Context, *arguments: Any, **options: Any) -> Any:
        return function(*arguments, visitor=context["visitor"], **options)

    FUNCTIONS[function.__name__] = bound
    return function


for _function in (
    times.clock,
    times.day,
    times.short_day,
    times.full_date,
    times.moment,
    times.short_moment,
    times.near_moment,
    times.days_between,
    times.span,
    times.distance,
    times.zone_name,
):
    visitor_function(_function)
template_function(times.local)
template_function(times.offset)
FUNCTIONS["zip"] = zip


@pass_context
def told(context: Context, text: str) -> str:
    """A refusal's sentence in the visitor's language."""
    visitor: Visitor = context["visitor"]
    return sentence(text, visitor.language)


def sentence(text: str, language: Language) -> str:
    """A service's sentence in this language; English where there is no other."""
    return (german_of(text) or text) if language is Language.DE else text


def _json(value: object) -> Markup:
    """JSON inside a ``script`` element: nothing in it ends the element."""
    text = json.dumps(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
