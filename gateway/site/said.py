"""What pages say once after a form has succeeded, by the code in a cookie."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802  # gettext's name for it
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


SAID: dict[str, str] = {
    "already_booked": N_(
        "You have had or booked your free half hour with this specialist: here it is."
    ),
    "attendance_said": N_("Thank you. That is noted."),
    "booked": N_("It is booked."),
    "cancelled": N_("It is cancelled."),
    "joined_waitlist": N_(
        "You are on the waiting list. We write to you when a time is held for you."
    ),
    "left_waitlist": N_("You have left the waiting list."),
    "moved": N_("It was moved."),
    "note_kept": N_("Your note is saved."),
    "note_withdrawn": N_("Your note is deleted."),
    "notices_read": N_("All notices are marked as read."),
    "outcome_said": N_("Thank you. Only you see what you said."),
    "email_change_begun": N_("Almost done. Open the link in the mail to your new address."),
    "email_change_stopped": N_("Your e-mail address stays as it is."),
    "email_changed": N_("Your new e-mail address is confirmed."),
    "email_confirmed": N_("Your e-mail address is confirmed. Welcome."),
    "feed_revoked": N_("The address of your calendar feed no longer works."),
    "link_sent": N_("If a sign-up waits for this address, the link is on its way again."),
    "password_changed": N_("Your password is changed. Other devices are signed out."),
    "saved": N_("Saved."),
    "second_factor_removed": N_("The second factor is turned off."),
    "session_ended": N_("That device is signed out."),
    "sessions_ended": N_("All other devices are signed out."),
    "signed_out": N_("You have signed out."),
    "signed_out_everywhere": N_("You are signed out everywhere."),
}
