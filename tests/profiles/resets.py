"""Resetting a password, as people do who forgot it."""

from __future__ import annotations

from contracts.profiles.accounts import RequestPasswordReset, ResetPassword
from tests.support.service_client import NOBODY, Talking

ANOTHER = "another password altogether"


def ask_for_reset(profiles: Talking, email: str) -> None:
    wanted = RequestPasswordReset(email=email)
    profiles.asked_by(NOBODY).request_password_reset(request=wanted)


def reset(profiles: Talking, token: str, password: str = ANOTHER) -> None:
    wanted = ResetPassword(token=token, password=password)
    profiles.asked_by(NOBODY).reset_password(reset=wanted)
