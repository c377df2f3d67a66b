"""What people read about their accounts."""

from services.notifications.wording import Wording


def verify_email(link: str) -> Wording:
    return Wording(
        kind="email_verification",
        subject="Please confirm your e-mail address",
        text=(
            f"Open this link to confirm that this address is yours:\n\n{link}\n\n"
            "It works once, and not for long. If you did not ask for it, leave it alone."
        ),
    )


def reset_password(link: str) -> Wording:
    return Wording(
        kind="password_reset",
        subject="Your password",
        text=(
            f"Open this link to choose a new password:\n\n{link}\n\n"
            "It works once, and not for long. If you did not ask for it, leave it alone: your "
            "password stays as it is."
        ),
    )


def password_changed() -> Wording:
    return Wording(
        kind="password_changed",
        subject="Your password",
        text="Your password was changed. If that was not you, reset it now, and write to us.",
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
