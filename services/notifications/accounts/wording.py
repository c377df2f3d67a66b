"""What people read about their accounts."""

from collections.abc import Iterable

from contracts.profiles.accounts import Role
from services.notifications.wording import Wording


def verify_email(link: str) -> Wording:
    return Wording(
        kind="email_verification",
        subject="Please confirm your e-mail address",
        text=(
            "You signed up with this address. Open this link to confirm that it is yours:\n\n"
            f"{link}\n\n"
            "The link works once, for three days. If you did not sign up, you can ignore this "
            "mail: no account exists until the link is followed."
        ),
    )


def known_address() -> Wording:
    return Wording(
        kind="known_address",
        subject="You already have an account",
        text=(
            "Someone signed up with this address, or asked for a link to confirm it. You already "
            "have an account with it, so nothing was changed. If that was you, sign in as usual; "
            "if you forgot your password, you can have a link sent to choose a new one. If it was "
            "not you, you can ignore this mail."
        ),
    )


def change_email(link: str) -> Wording:
    return Wording(
        kind="email_change",
        subject="Please confirm your e-mail address",
        text=(
            "You asked us to write to you at this address from now on. Open this link to confirm "
            f"that it is yours:\n\n{link}\n\n"
            "The link works once, for one day. If you did not ask for it, you can ignore this "
            "mail."
        ),
    )


def email_change_requested(link: str) -> Wording:
    return Wording(
        kind="email_change_requested",
        subject="Your e-mail address",
        text=(
            "Your account is about to get another e-mail address. If you asked for that, there is "
            "nothing to do here: follow the link that we sent to the new address.\n\n"
            f"If you did not ask for it, open this link to stop the change:\n\n{link}\n\n"
            "Then choose a new password, because someone else knows yours."
        ),
    )


def reset_password(link: str) -> Wording:
    return Wording(
        kind="password_reset",
        subject="Your password",
        text=(
            f"Open this link to choose a new password:\n\n{link}\n\n"
            "The link works once, for one hour. If you did not ask for it, you can ignore this "
            "mail: your password stays as it is."
        ),
    )


def password_changed() -> Wording:
    return Wording(
        kind="password_changed",
        subject="Your password",
        text=(
            "Your password was changed, and you were signed out everywhere else. If that was not "
            "you, have a link sent to choose a new one now, and write to us."
        ),
    )


def email_changed() -> Wording:
    return Wording(
        kind="email_changed",
        subject="Your e-mail address",
        text=(
            "Your account has another e-mail address now: from here on we write to you there. "
            "If that was not you, write to us."
        ),
    )


NOT_YOU = "If that was not you, reset your password now, and write to us."
ASK_US = "If you did not expect this, write to us."


def second_factor_added() -> Wording:
    return Wording(
        kind="second_factor_added",
        subject="Logging in to your account",
        text=(
            "An authenticator was set up for your account: logging in takes a code as well from "
            f"now on, and you were signed out in all other places. {NOT_YOU}"
        ),
    )


def second_factor_removed() -> Wording:
    return Wording(
        kind="second_factor_removed",
        subject="Logging in to your account",
        text=(
            "The authenticator was removed from your account: logging in takes your password "
            f"alone from now on, and you were signed out in all other places. {NOT_YOU}"
        ),
    )


def recovery_codes_renewed() -> Wording:
    return Wording(
        kind="recovery_codes_renewed",
        subject="Logging in to your account",
        text=(
            "You have new recovery codes for your account, and the earlier ones no longer work. "
            f"{NOT_YOU}"
        ),
    )


def wrong_codes_entered() -> Wording:
    return Wording(
        kind="wrong_codes_entered",
        subject="Logging in to your account",
        text=(
            "Someone entered the right password for your account, and then three wrong codes. "
            "They did not get in. If that was not you, your password is known: reset it now."
        ),
    )


def roles_changed(roles: Iterable[Role]) -> Wording:
    named = ", ".join(roles) or "none"
    return Wording(
        kind="roles_changed",
        subject="Your account",
        text=f"The roles of your account have changed. They are now: {named}. {ASK_US}",
    )


def suspended() -> Wording:
    return Wording(
        kind="account_suspended",
        subject="Your account",
        text=(
            "Your account was suspended: you were signed out, and can't log in at present. "
            "Please write to us to have it restored."
        ),
    )


def restored() -> Wording:
    return Wording(
        kind="account_restored",
        subject="Your account",
        text="Your account was restored, so you can log in again.",
    )


def signed_out_by_operator() -> Wording:
    return Wording(
        kind="signed_out",
        subject="Your account",
        text=(
            "We signed you out in all places, to keep your account safe. Please log in again. "
            f"{ASK_US}"
        ),
    )
