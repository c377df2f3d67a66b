"""Pages that book a half hour for a new person: sign up, and look in the mail."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from chassis.errors import DomainError, NotFound
from contracts.booking.sign_up_holds import (
    HeldForSignUp,
    HoldForSignUp,
    HoldsTaken,
    SignUpHold,
    SignUpHoldStatus,
    TooManyHolds,
)
from contracts.half_hours import SignUpSecret, new_secret
from contracts.profiles.accounts import PasswordTooCommon, SignUpRole, TooManyTries
from contracts.profiles.consents import AgreementNeeded, TextVersion
from contracts.profiles.specialists import NoSuchCode, Specialist
from gateway.api.consultations import STANDS_AGAINST_A_HOLD
from gateway.pages.answers import Refused, SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.account.mail_folder import mail_folder
from gateway.site.account.sign_ups import BOOKING_CHECK_MAIL, SendAgainForm, SignUpForm, SignUpMails
from gateway.site.booking.booking import Note
from gateway.site.specialists.profile_texts import short_name
from gateway.specialist_ids import SpecialistId


@dataclass(frozen=True, kw_only=True)
class SignUpAndBookForm(SignUpForm):
    """A sign-up as a client, and the half hour that it is for. ``secret``: of the page, for a
    browser that has begun no sign-up."""

    role: SignUpRole = SignUpRole.CLIENT
    health_data: TextVersion
    starts_at: datetime
    note: Note = field(default=None, repr=False)
    secret: SignUpSecret = field(default_factory=new_secret, repr=False)


@dataclass(frozen=True, kw_only=True)
class CheckMailShown:
    """``kept``: the half hour that waits; ``None`` where none was kept from this browser.
    ``mails_in``: the folder that mails go to instead of a mailbox, empty where they are sent."""

    kept: SignUpHold | None
    specialist: Specialist | None
    called: str
    zone: str
    is_over: bool
    mails_in: str


class BookingSignUpPages(SignUpMails):
    mails_in = mail_folder()

    @form(
        "/specialists/{specialist_id}/booking/sign-up",
        body=SignUpAndBookForm,
        again="booking_page",
        errors=[
            NotFound,
            *STANDS_AGAINST_A_HOLD,
            HoldsTaken,
            TooManyHolds,
            AgreementNeeded,
            NoSuchCode,
            PasswordTooCommon,
            TooManyTries,
        ],
    )
    def sign_up_and_book(
        self, specialist_id: SpecialistId, body: SignUpAndBookForm, visitor: Visitor
    ) -> SeeOther | Refused:
        """Keep the time for 20 minutes, and mail the link that confirms the address."""
        wanted = replace(body.to_sign_up(), language=visitor.language)
        held = self._hold_for(specialist_id, body, visitor)
        try:
            sign_up = replace(wanted, sign_up=held.sign_up)
            self.profiles.sign_up(sign_up=sign_up, half_hour=held.alone())
        except DomainError as refusal:
            return Refused(refusal=body.with_own_fields(refusal), sign_up=held.sign_up)
        return SeeOther(to=BOOKING_CHECK_MAIL, sign_up=held.sign_up)

    def _hold_for(
        self, specialist_id: SpecialistId, body: SignUpAndBookForm, visitor: Visitor
    ) -> HeldForSignUp:
        wanted = HoldForSignUp(
            email=body.email,
            specialist_id=specialist_id,
            starts_at=body.starts_at,
            note=body.note,
            sign_up=visitor.sign_up or body.secret,
        )
        return self.booking.hold_for_sign_up(wanted=wanted).load()

    @page(BOOKING_CHECK_MAIL, template="booking/check_mail.html")
    def booking_mail_page(self, visitor: Visitor) -> CheckMailShown | SeeOther:
        if visitor.is_signed_in:
            return SeeOther(to="/consultations")
        kept = self.hold_of_sign_up(visitor.sign_up)
        specialist = None if kept is None else self._specialist_kept(kept)
        over = kept is None or kept.status is not SignUpHoldStatus.HELD
        return CheckMailShown(
            kept=kept,
            specialist=specialist,
            called=short_name(specialist.display_name) if specialist else "",
            zone=visitor.zone(kept.time_zone if kept else "UTC"),
            is_over=over,
            mails_in=self.mails_in,
        )

    def _specialist_kept(self, kept: SignUpHold) -> Specialist | None:
        try:
            return self.profiles.get_specialist(specialist_id=kept.specialist_id).load()
        except NotFound:
            return None

    @form(BOOKING_CHECK_MAIL, body=SendAgainForm, again="booking_mail_page", errors=[TooManyTries])
    def send_booking_link_again(self, body: SendAgainForm, visitor: Visitor) -> SeeOther:
        self.send_link_to(body.email, visitor)
        return SeeOther(to=BOOKING_CHECK_MAIL, said="link_sent")
