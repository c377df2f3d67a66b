"""What people read about their accounts."""

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
