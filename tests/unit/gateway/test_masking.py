"""Paths as logs show them: without what opens a calendar feed or a link."""

from __future__ import annotations

import secrets

import pytest
from werkzeug.test import create_environ

from gateway.http.masking import without_secrets
from services.booking.calendar_feeds.calendar_feeds import new_token


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/calendar-feeds/{}.ics",
        "/api/v1/calendar-feeds/{}",
        "/api/v1/calendar-feed/{}.ics",
        "/api/v1/calendar_feeds/{}.ics",
        "/api/v1/calendar_feed/{}.ics",
        "/api/v1/calendarfeeds/{}.ics",
        "/api/v1/Calendar-Feeds/{}.ICS",
        "/API/V1/CALENDAR-FEEDS/{}.ics",
        "/api/v1/calendar-feeds//{}.ics",
        "//api//v1//calendar-feeds///{}.ics",
        "/api/v1/calendar%2dfeeds/{}.ics",
        "/api/v1/calendar%252Dfeeds/{}.ics",
        "/api/v1/calendar-feeds%2f{}.ics",
        "/api/v1/calendar-feeds%252F{}.ics",
        "/api/v1/calendar feeds/{}.ics",
        "/api/v1/calendar-feeds /{}.ics",
        "/api/v1/calender-feeds/{}.ics",
        "/api/v1/feeds/{}.ics",
        "/api/v1/calendars/{}/feed",
        "/api/v2/calendar-feeds/{}.ics",
        "/calendar-feeds/{}.ics",
        "/{}.ics",
        "/{}",
        "{}",
        "/api/v1/calendar-feeds/{}.ics/",
        "/api/v1/calendar-feeds/{}.ics/more",
        "/api/v1/calendar-feeds/x/{}.ics",
        "/api/v1/calendar-feeds\\{}.ics",
        "/api/v1/calendar-feeds/{}.ics\n",
        "/api/v1/calendar-feeds:{}",
        "/api/v1/calendar-feeds;{}",
    ],
)
def test_no_token_of_a_feed_is_shown_however_its_path_is_misspelt(path: str) -> None:
    for _ in range(20):
        token = new_token()
        decoded = create_environ(path.format(token))["PATH_INFO"]
        shown = without_secrets(decoded)
        assert all(token[at : at + 8] not in shown for at in range(len(token) - 8))


def test_a_short_token_at_a_feeds_address_is_not_shown_either() -> None:
    for path in ("calendar-feeds/abc", "calendar_feed/abc", "CALENDAR-FEEDS//abc"):
        assert "abc" not in without_secrets(f"/api/v1/{path}")


def test_no_token_of_a_link_is_shown_where_its_question_mark_was_encoded() -> None:
    for path in ("/verify-email%3Ftoken=t0ken", "/de/reset-password%3Ftoken=t0ken&more=x"):
        decoded = create_environ(path)["PATH_INFO"]
        assert without_secrets(decoded) == f"{decoded.partition('?')[0]}?…"


@pytest.mark.parametrize(
    "token",
    [
        secrets.token_hex(16),
        secrets.token_urlsafe(24),
        "a" * 20 + "1",
        "A" * 30,
        "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
    ],
)
def test_nothing_long_that_may_be_a_secret_is_shown(token: str) -> None:
    assert token not in without_secrets(f"/api/v1/no/such/{token}/path")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/.well-known/jwks.json",
        "/api/v1/consultations/01a22812-c9cc-7253-a754-421221c3d699/rescheduling",
        "/api/v1/consultations/01a22812-c9cc-7253-a754-421221c3d699.ics",
        "/api/v1/specialists/me/licence/document",
        "/api/v1/articles/how-a-first-consultation-goes",
        "/docs/swagger-ui-bundle.js",
        "/api/v1/calendar-feed",
        "/api/v1/email-verifications",
    ],
)
def test_other_paths_are_shown_as_they_are(path: str) -> None:
    assert without_secrets(path) == path
