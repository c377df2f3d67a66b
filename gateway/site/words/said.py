"""What pages say once after a form has succeeded, by the code in a cookie."""

from __future__ import annotations

from gateway.pages.translations import N_

SAID: dict[str, str] = {
    "article_published": N_("The article is public."),
    "article_saved": N_("The article is saved."),
    "article_scheduled": N_("The article is scheduled."),
    "article_withdrawn": N_("The article is withdrawn."),
    "already_booked": N_(
        "You have had or booked your free half hour with this specialist: here it is."
    ),
    "booked": N_("It is booked."),
    "calendar_added": N_("The calendar is added. We read it in a few minutes."),
    "calendar_changed": N_("The calendar is changed."),
    "calendar_read": N_("The calendar was read just now."),
    "calendar_removed": N_("The calendar is removed. It no longer blocks half hours."),
    "cancelled": N_("It is cancelled."),
    "email_change_begun": N_("Almost done. Open the link in the mail to your new address."),
    "email_change_stopped": N_("Your e-mail address stays as it is."),
    "email_changed": N_("Your new e-mail address is confirmed."),
    "email_confirmed": N_("Your e-mail address is confirmed. Welcome."),
    "feed_revoked": N_("The address of your calendar feed no longer works."),
    "hours_saved": N_("Your hours are saved."),
    "joined_waitlist": N_(
        "You are on the waiting list. We write to you when a time is held for you."
    ),
    "left_waitlist": N_("You have left the waiting list."),
    "licence_declined": N_("The licence is declined. Its holder is told why."),
    "licence_handed_in": N_("Your licence is handed in. We write to you when it is checked."),
    "licence_verified": N_("The licence is verified. Its holder is told."),
    "link_sent": N_("If a sign-up waits for this address, the link is on its way again."),
    "listed": N_("Your profile is listed. People can find it now."),
    "moved": N_("It was moved."),
    "note_kept": N_("Your note is saved."),
    "note_withdrawn": N_("Your note is deleted."),
    "noted": N_("Thank you. That is noted."),
    "notices_read": N_("All notices are marked as read."),
    "password_changed": N_("Your password is changed. Other devices are signed out."),
    "photo_removed": N_("Your photo is removed."),
    "photo_saved": N_("Your photo is saved."),
    "profile_saved": N_("Your profile is saved."),
    "saved": N_("Saved."),
    "schedule_cancelled": N_("The schedule is cancelled."),
    "second_factor_removed": N_("The second factor is turned off."),
    "session_ended": N_("That device is signed out."),
    "sessions_ended": N_("All other devices are signed out."),
    "signed_out": N_("You have signed out."),
    "signed_out_everywhere": N_("You are signed out everywhere."),
    "unlisted": N_("Your profile is off the list. Booked half hours stay booked."),
}
