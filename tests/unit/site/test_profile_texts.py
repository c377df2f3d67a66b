"""Names, excerpts, prices and days as pages show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contracts.profiles.preferences import Language
from contracts.profiles.specialists import Fee
from gateway.pages.times import day, days_between, near_moment
from gateway.pages.visitor import Visitor
from gateway.site.specialists.profile_texts import amount_of, excerpt, short_name

ENGLISH, GERMAN = Visitor(), Visitor(language=Language.DE)
AMERICAN = replace(ENGLISH, country="US")


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Amira Haddad", "Amira"),
        ("Dr Ada Example", "Dr Ada Example"),
        ("Dr. Ada Example", "Dr. Ada Example"),
        ("Dipl.-Psych. Jonas Weber", "Dipl.-Psych. Jonas Weber"),
        ("Frau Weber", "Frau Weber"),
        ("Hiroko", "Hiroko"),
        ("Jean-Luc Moreau", "Jean-Luc"),
    ],
)
def test_a_specialist_is_called_by_the_first_word_unless_it_is_a_title(
    name: str, called: str
) -> None:
    assert short_name(name) == called


def test_an_excerpt_is_text_that_ends_between_words() -> None:
    html = "<p>I listen &amp; <em>wait</em>.</p>\n<p>" + "Slowly, slowly. " * 20 + "</p>"
    text = excerpt(html)
    assert text.startswith("I listen & wait. Slowly, slowly.")
    assert text.endswith(("Slowly …", "slowly. …", "slowly …"))
    assert len(text) <= 161
    assert excerpt("<p>Short.</p>") == "Short."


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        ("95.00", "EUR", "€95", "95\xa0€"),
        ("95.50", "EUR", "€95.50", "95,50\xa0€"),
        ("1200", "CHF", "CHF\xa01,200", "1.200\xa0CHF"),
        ("80.00", "GBP", "£80", "80\xa0£"),
    ],
)
def test_a_price_is_written_as_in_the_visitors_language(
    amount: str, currency: str, english: str, german: str
) -> None:
    fee = Fee(amount=amount, currency=currency, minutes=50)
    assert (amount_of(fee, ENGLISH), amount_of(fee, GERMAN)) == (english, german)


@pytest.mark.parametrize(
    ("visitor", "named"),
    [
        (ENGLISH, "Wednesday 2 December"),
        (GERMAN, "Mittwoch, 2. Dezember"),
        (AMERICAN, "Wednesday, December 2"),
    ],
)
def test_a_day_is_named_with_its_whole_weekday(visitor: Visitor, named: str) -> None:
    assert day(date(2026, 12, 2), visitor) == named


@pytest.mark.parametrize(
    ("visitor", "first", "last", "named"),
    [
        (ENGLISH, date(2026, 12, 2), date(2026, 12, 6), "Wednesday 2 to Sunday 6 December"),
        (ENGLISH, date(2026, 12, 2), date(2026, 12, 2), "Wednesday 2 December"),
        (
            ENGLISH,
            date(2026, 11, 30),
            date(2026, 12, 6),
            "Monday 30 November to Sunday 6 December",
        ),
        (ENGLISH, date(2026, 12, 2), date(2026, 12, 12), "Wednesday 2 to Saturday 12 December"),
        (ENGLISH, date(2026, 12, 6), date(2027, 12, 6), "Sunday 6 to Monday 6 December"),
        (
            GERMAN,
            date(2026, 12, 2),
            date(2026, 12, 6),
            "Mittwoch, 2. bis Sonntag, 6. Dezember",
        ),
        (
            AMERICAN,
            date(2026, 12, 2),
            date(2026, 12, 6),
            "Wednesday, December 2 to Sunday, December 6",
        ),
    ],
)
def test_several_days_name_their_month_once(
    visitor: Visitor, first: date, last: date, named: str
) -> None:
    assert days_between(first, last, visitor) == named


@pytest.mark.parametrize(
    ("starts_at", "named"),
    [
        (datetime(2026, 11, 30, 12, tzinfo=UTC), "Today, 12:00"),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), "Tomorrow, 12:00"),
        (datetime(2026, 12, 2, 12, tzinfo=UTC), "Wed 2 Dec, 12:00"),
    ],
)
def test_a_near_day_is_named_by_its_distance(starts_at: datetime, named: str) -> None:
    visitor = replace(ENGLISH, now=datetime(2026, 11, 30, 8, tzinfo=UTC))
    assert near_moment(starts_at, "Europe/Lisbon", visitor) == named
