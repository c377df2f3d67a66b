"""What the links of mails open, as a person sees and uses it."""

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


def sign_up(platform_url: str) -> tuple[str, str]:
    """The address, and the secret that this browser does not have."""
    email = f"{uuid4().hex}@example.org"
    agreed = httpx.get(f"{platform_url}/api/v1/agreements").json()
    wanted = {
        "email": email,
        "password": PASSWORD,
        "display_name": "Sam",
        "role": "client",
        "agreed_to": agreed,
    }
    answer = httpx.post(f"{platform_url}/api/v1/accounts", json=wanted)
    assert answer.status_code == 202
    return email, answer.json()["sign_up"]


def an_account(platform_url: str, data: Path) -> tuple[str, str]:
    """The address, and an access token."""
    email, secret = sign_up(platform_url)
    token = link_in(data, "EmailVerificationRequested", email)
    shown = {"token": token, "sign_up": secret}
    answer = httpx.put(f"{platform_url}/api/v1/email-verifications", json=shown)
    return email, answer.json()["access_token"]


def link_in(data: Path, event_type: str, email: str, which: str = "token") -> str:
    """What the platform's mail would say."""
    query = "SELECT body FROM outbox WHERE type = ? ORDER BY seq DESC"
    with closing(sqlite3.connect(data / "profiles.db")) as connection:
        events: list[Any] = [
            orjson.loads(body) for (body,) in connection.execute(query, [event_type])
        ]
    tokens = [each["data"][which] for each in events if each["data"]["email"] == email]
    return str(tokens[0])


def log_in(platform_url: str, email: str, password: str) -> int:
    credentials = {"email": email, "password": password}
    return httpx.post(f"{platform_url}/api/v1/sessions", json=credentials).status_code


def ask_for_another_address(platform_url: str, data: Path) -> str:
    _, access_token = an_account(platform_url, data)
    new = f"{uuid4().hex}@example.org"
    answer = httpx.post(
        f"{platform_url}/api/v1/me/email",
        json={"email": new, "password": PASSWORD},
        headers={"Authorization": f"Bearer {access_token}"},
    )
    assert answer.status_code == 202
    return new


def test_a_link_confirms_with_the_password_of_the_sign_up(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    email, _ = sign_up(platform_url)
    token = link_in(platform_data, "EmailVerificationRequested", email)
    page, link = watched.page, f"{platform_url}/verify-email?token={token}"
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    assert log_in(platform_url, email, PASSWORD) == 401  # nothing has happened yet

    page.get_by_label("The password that you chose when you signed up").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Your e-mail address is confirmed.")
    assert log_in(platform_url, email, PASSWORD) == 200
    assert not [url for url in watched.asked_for if not url.startswith(platform_url)]

    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("is confirmed already")


def test_a_link_confirms_with_a_new_password(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    email, _ = sign_up(platform_url)
    token = link_in(platform_data, "EmailVerificationRequested", email)
    page = watched.page
    page.goto(f"{platform_url}/verify-email?token={token}")
    page.get_by_label("Or a new password instead").fill(ANOTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your e-mail address is confirmed.")
    assert log_in(platform_url, email, ANOTHER) == 200
    assert log_in(platform_url, email, PASSWORD) == 401


def test_a_change_of_address_is_confirmed_by_one_click(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    new = ask_for_another_address(platform_url, platform_data)
    token = link_in(platform_data, "EmailChangeRequested", new)
    page = watched.page
    page.goto(f"{platform_url}/verify-email?token={token}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Your new e-mail address is confirmed.")
    assert log_in(platform_url, new, PASSWORD) == 200


def test_a_change_of_address_is_stopped_by_one_click(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    new = ask_for_another_address(platform_url, platform_data)
    stop = link_in(platform_data, "EmailChangeRequested", new, "stop_token")
    page, heading = watched.page, watched.page.get_by_role("heading", level=1)
    page.goto(f"{platform_url}/stop-email-change?token={stop}")
    page.get_by_role("button", name="Stop the change").click()
    expect(heading).to_have_text("Your e-mail address stays as it is")
    token = link_in(platform_data, "EmailChangeRequested", new)
    page.goto(f"{platform_url}/verify-email?token={token}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("This link was used already")


def test_a_forgotten_password_is_replaced_and_signs_in(
    watched: Watched, platform_url: str, platform_data: Path
) -> None:
    email, _ = an_account(platform_url, platform_data)
    page = watched.page
    page.goto(f"{platform_url}/forgotten")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your mail")

    token = link_in(platform_data, "PasswordResetRequested", email)
    page.goto(f"{platform_url}/reset-password?token={token}")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set a new password").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert log_in(platform_url, email, PASSWORD) == 200

    page.get_by_label("New password").fill(ANOTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your password is changed.")
    assert log_in(platform_url, email, ANOTHER) == 200


def test_a_link_that_was_cut_off_is_said_to_be(watched: Watched, platform_url: str) -> None:
    watched.page.goto(f"{platform_url}/verify-email?token=cut")
    expect(watched.page.get_by_role("main")).to_contain_text("This link is not complete")
