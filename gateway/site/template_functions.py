"""Functions that the templates call, beside those of times and formats."""

from __future__ import annotations

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from gateway.pages.rendering import template_function
from gateway.site import refusals
from gateway.site.assets import asset
from gateway.site.said import SAID

template_function(asset)
template_function(refusals.next_step)


@template_function
def icon(name: str) -> Markup:
    """An icon of the sprite, beside a text that says the same."""
    return Markup('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        asset("icons.svg"), name
    )


@template_function
@pass_context
def said(context: Context, code: str) -> str:
    """The sentence that a form's success is answered with; empty for an unknown code."""
    return context["visitor"].gettext(SAID[code]) if code in SAID else ""
