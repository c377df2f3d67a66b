"""Texts of profiles: short names, excerpts, places and prices. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote, urlencode

from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_symbol
from markupsafe import Markup

from contracts.profiles.specialists import Fee, Specialist
from gateway.pages.visitor import Visitor
from gateway.site.words.countries import name_of_country

EXCERPT_LENGTH = 160
TITLES = {"dr", "prof", "mag", "dipl", "mr", "mrs", "ms", "mx", "frau", "herr", "sir", "dame"}
"""Words before a name, without their full stop."""


def short_name(name: str) -> str:
    """The name that a specialist is called by in a sentence: the first word, or the whole name
    where it begins with a title."""
    first = name.partition(" ")[0]
    return name if "." in first or first.casefold() in TITLES else first


def excerpt(html: str) -> str:
    """The beginning of a text, cut between words."""
    text = Markup(html).striptags()
    if len(text) <= EXCERPT_LENGTH:
        return text
    return text[: EXCERPT_LENGTH - 1].rpartition(" ")[0].rstrip(",;:.–-") + " …"


def own_language(specialist: Specialist, visitor: Visitor) -> Markup:
    """The ``lang`` attribute of what a specialist wrote. The language is known where they speak
    only one, and said where it is not the page's."""
    spoken = specialist.languages
    if len(spoken) != 1 or spoken[0] == visitor.language:
        return Markup("")
    return Markup(' lang="{}"').format(spoken[0])


def where(specialist: Specialist, visitor: Visitor) -> str:
    """Where later sessions take place: "Online, and in Vienna"."""
    place = specialist.practice.place
    if not specialist.in_person:
        return visitor.gettext("Online") if specialist.online else ""
    if not specialist.online:
        return (
            visitor.gettext("In %(place)s", place=place) if place else visitor.gettext("In person")
        )
    if not place:
        return visitor.gettext("Online, and in person")
    return visitor.gettext("Online, and in %(place)s", place=place)


def countries_served(specialist: Specialist, visitor: Visitor) -> str:
    """ "Germany, Austria or Portugal"."""
    names = sorted(name_of_country(each, visitor.locale) for each in specialist.countries)
    return format_list(names, style="or", locale=visitor.locale)


def price(fee: Fee, visitor: Visitor) -> str:
    """ "€95 for 50 minutes"."""
    return visitor.gettext(
        "%(amount)s for %(minutes)s minutes",
        amount=amount_of(fee, visitor),
        minutes=str(fee.minutes),
    )


def amount_of(fee: Fee, visitor: Visitor) -> str:
    """The amount in its currency; whole amounts without decimals."""
    amount, locale = Decimal(fee.amount), visitor.locale
    pattern = locale.currency_formats["standard"].pattern
    digits = "0" if amount == amount.to_integral_value() else "0.00"
    pattern = pattern.replace("0.00", digits).replace("¤", f"'{_symbol(fee, visitor)}'")
    return format_decimal(amount, format=pattern, locale=locale).strip()


def _symbol(fee: Fee, visitor: Visitor) -> str:
    """The currency's sign; a code, such as CHF, stands apart from the amount."""
    symbol: str = get_currency_symbol(fee.currency, locale=visitor.locale)
    return f"{symbol}\xa0" if symbol[-1].isalpha() else symbol


# Addresses of profiles


def profile_path(
    specialist: Specialist, visitor: Visitor, visit: str = "", search: str = ""
) -> str:
    """The path of a profile. ``visit``: of the featured list that leads there; ``search``: the
    query of the search that does."""
    query = {"visit": visit, "search": search, "tz": visitor.asked_zone}
    given = {name: value for name, value in query.items() if value}
    path = f"/specialists/{specialist.slug}"
    return visitor.to(f"{path}?{urlencode(given)}" if given else path)


def booking_path(slug: str, starts_at: datetime, visitor: Visitor) -> str:
    """The path of booking a time, without the language's prefix. Colons stand as they are: to
    encode the times of a picker takes a fifth of the time that its page takes."""
    zone = f"&tz={quote(visitor.asked_zone)}" if visitor.asked_zone else ""
    at = f"{starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"/specialists/{slug}/booking?starts_at={at}{zone}"


def zone_hook(zone: str, visitor: Visitor) -> Markup:
    """Attributes of a part with times in this zone: the script swaps it for one with the device's.
    The part has an id."""
    chosen = " data-zone-chosen" if visitor.is_zone_chosen else ""
    return Markup(' data-zone="{}"').format(zone) + Markup(chosen)
