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
    "link_sent": N_("If a sign-up waits for this address, a mail with a link is on its way."),
    "moved": N_("It was moved."),
    "note_kept": N_("Your note is saved."),
    "note_withdrawn": N_("Your note is deleted."),
    "notices_read": N_("All notices are marked as read."),
    "outcome_said": N_("Thank you. Only you see what you said."),
    "signed_out": N_("You have signed out."),
}
