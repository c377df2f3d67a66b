"""The pages that links in mails lead to, as a person sees and uses them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
from playwright.sync_api import expect

from tests.browser.watched import Watched

PASSWORD, ANOTHER = "correct horse battery staple", "a sentence of my own"


def sign_up(platform_url: str) -> str:
    email = f"{uuid4().hex}@example.org"
    wanted = {"email": email, "password": PASSWORD, "display_name": "Sam", "role": "client"}
    assert httpx.post(f"{platform_url}/api/v1/accounts", json=wanted).status_code == 201
    return email


def link_in(data: Path, event_type: str, email: str) -> str:
    """What the platform's mail would say."""
    query = "SELECT body FROM outbox WHERE type = ? ORDER BY seq DESC"
    with closing(sqlite3.connect(data / "profiles.db")) as connection:
        events: list[Any] = [
            orjson.loads(body) for (body,) in connection.execute(query, [event_type])
        ]
    tokens = [each["data"]["token"] for each in events if each["data"]["email"] == email]
    return str(tokens[0])


def log_in(platform_url: str, email: str, password: str) -> int:
    credentials = {"email": email, "password": password}
    return httpx.post(f"{platform_url}/api/v1/sessions", json=credentials).status_code


def test_a_link_is_followed_with_one_click_and_leaves_no_trace(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    email = sign_up(platform_url)
    token = link_in(platform_data, "EmailVerificationRequested", email)
    page = watched.page
    page.goto(f"{platform_url}/verify-email#token={token}")
    assert "token" not in page.url
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("is verified")
    assert watched.complaints == []
    assert not [url for url in watched.asked_for if token in url.partition("#")[0]]

    page.goto("about:blank")
    page.goto(f"{platform_url}/verify-email#token={token}")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("This link was used")


def test_a_password_is_set_and_logs_in(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    email = sign_up(platform_url)
    asked = httpx.post(f"{platform_url}/api/v1/password-resets", json={"email": email})
    assert asked.status_code == 202
    token = link_in(platform_data, "PasswordResetRequested", email)
    page = watched.page
    page.goto(f"{platform_url}/reset-password#token={token}")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Change password").click()
    assert log_in(platform_url, email, PASSWORD) == 200

    page.get_by_label("New password").fill(ANOTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    assert log_in(platform_url, email, ANOTHER) == 200
    assert watched.complaints == []


def test_a_link_that_was_cut_off_is_said_to_be(watched: Watched, platform_url: str) -> None:
    watched.page.goto(f"{platform_url}/verify-email#token=cut")
    watched.page.get_by_role("button", name="Verify").click()
    expect(watched.page.get_by_role("status")).to_contain_text("This link is none of ours")
