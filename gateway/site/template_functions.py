"""Functions that the templates call, beside those of times and formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from gateway.pages.rendering import template_function, visitor_function
from gateway.site.admin import overview
from gateway.site.admin import texts as admin_texts
from gateway.site.articles import articles
from gateway.site.articles.texts import backlinks
from gateway.site.desk import desk, profile
from gateway.site.desk import texts as desk_texts
from gateway.site.editing import texts as editing_texts
from gateway.site.help import nearby_help
from gateway.site.help.help_now import dialled
from gateway.site.look import shapes
from gateway.site.look.assets import asset, icon
from gateway.site.operator import texts as operator_texts
from gateway.site.settings import second_factors, settings
from gateway.site.specialists import profile_texts
from gateway.site.times.slot_links import slot_links
from gateway.site.words import choices, refusals, vocabulary
from gateway.site.words.countries import name_of_country
from gateway.site.words.prose import inline
from gateway.site.words.said import SAID

FUNCTIONS: tuple[Callable[..., Any], ...] = (
    overview.admin_pages,
    admin_texts.licence_statuses,
    editing_texts.article_statuses,
    asset,
    articles.page_language,
    backlinks,
    choices.countries,
    choices.is_in_region,
    choices.zone_groups,
    desk.desk_pages,
    desk_texts.weekdays,
    profile.currencies,
    dialled,
    icon,
    inline,
    name_of_country,
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
    admin_texts.changed_fields,
    admin_texts.decision_labels,
    editing_texts.article_saved_meanwhile,
    editing_texts.editing_label,
    editing_texts.editing_labels,
    editing_texts.topics_to_choose,
    desk_texts.choices_of,
    desk_texts.desk_label,
    desk_texts.desk_labels,
    desk_texts.languages_to_choose,
    desk_texts.month_name,
    desk_texts.saved_meanwhile,
    desk_texts.weekday_name,
    nearby_help.help_nearby,
    profile_texts.booking_path,
    profile_texts.countries_served,
    profile_texts.own_language,
    profile_texts.price,
    profile_texts.profile_path,
    profile_texts.where,
    profile_texts.zone_hook,
    slot_links,
    vocabulary.label_of,
    vocabulary.language_name,
    vocabulary.language_names,
):
    visitor_function(function)


@template_function
def brand(ours: Callable[[], Markup]) -> Markup:
    """The operator's logo, or else ours."""
    if operator_texts.logo() is None:
        return ours()
    return Markup('<img src="/logo" alt="" height="36">')


@template_function
@pass_context
def said(context: Context, code: str) -> str:
    """The sentence that a form's success is answered with; empty for an unknown code."""
    return context["visitor"].gettext(SAID[code]) if code in SAID else ""
