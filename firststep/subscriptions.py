"""Which events each service subscribes to, by the name of the handler.

A process declares the queues of all services before it publishes (decision 8), but loads the code
of those alone that it serves: so the subscriptions are named here, too. A test compares this table
with the ``@subscribe`` methods.
"""

from __future__ import annotations

SUBSCRIPTIONS = {
    "profiles": {
        "learn_availability": "booking.AvailabilityChanged",
        "note_booking": "booking.PersonalDataErased",
        "note_content": "content.PersonalDataErased",
        "note_notifications": "notifications.PersonalDataErased",
        "note_profiles": "profiles.PersonalDataErased",
        "record_note_read": "booking.NoteRead",
    },
    "booking": {
        "close_calendar": "profiles.SpecialistUnlisted",
        "erase_account": "profiles.AccountErased",
        "follow_right_to_practise": "profiles.RightToPractiseChanged",
        "learn_first_preferences": "profiles.AccountRegistered",
        "learn_preferences": "profiles.PreferencesChanged",
        "open_calendar": "profiles.SpecialistListed",
        "remember_changes": "profiles.SpecialistUpdated",
        "remember_featured": "profiles.SpecialistFeatured",
        "remember_profile": "profiles.SpecialistListed",
        "remember_unfeatured": "profiles.SpecialistUnfeatured",
        "rescue_cancelled": "booking.ConsultationCancelled",
        "rescue_missed": "booking.ConsultationMissed",
    },
    "notifications": {
        "ask_what_next": "booking.ConsultationCompleted",
        "erase_account": "profiles.AccountErased",
        "learn_first_preferences": "profiles.AccountRegistered",
        "learn_preferences": "profiles.PreferencesChanged",
        "mail_email_change": "profiles.EmailChangeRequested",
        "mail_known_address": "profiles.KnownAddressSignedUp",
        "mail_reset": "profiles.PasswordResetRequested",
        "mail_verification": "profiles.EmailVerificationRequested",
        "remember_address": "profiles.AccountRegistered",
        "remember_display_name": "profiles.DisplayNameChanged",
        "remember_new_public_name": "profiles.SpecialistUpdated",
        "remember_public_name": "profiles.SpecialistListed",
        "remember_roles": "profiles.RolesChanged",
        "tell_admins": "booking.ConsultationsAtRisk",
        "tell_both": "booking.ConsultationBooked",
        "tell_both_when": "booking.ConsultationRescheduled",
        "tell_both_where": "booking.ConsultationPlaceChanged",
        "tell_both_wish": "booking.BothWishToContinue",
        "tell_declined": "profiles.LicenceDeclined",
        "tell_expired": "profiles.LicenceExpired",
        "tell_expiring": "profiles.LicenceExpiring",
        "tell_external_calendar_failed": "booking.ExternalCalendarFailed",
        "tell_external_calendar_read_in_part": "booking.ExternalCalendarReadInPart",
        "tell_external_calendar_recovered": "booking.ExternalCalendarRecovered",
        "tell_featured": "profiles.SpecialistFeatured",
        "tell_of_address": "profiles.EmailChanged",
        "tell_of_password": "profiles.PasswordChanged",
        "tell_of_recovery_codes": "profiles.RecoveryCodesRenewed",
        "tell_of_removal": "profiles.SecondFactorRemoved",
        "tell_of_rescue": "booking.RescueOffered",
        "tell_of_restoration": "profiles.AccountRestored",
        "tell_of_second_factor": "profiles.SecondFactorAdded",
        "tell_of_signing_out": "profiles.SignedOutByOperator",
        "tell_of_suspension": "profiles.AccountSuspended",
        "tell_of_wrong_codes": "profiles.WrongCodesEntered",
        "tell_paused": "booking.FreeConsultationsPaused",
        "tell_resumed": "booking.FreeConsultationsResumed",
        "tell_the_other": "booking.ConsultationCancelled",
        "tell_unfeatured": "profiles.SpecialistUnfeatured",
        "tell_verified": "profiles.SpecialistVerified",
        "tell_who_missed": "booking.ConsultationMissed",
        "tell_who_waits": "booking.SlotOffered",
    },
    "content": {
        "erase_account": "profiles.AccountErased",
    },
}
"""Handlers by service; each event as ``producer.Type``."""
