"""Every text that people are told, as a function of its reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from chassis.ids import new_id
from contracts.booking.attendance import ConsultationCompleted, ConsultationMissed
from contracts.booking.consultations import (
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.external_calendars import (
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ExternalCalendarRecovered,
)
from contracts.booking.holds import HeldSlot, RescueOffered
from contracts.booking.outcomes import BothWishToContinue
from contracts.booking.waitlist import SlotOffered
from contracts.half_hours import HeldHalfHour
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import NotFeatured
from contracts.profiles.right_to_practise import Standing
from services.notifications.accounts import letters as accounts
from services.notifications.consultations import letters as consultations
from services.notifications.letters import Letter
from services.notifications.mails.links import SiteUrls
from services.notifications.name_placeholders import NameRole, Names
from services.notifications.readers import Reader
from services.notifications.specialists import letters as specialists
from tests.notifications.builders import IN_BERLIN, ON_MONDAY, a_booking
from tests.support.platform import URL

LINKS = SiteUrls(URL)
CLIENT_ID, SPECIALIST_ID, OTHER_SPECIALIST_ID = new_id(), new_id(), new_id()
CLIENT_NAME, SPECIALIST_NAME, OTHER_NAME = "Noor", "Dr Ada Example", "Kim Other"
NAMES: Names = {
    (NameRole.CLIENT, CLIENT_ID): CLIENT_NAME,
    (NameRole.SPECIALIST, SPECIALIST_ID): SPECIALIST_NAME,
    (NameRole.SPECIALIST, OTHER_SPECIALIST_ID): OTHER_NAME,
}
ADDRESS = "12 Long Street, Springfield"
AT_THE_PRACTICE: dict[str, Any] = {
    **IN_BERLIN,
    "meeting_address": ADDRESS,
    "meeting_link": None,
}
OWN_LINK: dict[str, Any] = {**IN_BERLIN, "meeting_address": None, "meeting_link": None}
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)

HALF_HOUR = HeldHalfHour(
    specialist_id=SPECIALIST_ID,
    starts_at=ON_MONDAY,
    held_until=ON_MONDAY - A_DAY,
    time_zone="Europe/Berlin",
)

ABOUT: dict[str, Any] = {
    "consultation_id": new_id(),
    "client_id": CLIENT_ID,
    "specialist_id": SPECIALIST_ID,
}
BOOKED = a_booking(CLIENT_ID, SPECIALIST_ID)
MOVED = ConsultationRescheduled(
    **ABOUT,
    version=2,
    starts_at=ON_MONDAY + A_DAY,
    ends_at=ON_MONDAY + A_DAY + AN_HOUR / 2,
    previous_starts_at=ON_MONDAY,
    **AT_THE_PRACTICE,
)
ELSEWHERE = ConsultationPlaceChanged(**ABOUT, version=2, starts_at=ON_MONDAY, **AT_THE_PRACTICE)
ONLINE_NOW = ConsultationPlaceChanged(**ABOUT, version=2, starts_at=ON_MONDAY, **OWN_LINK)


def cancelled(by: Party) -> ConsultationCancelled:
    return ConsultationCancelled(
        **ABOUT, version=2, starts_at=ON_MONDAY, cancelled_by=by, **IN_BERLIN
    )


def missed(by: Party) -> ConsultationMissed:
    return ConsultationMissed(
        **ABOUT,
        version=2,
        starts_at=ON_MONDAY,
        missed_by=by,
        disputable_until=ON_MONDAY + 2 * A_DAY,
        **IN_BERLIN,
    )


COMPLETED = ConsultationCompleted(**ABOUT, version=2, ask=list(Party))
BOTH = BothWishToContinue(**ABOUT)
HELD = [
    HeldSlot(specialist_id=id, starts_at=ON_MONDAY + days * A_DAY, held_until=ON_MONDAY - 2 * A_DAY)
    for id, days in ((SPECIALIST_ID, 0), (OTHER_SPECIALIST_ID, 1))
]
RESCUE = RescueOffered(
    consultation_id=ABOUT["consultation_id"], client_id=CLIENT_ID, slots=HELD, **IN_BERLIN
)
OFFER = SlotOffered(client_id=CLIENT_ID, **vars(HELD[0]), **IN_BERLIN)


def at_risk(cause: Standing) -> ConsultationsAtRisk:
    return ConsultationsAtRisk(
        specialist_id=SPECIALIST_ID,
        consultation_ids=[ABOUT["consultation_id"], new_id()],
        starts=[ON_MONDAY, ON_MONDAY + timedelta(days=1)],
        **IN_BERLIN,
        cause=cause,
    )


WHICH: dict[str, Any] = {
    "specialist_id": SPECIALIST_ID,
    "version": 2,
    "calendar_id": new_id(),
    "name": "Practice",
}
FAILED = ExternalCalendarFailed(**WHICH, problem="not_fetched")
RECOVERED = ExternalCalendarRecovered(**WHICH)
READ_IN_PART = ExternalCalendarReadInPart(**WHICH, passed_over=3)


def _about(words: Callable[..., Letter], event: object) -> Callable[[Reader], Letter]:
    return partial(words, event=event, links=LINKS)


FOR_CLIENTS: dict[str, Callable[[Reader], Letter]] = {
    "booked_by_you": _about(consultations.booked_by_you, BOOKED),
    "rescheduled.client": _about(consultations.rescheduled, MOVED),
    "place_changed.client": _about(consultations.place_changed, ELSEWHERE),
    "place_changed.online": _about(consultations.place_changed, ONLINE_NOW),
    "cancelled_for_client": _about(consultations.cancelled_for_client, cancelled(Party.SPECIALIST)),
    "cancelled_as_unavailable": _about(
        consultations.cancelled_as_unavailable, cancelled(Party.SPECIALIST)
    ),
    "completed.client": _about(consultations.completed, COMPLETED),
    "missed_by_you.client": _about(consultations.missed_by_you, missed(Party.CLIENT)),
    "missed_by_the_other.client": _about(
        consultations.missed_by_the_other, missed(Party.SPECIALIST)
    ),
    "both_wish_to_continue.client": _about(consultations.both_wish_to_continue, BOTH),
    "rescue_offered": _about(consultations.rescue_offered, RESCUE),
    "slot_offered": _about(consultations.slot_offered, OFFER),
}
FOR_SPECIALISTS: dict[str, Callable[[Reader], Letter]] = {
    "booked_with_you": _about(consultations.booked_with_you, BOOKED),
    "rescheduled.specialist": _about(consultations.rescheduled, MOVED),
    "place_changed.specialist": _about(consultations.place_changed, ELSEWHERE),
    "cancelled_for_specialist": _about(
        consultations.cancelled_for_specialist, cancelled(Party.CLIENT)
    ),
    "cancelled_for_you": _about(consultations.cancelled_for_you, cancelled(Party.SPECIALIST)),
    "completed.specialist": _about(consultations.completed, COMPLETED),
    "missed_by_you.specialist": _about(consultations.missed_by_you, missed(Party.SPECIALIST)),
    "missed_by_the_other.specialist": _about(
        consultations.missed_by_the_other, missed(Party.CLIENT)
    ),
    "both_wish_to_continue.specialist": _about(consultations.both_wish_to_continue, BOTH),
    "featured": specialists.featured,
    **{
        f"unfeatured.{reason}": partial(specialists.unfeatured, reason=reason)
        for reason in NotFeatured
    },
    "paused": specialists.paused,
    "resumed": specialists.resumed,
    "external_calendar_failed": partial(specialists.external_calendar_failed, event=FAILED),
    "external_calendar_recovered": partial(
        specialists.external_calendar_recovered, event=RECOVERED
    ),
    "external_calendar_read_in_part": partial(
        specialists.external_calendar_read_in_part, event=READ_IN_PART
    ),
    "verified": specialists.verified,
    "declined": partial(specialists.declined, reason="It can't be read."),
    "expiring": partial(specialists.expiring, expires_on=ON_MONDAY.date(), days_left=30),
    "expired": partial(specialists.expired, expires_on=ON_MONDAY.date()),
}
FOR_ADMINS: dict[str, Callable[[Reader], Letter]] = {
    f"consultations_at_risk.{cause}": _about(consultations.consultations_at_risk, at_risk(cause))
    for cause in Standing
    if cause != Standing.GOOD
}
FOR_EVERYBODY: dict[str, Callable[[Reader], Letter]] = {
    "verify_email": partial(accounts.verify_email, link=LINKS.verify_email("x")),
    "verify_email.half_hour": partial(
        accounts.verify_email, link=LINKS.verify_email("x"), half_hour=HALF_HOUR
    ),
    "known_address": accounts.known_address,
    "known_address.half_hour": partial(accounts.known_address, half_hour=HALF_HOUR),
    "change_email": partial(accounts.change_email, link=LINKS.verify_email("x")),
    "email_change_requested": partial(
        accounts.email_change_requested, link=LINKS.stop_email_change("x")
    ),
    "reset_password": partial(accounts.reset_password, link=LINKS.reset_password("x")),
    "password_changed": accounts.password_changed,
    "email_changed": accounts.email_changed,
    "second_factor_added": accounts.second_factor_added,
    "second_factor_removed": accounts.second_factor_removed,
    "recovery_codes_renewed": accounts.recovery_codes_renewed,
    "wrong_codes_entered": accounts.wrong_codes_entered,
    "roles_changed": partial(accounts.roles_changed, roles=list(Role)),
    "suspended": accounts.suspended,
    "restored": accounts.restored,
    "signed_out_by_operator": accounts.signed_out_by_operator,
}
EVERY_WORDING = {**FOR_CLIENTS, **FOR_SPECIALISTS, **FOR_ADMINS, **FOR_EVERYBODY}
