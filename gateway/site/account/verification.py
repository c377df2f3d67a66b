"""The page behind links that confirm an e-mail address: of a sign-up, or of a change.

Opening it changes nothing: mail programs visit links on their own. Its button acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from annotated_doc import Doc

from chassis.context import Caller
from chassis.errors import DomainError, NotFound, Unavailable
from contracts.booking.consultations import AlreadyBooked, NotListed
from contracts.booking.sign_up_holds import SignUpHoldStatus
from contracts.half_hours import SignUpHoldKey
from contracts.profiles.accounts import (
    AlreadyVerified,
    EmailTaken,
    GivenPassword,
    LinkExpired,
    LinkInvalid,
    LinkToken,
    LinkUsed,
    Password,
    PasswordNeeded,
    PasswordTooCommon,
    ReadEmailLink,
    Role,
    TooManyTries,
    VerifyEmail,
    WrongPassword,
)
from contracts.profiles.sessions import Suspended
from contracts.profiles.specialists import Specialist
from gateway.api.base import acting
from gateway.api.half_hours import Confirmation, HalfHours
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.account.sessions import DESK, FIRST_PAGE
from gateway.site.specialists.profile_texts import booking_path


@dataclass(frozen=True, kw_only=True)
class LinkQuery:
    """The token of a mailed link."""

    token: LinkToken = field(default="", repr=False)


@dataclass(frozen=True)
class LinkShown:
    """``token``: empty where the address was cut off. ``asks``: for a password, because the sign-up
    was begun elsewhere. ``half_hour``: what is held for the sign-up. ``refusal``: why the link
    can't be used."""

    token: str = field(repr=False)
    asks: bool = False
    half_hour: HalfHourShown | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True, kw_only=True)
class HalfHourShown:
    """``is_over``: it is not held any more; ``zone``: that its times are shown in."""

    specialist: Specialist
    starts_at: datetime
    held_until: datetime
    is_over: bool
    zone: str

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class VerificationForm:
    """The passwords are asked for where this browser did not begin the sign-up."""

    token: LinkToken = field(default="", repr=False)
    password: GivenPassword | None = field(default=None, repr=False)
    new_password: Annotated[Password | None, Doc("Instead of that of the sign-up.")] = field(
        default=None, repr=False
    )


class VerificationPages(HalfHours):
    @page("/verify-email", query=LinkQuery, template="account/verify_email.html", secret=True)
    def verify_email_page(self, query: LinkQuery, visitor: Visitor) -> LinkShown:
        link = ReadEmailLink(token=query.token, sign_up=visitor.sign_up or None)
        try:
            found = self.profiles.get_email_link(link=link).load()
        except (LinkInvalid, LinkExpired, LinkUsed, AlreadyVerified) as refusal:
            return LinkShown(query.token, refusal=refusal)
        asks = not (found.changes_email or found.begun_here)
        half_hour = None if found.hold is None else self._half_hour(found.hold, visitor)
        return LinkShown(query.token, asks, half_hour)

    def _half_hour(self, hold: SignUpHoldKey, visitor: Visitor) -> HalfHourShown | None:
        """What is or was held for the sign-up; nothing where a service does not answer."""
        try:
            held = self.booking.get_hold_of_sign_up(hold=hold).load()
            found = self.profiles.get_specialist(specialist_id=held.specialist_id).load()
        except (NotFound, Unavailable):
            return None
        return HalfHourShown(
            specialist=found,
            starts_at=held.starts_at,
            held_until=held.held_until,
            is_over=held.status is not SignUpHoldStatus.HELD,
            zone=visitor.zone(held.time_zone),
        )

    @form(
        "/verify-email",
        body=VerificationForm,
        again="verify_email_page",
        errors=[
            LinkInvalid,
            LinkExpired,
            LinkUsed,
            AlreadyVerified,
            PasswordNeeded,
            WrongPassword,
            PasswordTooCommon,
            EmailTaken,
            Suspended,
            TooManyTries,
        ],
        secret=True,
    )
    def confirm_email(self, body: VerificationForm, visitor: Visitor) -> SeeOther:
        confirmed = self.confirm(
            VerifyEmail(
                token=body.token,
                sign_up=visitor.sign_up or None,
                password=body.password,
                new_password=body.new_password,
            )
        )
        session = confirmed.session.load()
        if session is None:
            to = "/settings/email" if visitor.is_signed_in else "/sign-in"
            return SeeOther(to=to, said="email_changed")
        to, said = self._booked(confirmed, visitor) or (
            _first_page(confirmed.owner),
            "email_confirmed",
        )
        return SeeOther(to=to, session=session, sign_up="", said=said)

    def _booked(self, confirmed: Confirmation, visitor: Visitor) -> tuple[str, str] | None:
        """Book what is held for the sign-up: the page to go on to, and what it says. The page of
        the time, where it is not held any more or another rule stands against it now."""
        held, said = confirmed.half_hour, "email_confirmed"
        if held is None or confirmed.owner is None:
            return None
        page = booking_path(str(held.specialist_id), held.starts_at, visitor)
        if held.status is not SignUpHoldStatus.HELD:
            return page, said
        try:
            with acting(confirmed.owner):
                booked = self.booking.book_consultation(
                    specialist_id=held.specialist_id, starts_at=held.starts_at
                ).load()
        except (NotListed, NotFound):
            return "/specialists", said
        except DomainError as refusal:
            if isinstance(refusal, AlreadyBooked) and refusal.consultation_id:
                return f"/consultations/{refusal.consultation_id}", "already_booked"
            return f"{page}&refused={refusal.code}", said
        return f"/consultations/{booked.id}", "booked"


def _first_page(owner: Caller | None) -> str:
    """Where a new account begins."""
    is_specialist = owner is not None and Role.SPECIALIST in owner.roles
    return DESK if is_specialist else FIRST_PAGE
