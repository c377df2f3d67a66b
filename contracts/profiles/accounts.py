"""Accounts: sign-up, e-mail address, password and roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Conflict, Forbidden, Invalid, TooMany
from chassis.events import Event, Version
from chassis.schemas import Normalised
from contracts.half_hours import HeldHalfHour, SignUpHoldKey, SignUpSecret
from contracts.inputs import addresses, passwords
from contracts.inputs.addresses import email_address
from contracts.inputs.passwords import password, typed_password
from contracts.inputs.texts import NotBlank, one_line
from contracts.profiles import PRODUCER
from contracts.profiles.codes import CodeIfNeeded
from contracts.profiles.consents import AgreedTo
from contracts.profiles.preferences import Language, OwnCountry, OwnTimeZone


class Role(StrEnum):
    """A role of an account."""

    CLIENT = "client"
    SPECIALIST = "specialist"
    EDITOR = "editor"
    MARKETING = "marketing"
    ADMIN = "admin"


class SignUpRole(StrEnum):
    """The roles that can be chosen at sign-up. An operator grants the others."""

    CLIENT = "client"
    SPECIALIST = "specialist"


# Shapes of single fields

EmailAddress = Annotated[
    str,
    Normalised(email_address),
    Length(max=addresses.LONGEST),
    Doc("Kept in lower case, and its domain as an A-label: `sam@xn--mnchen-3ya.example`."),
]


GivenEmail = Annotated[str, Length(max=addresses.LONGEST)]
"""An address to look an account up by. An invalid address counts as an unknown one."""


Password = Annotated[
    str,
    Normalised(password),
    Length(passwords.SHORTEST, passwords.LONGEST),
    Doc(
        "At least 12 characters, counted in Unicode's form NFKC, and hard to guess; no other rule "
        "(NIST SP 800-63B)."
    ),
]


GivenPassword = Annotated[str, Normalised(typed_password), Length(max=passwords.LONGEST_TYPED)]
"""A password to compare, as it was typed. The rules of its own time applied to it."""


LinkToken = Annotated[str, Length(max=2000)]


DisplayName = Annotated[str, Normalised(one_line), Length(1, 100), NotBlank]


OwnName = Annotated[
    DisplayName,
    Doc(
        "Your name for others. It need not be your full name. Specialists see it once you have "
        "booked a consultation with them."
    ),
]


KeptHalfHour = Annotated[
    HeldHalfHour | None, Doc("The half hour that booking holds for the sign-up, if any.")
]


# Events


@dataclass(frozen=True, kw_only=True)
class EmailVerificationRequested(Event, producer=PRODUCER):
    """An e-mail address without an account signed up, and is to be confirmed."""

    account_id: Annotated[
        UUID, Doc("The id that the account will have once the address is confirmed.")
    ]
    email: Annotated[str, Doc("The address that the link is sent to.")]
    token: Annotated[str, Doc("For `/verify-email?token=…`; works once.")] = field(repr=False)
    time_zone: str | None = None
    language: Language = Language.EN
    country: str | None = None
    discreet: bool = False
    half_hour: KeptHalfHour = None


@dataclass(frozen=True, kw_only=True)
class KnownAddressSignedUp(Event, producer=PRODUCER):
    """The e-mail address of an existing account signed up. Its owner gets a mail."""

    account_id: UUID
    email: str
    half_hour: KeptHalfHour = None


@dataclass(frozen=True, kw_only=True)
class AccountRegistered(Event, producer=PRODUCER):
    """An account was created by a confirmed sign-up. Has all that mails to it need."""

    account_id: UUID
    email: str
    display_name: str
    role: Role
    time_zone: str | None = None
    language: Language = Language.EN
    country: str | None = None
    discreet: bool = False


@dataclass(frozen=True, kw_only=True)
class EmailVerified(Event, producer=PRODUCER):
    """The owner of an account has confirmed its e-mail address."""

    account_id: UUID
    email: str


@dataclass(frozen=True, kw_only=True)
class EmailChangeRequested(Event, producer=PRODUCER):
    """A change of e-mail address was requested. The present address gets a link to stop it."""

    account_id: UUID
    email: Annotated[str, Doc("The new address, which the confirming link is sent to.")]
    present_email: str
    token: Annotated[str, Doc("For `/verify-email?token=…`; works once.")] = field(repr=False)
    stop_token: Annotated[str, Doc("For `/stop-email-change?token=…`.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event, producer=PRODUCER):
    """An account has a new e-mail address, which was confirmed."""

    account_id: UUID
    version: Version
    email: str
    previous_email: str


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event, producer=PRODUCER):
    """A reset of the password was requested, of an account or of an unconfirmed sign-up."""

    account_id: UUID
    email: str
    token: Annotated[str, Doc("For `/reset-password?token=…`; works once.")] = field(repr=False)
    language: Language = Language.EN


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, producer=PRODUCER):
    """The password of an account was changed or reset."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event, producer=PRODUCER):
    """A role of an account was granted or revoked."""

    account_id: UUID
    version: Version
    roles: list[Role]


@dataclass(frozen=True, kw_only=True)
class DisplayNameChanged(Event, producer=PRODUCER):
    """The display name of an account was changed."""

    account_id: UUID
    version: Version
    display_name: str


@dataclass(frozen=True, kw_only=True)
class AccountSuspended(Event, producer=PRODUCER):
    """An operator suspended an account. Its sessions have ended, and it can't log in."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountRestored(Event, producer=PRODUCER):
    """An operator restored an account that was suspended."""

    account_id: UUID


# Requests


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """A new account. It exists once the e-mail address is confirmed."""

    email: EmailAddress
    password: Password = field(repr=False)
    display_name: OwnName
    role: SignUpRole
    agreed_to: Annotated[AgreedTo, Doc("The versions in force: see `GET /agreements`.")]
    time_zone: Annotated[
        OwnTimeZone | None,
        Doc("Your IANA time zone, as the browser knows it. It is not guessed from the country."),
    ] = None
    language: Annotated[
        Language | None,
        Doc("The language of mails and notices. Default: that of `Accept-Language`, or English."),
    ] = None
    country: OwnCountry | None = None
    discreet: Annotated[
        bool, Doc("Mails and calendars say only that there is an appointment, and when.")
    ] = False
    sign_up: Annotated[
        SignUpSecret | None,
        Doc("The secret that `POST /sign-ups/held-slot` answered, to sign up for that slot."),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ChangeAccount:
    """Changes of an account. Fields that are left out stay."""

    display_name: OwnName | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeEmail:
    """A new e-mail address. It takes effect when the link that is sent there is opened."""

    email: EmailAddress
    password: GivenPassword = field(repr=False)
    code: CodeIfNeeded = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """The present password and a new one."""

    current: GivenPassword = field(repr=False)
    new: Password = field(repr=False)
    code: CodeIfNeeded = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class RequestEmailVerification:
    """The address of a sign-up, to send its link again."""

    email: GivenEmail
    sign_up: Annotated[
        SignUpSecret | None,
        Doc("The secret of the sign-up, so that the mail names the slot that is held for it."),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class VerifyEmail:
    """The token of a confirmation link, and proof that the same person signed up.

    The link proves the mailbox, not the password. Without the secret of the sign-up, the owner
    of the mailbox enters the password of the sign-up, or sets a new one.
    """

    token: LinkToken = field(repr=False)
    sign_up: Annotated[
        str | None,
        Length(max=200),
        Doc("The secret that `POST /accounts` answered in this browser."),
    ] = field(default=None, repr=False)
    password: Annotated[
        GivenPassword | None, Doc("The password of the sign-up. Needed without `sign_up`.")
    ] = field(default=None, repr=False)
    new_password: Annotated[Password | None, Doc("A new password instead.")] = field(
        default=None, repr=False
    )


@dataclass(frozen=True, kw_only=True)
class ReadEmailLink:
    """The token of a confirmation link, to read what it does without doing it."""

    token: LinkToken = field(repr=False)
    sign_up: Annotated[str | None, Length(max=200)] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class EmailLink:
    """What a confirmation link does. ``begun_here``: the secret of the sign-up was given, so no
    password is needed. ``hold``: the key of the half hour that booking holds for the sign-up."""

    changes_email: bool
    begun_here: bool = False
    hold: SignUpHoldKey | None = None


@dataclass(frozen=True, kw_only=True)
class StopEmailChange:
    """The token of the link that stops a change of e-mail address."""

    token: LinkToken = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RequestPasswordReset:
    """The address of the account whose password was forgotten."""

    email: GivenEmail


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    """The token of a reset link, and the new password."""

    token: LinkToken = field(repr=False)
    password: Password = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class SignedUp:
    """The secret of a sign-up. The answer does not reveal whether the address has an account."""

    sign_up: Annotated[
        str,
        Doc(
            "Keep it in this browser. With it, the link in the mail signs in without the password."
        ),
    ] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account, as its owner sees it."""

    id: UUID
    email: str
    pending_email: Annotated[str | None, Doc("The new address, until its link is opened.")]
    display_name: Annotated[
        str, Doc("Specialists see it once you have booked a consultation with them.")
    ]
    roles: list[Role]
    created_at: datetime
    verified: Annotated[bool, Doc("Whether the e-mail address is confirmed.")]
    second_factor: Annotated[bool, Doc("Whether a log-in needs a code as well.")]
    dormant_roles: Annotated[
        list[Role],
        Doc(
            "Roles that take effect only in sessions with a second factor, while none is set up: "
            "`admin`."
        ),
    ]


# Refusals


class EmailTaken(Conflict):
    """Another account has this e-mail address already. Please use another one."""

    code = "email_taken"


class PasswordTooCommon(Invalid):
    """This password is too easy to guess. Please choose another one, such as four random words."""

    code = "password_too_common"


class WrongPassword(Forbidden):
    """That is not your password. Please try again."""

    code = "wrong_password"


class PasswordNeeded(Forbidden):
    """Please enter the password that you chose when you signed up, or choose a new one."""

    code = "password_needed"


class AlreadyVerified(Conflict):
    """Your e-mail address is confirmed already. You can sign in."""

    code = "already_verified"


class EmailChangeDone(Conflict):
    """Your e-mail address was changed already. If that was not you, please write to us."""

    code = "email_change_done"


class LinkInvalid(Invalid):
    """This link is not complete. Please copy the whole link from the mail, or ask for a new one."""

    code = "link_invalid"


class LinkExpired(Invalid):
    """This link has expired. Please ask for a new one."""

    code = "link_expired"


class LinkUsed(Invalid):
    """This link was used already, or a newer change made it void. You can ask for a new one."""

    code = "link_used"


class TooManyTries(TooMany):
    """That was tried too often. Please wait a while before you try again."""

    code = "too_many_tries"
