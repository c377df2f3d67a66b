"""Notices and mails about accounts, worded for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from contracts.half_hours import HeldHalfHour
from contracts.notifications import NoticeData, NoticeKind
from contracts.profiles.accounts import Role
from services.notifications.accounts import texts
from services.notifications.language import Text
from services.notifications.letters import Letter, Wording
from services.notifications.readers import Reader


def verify_email(reader: Reader, link: str, half_hour: HeldHalfHour | None = None) -> Letter:
    """``half_hour``: the half hour that is held for the sign-up now, if any."""
    letter = _with_link(texts.CONFIRM_ADDRESS, texts.VERIFY_EMAIL, reader, link)
    return _with_half_hour(letter, texts.HALF_HOUR_KEPT, reader, half_hour)


def known_address(reader: Reader, half_hour: HeldHalfHour | None = None) -> Letter:
    """``half_hour``: the half hour that is held for the sign-up now, if any."""
    letter = Letter(
        subject=reader.read(texts.HAVE_AN_ACCOUNT), text=reader.read(texts.KNOWN_ADDRESS)
    )
    return _with_half_hour(letter, texts.HALF_HOUR_TO_TAKE, reader, half_hour)


def change_email(reader: Reader, link: str) -> Letter:
    return _with_link(texts.CONFIRM_ADDRESS, texts.CHANGE_EMAIL, reader, link)


def email_change_requested(reader: Reader, link: str) -> Letter:
    return _with_link(texts.YOUR_ADDRESS, texts.EMAIL_CHANGE_REQUESTED, reader, link)


def reset_password(reader: Reader, link: str) -> Letter:
    return _with_link(texts.YOUR_PASSWORD, texts.RESET_PASSWORD, reader, link)


def password_changed(reader: Reader) -> Wording:
    return _wording(
        NoticeKind.PASSWORD_CHANGED, texts.YOUR_PASSWORD, texts.PASSWORD_CHANGED, reader
    )


def email_changed(reader: Reader) -> Wording:
    return _wording(NoticeKind.EMAIL_CHANGED, texts.YOUR_ADDRESS, texts.EMAIL_CHANGED, reader)


def second_factor_added(reader: Reader) -> Wording:
    return _wording(
        NoticeKind.SECOND_FACTOR_ADDED, texts.LOGGING_IN, texts.SECOND_FACTOR_ADDED, reader
    )


def second_factor_removed(reader: Reader) -> Wording:
    return _wording(
        NoticeKind.SECOND_FACTOR_REMOVED, texts.LOGGING_IN, texts.SECOND_FACTOR_REMOVED, reader
    )


def recovery_codes_renewed(reader: Reader) -> Wording:
    return _wording(
        NoticeKind.RECOVERY_CODES_RENEWED, texts.LOGGING_IN, texts.RECOVERY_CODES_RENEWED, reader
    )


def wrong_codes_entered(reader: Reader) -> Wording:
    return _wording(
        NoticeKind.WRONG_CODES_ENTERED, texts.LOGGING_IN, texts.WRONG_CODES_ENTERED, reader
    )


def roles_changed(reader: Reader, roles: Sequence[Role]) -> Wording:
    named = ", ".join(reader.read(texts.ROLES[each]) for each in roles)
    return Wording(
        kind=NoticeKind.ROLES_CHANGED,
        subject=reader.read(texts.YOUR_ACCOUNT),
        text=reader.read(texts.ROLES_CHANGED, roles=named or reader.read(texts.NO_ROLES)),
        data=NoticeData(roles=list(roles)),
    )


def suspended(reader: Reader) -> Wording:
    return _wording(NoticeKind.ACCOUNT_SUSPENDED, texts.YOUR_ACCOUNT, texts.SUSPENDED, reader)


def restored(reader: Reader) -> Wording:
    return _wording(NoticeKind.ACCOUNT_RESTORED, texts.YOUR_ACCOUNT, texts.RESTORED, reader)


def signed_out_by_operator(reader: Reader) -> Wording:
    return _wording(NoticeKind.SIGNED_OUT, texts.YOUR_ACCOUNT, texts.SIGNED_OUT, reader)


def _with_half_hour(
    letter: Letter, text: Text, reader: Reader, half_hour: HeldHalfHour | None
) -> Letter:
    if half_hour is None:
        return letter
    paragraph = reader.read(
        text,
        when=reader.when(half_hour.starts_at, half_hour.time_zone),
        until=reader.when(half_hour.held_until, half_hour.time_zone),
    )
    return replace(letter, text=f"{letter.text}\n\n{paragraph}")


def _with_link(subject: Text, text: Text, reader: Reader, link: str) -> Letter:
    return Letter(subject=reader.read(subject), text=reader.read(text, link=link))


def _wording(kind: NoticeKind, subject: Text, text: Text, reader: Reader) -> Wording:
    return Wording(kind=kind, subject=reader.read(subject), text=reader.read(text))
