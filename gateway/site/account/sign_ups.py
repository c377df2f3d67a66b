"""Pages of signing up: the form, and what comes after it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from chassis.errors import DomainError, FieldError, Invalid, NotFound
from contracts.profiles.accounts import (
    EmailAddress,
    GivenEmail,
    OwnName,
    Password,
    PasswordTooCommon,
    RequestEmailVerification,
    SignUp,
    SignUpRole,
    TooManyTries,
)
from contracts.profiles.consents import AgreedTo, AgreementNeeded, Agreements, TextVersion
from contracts.profiles.preferences import Language, OwnCountry, OwnTimeZone
from contracts.profiles.specialists import NoSuchCode, Specialist
from gateway.api.half_hours import HalfHours
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.account.mail_folder import MailSent, mail_folder
from gateway.site.account.sessions import FIRST_PAGE

CHECK_MAIL = "/sign-up/check-mail"
BOOKING_CHECK_MAIL = "/booking/check-mail"
MISSING = "Missing data for required field."


@dataclass(frozen=True, kw_only=True)
class SignUpQuery:
    """``role``: chosen already, by the link that leads here."""

    role: SignUpRole = SignUpRole.CLIENT


@dataclass(frozen=True, kw_only=True)
class HeldForBrowser:
    """A half hour that is held for a sign-up of this browser. ``zone``: that its times are shown
    in."""

    specialist: Specialist
    starts_at: datetime
    held_until: datetime
    zone: str


@dataclass(frozen=True)
class SignUpShown:
    """``agreements``: the versions in force of the texts that are agreed to. ``held``: the half
    hour that the account can get."""

    role: SignUpRole
    agreements: Agreements
    held: HeldForBrowser | None = None


@dataclass(frozen=True, kw_only=True)
class SignUpForm:
    """As in the API, with a box for each text that is agreed to: its value is the version."""

    role: SignUpRole
    display_name: OwnName
    email: EmailAddress
    password: Password = field(repr=False)
    language: Language | None = None
    time_zone: OwnTimeZone | None = None
    country: OwnCountry | None = None
    terms: TextVersion
    health_data: TextVersion | None = None

    def to_sign_up(self) -> SignUp:
        """Raises ``Invalid`` where a client does not consent."""
        if self.health_data is None and self.role is SignUpRole.CLIENT:
            raise Invalid(errors=[FieldError("health_data", MISSING)])
        return SignUp(
            email=self.email,
            password=self.password,
            display_name=self.display_name,
            role=self.role,
            time_zone=self.time_zone,
            language=self.language,
            country=self.country,
            agreed_to=AgreedTo(terms=self.terms, health_data=self.health_data),
        )

    @staticmethod
    def with_own_fields(refusal: DomainError) -> DomainError:
        """The refusal of a sign-up, with its fields as this form names them."""
        refusal.errors = tuple(
            replace(each, field=each.field.removeprefix("agreed_to.")) for each in refusal.errors
        )
        return refusal


@dataclass(frozen=True, kw_only=True)
class PlainSignUpForm(SignUpForm):
    """``with_half_hour``: a client gets the half hour that is held in this browser."""

    with_half_hour: bool = False


@dataclass(frozen=True, kw_only=True)
class SendAgainForm:
    """The address of a sign-up."""

    email: GivenEmail


class SignUpMails(HalfHours):
    def send_link_to(self, email: str, visitor: Visitor) -> None:
        """Send the link of a sign-up again, in a mail that names its held half hour."""
        self.profiles.request_email_verification(
            request=RequestEmailVerification(email=email),
            half_hour=self.held_half_hour(visitor.sign_up),
        )


class SignUpPages(SignUpMails):
    mails_in = mail_folder()

    @page("/sign-up", query=SignUpQuery, template="account/sign_up.html")
    def sign_up_page(self, query: SignUpQuery, visitor: Visitor) -> SignUpShown | SeeOther:
        if visitor.is_signed_in:
            return SeeOther(to=FIRST_PAGE)
        agreements = self.profiles.get_agreements().load()
        return SignUpShown(query.role, agreements, self._held_for_browser(visitor))

    def _held_for_browser(self, visitor: Visitor) -> HeldForBrowser | None:
        """The half hour held for the sign-up of this browser; none where booking is away."""
        held = self.held_half_hour(visitor.sign_up)
        if held is None:
            return None
        try:
            specialist = self.profiles.get_specialist(specialist_id=held.specialist_id).load()
        except NotFound:
            return None
        return HeldForBrowser(
            specialist=specialist,
            starts_at=held.starts_at,
            held_until=held.held_until,
            zone=visitor.zone(held.time_zone),
        )

    @form(
        "/sign-up",
        body=PlainSignUpForm,
        again="sign_up_page",
        errors=[PasswordTooCommon, NoSuchCode, TooManyTries, AgreementNeeded],
    )
    def send_sign_up(self, body: PlainSignUpForm, visitor: Visitor) -> SeeOther:
        """The answer is the same for every address."""
        continues = body.with_half_hour and body.role is SignUpRole.CLIENT
        secret = visitor.sign_up if continues else ""
        wanted = replace(body.to_sign_up(), sign_up=secret or None)
        try:
            signed_up = self.profiles.sign_up(
                sign_up=wanted, half_hour=self.held_half_hour(secret)
            ).load()
        except AgreementNeeded as refusal:  # the text changed while the form was open
            raise body.with_own_fields(refusal) from None
        to = BOOKING_CHECK_MAIL if secret else CHECK_MAIL
        return SeeOther(to=to, sign_up=signed_up.sign_up)

    @page(CHECK_MAIL, template="account/check_mail.html")
    def check_mail_page(self, visitor: Visitor) -> MailSent:
        return MailSent(self.mails_in)

    @form(CHECK_MAIL, body=SendAgainForm, again="check_mail_page", errors=[TooManyTries])
    def send_link_again(self, body: SendAgainForm, visitor: Visitor) -> SeeOther:
        self.send_link_to(body.email, visitor)
        return SeeOther(to=CHECK_MAIL, said="link_sent")
