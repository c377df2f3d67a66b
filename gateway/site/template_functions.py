"""Functions that the templates call, beside those of times and formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from gateway.pages.rendering import template_function, visitor_function
from gateway.site import nearby_help, refusals, shapes, vocabulary
from gateway.site.assets import asset, icon
from gateway.site.held_slots import booking_path
from gateway.site.help_now import dialled
from gateway.site.prose import inline
from gateway.site.said import SAID

FUNCTIONS: tuple[Callable[..., Any], ...] = (
    asset,
    booking_path,
    dialled,
    icon,
    nearby_help.help_nearby,
    inline,
    refusals.next_step,
    shapes.big_dial,
    shapes.cover,
    shapes.dial,
    shapes.horizon,
    shapes.initials_avatar,
    shapes.logo,
    shapes.logo_on_night,
    shapes.mark,
    shapes.step,
    shapes.stones,
)
for function in FUNCTIONS:
    template_function(function)
visitor_function(vocabulary.label_of)
visitor_function(vocabulary.language_name)
visitor_function(vocabulary.language_names)


@template_function
@pass_context
def said(context: Context, code: str) -> str:
    """The sentence that a form's success is answered with; empty for an unknown code."""
    return context["visitor"].gettext(SAID[code]) if code in SAID else ""
