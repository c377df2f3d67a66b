"""Functions that the templates call, beside those of times and formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from gateway.pages.rendering import template_function, visitor_function
from gateway.site import (
    choices,
    nearby_help,
    profile_texts,
    refusals,
    second_factors,
    settings,
    shapes,
    vocabulary,
)
from gateway.site.article_texts import backlinks
from gateway.site.assets import asset, icon
from gateway.site.help_now import dialled
from gateway.site.prose import inline
from gateway.site.said import SAID

FUNCTIONS: tuple[Callable[..., Any], ...] = (
    asset,
    backlinks,
    choices.countries,
    choices.is_in_region,
    choices.zone_groups,
    dialled,
    icon,
    inline,
    profile_texts.excerpt,
    profile_texts.short_name,
    refusals.next_step,
    second_factors.qr_code,
    second_factors.secret_in,
    settings.settings_pages,
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
for function in (
    nearby_help.help_nearby,
    profile_texts.booking_path,
    profile_texts.countries_served,
    profile_texts.price,
    profile_texts.profile_path,
    profile_texts.where,
    profile_texts.zone_hook,
    vocabulary.label_of,
    vocabulary.language_name,
    vocabulary.language_names,
):
    visitor_function(function)


@template_function
@pass_context
def said(context: Context, code: str) -> str:
    """The sentence that a form's success is answered with; empty for an unknown code."""
    return context["visitor"].gettext(SAID[code]) if code in SAID else ""
