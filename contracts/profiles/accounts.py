"""Accounts: who can sign in, and what they may be."""

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
from contracts.inputs import addresses, passwords
from contracts.inputs.addresses import email_address
from contracts.inputs.passwords import password, typed_password
from contracts.inputs.texts import NotBlank, one_line
from contracts.profiles import PRODUCER
from contracts.profiles.codes import CodeIfNeeded
from contracts.profiles.preferences import Language, OwnCountry, OwnTimeZone


class Role(StrEnum):
    """What an account may be on the platform."""

    CLIENT = "client"
    SPECIALIST = "specialist"
    EDITOR = "editor"
    MARKETING = "marketing"
    ADMIN = "admin"


class SignUpRole(StrEnum):
    """The roles that a person may take; the others are granted."""

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
"""An address to look an account up by: one that no account can have is an unknown one."""


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
"""A password to compare with, as it was typed: its own rules were those of when it was made."""


LinkToken = Annotated[str, Length(max=2000)]


DisplayName = Annotated[str, Normalised(one_line), Length(1, 100), NotBlank]


OwnName = Annotated[
    DisplayName,
    Doc(
        "What others call you; it need not be your full name. Specialists with whom you book a "
        "consultation see it from then on."
    ),
]


# Events


@dataclass(frozen=True, kw_only=True)
class EmailVerificationRequested(Event, producer=PRODUCER):
    """A sign-up with an e-mail address that no account has: the address is to be confirmed."""

    account_id: Annotated[UUID, Doc("The account's id, once the address is confirmed.")]
    email: Annotated[str, Doc("Where the link goes.")]
    token: Annotated[str, Doc("For `/verify-email#token=…`; works once.")] = field(repr=False)
    time_zone: str | None = None
    language: Language = Language.EN
    country: str | None = None
    discreet: bool = False


@dataclass(frozen=True, kw_only=True)
class KnownAddressSignedUp(Event, producer=PRODUCER):
    """A sign-up with the e-mail address of an account: the owner is told by mail."""

    account_id: UUID
    email: str


@dataclass(frozen=True, kw_only=True)
class AccountRegistered(Event, producer=PRODUCER):
    """A sign-up was confirmed: an account exists. Carries what is needed to write to it."""

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
    """The owner of an account reads mail at this address."""

    account_id: UUID
    email: str


@dataclass(frozen=True, kw_only=True)
class EmailChangeRequested(Event, producer=PRODUCER):
    """An account is to get another e-mail address. The present one is told, and can stop it."""

    account_id: UUID
    email: Annotated[str, Doc("The address from then on; the link that confirms it goes there.")]
    present_email: str
    token: Annotated[str, Doc("For `/verify-email#token=…`; works once.")] = field(repr=False)
    stop_token: Annotated[str, Doc("For `/stop-email-change#token=…`.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event, producer=PRODUCER):
    """An account has another e-mail address, which is proven."""

    account_id: UUID
    version: Version
    email: str
    previous_email: str


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event, producer=PRODUCER):
    """A new password is asked for: of an account, or of a sign-up that is not confirmed yet."""

    account_id: UUID
    email: str
    token: Annotated[str, Doc("For `/reset-password#token=…`; works once.")] = field(repr=False)
    language: Language = Language.EN


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, producer=PRODUCER):
    """An account has another password, by reset or by change."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event, producer=PRODUCER):
    """An account was granted a role, or lost one."""

    account_id: UUID
    version: Version
    roles: list[Role]


@dataclass(frozen=True, kw_only=True)
class DisplayNameChanged(Event, producer=PRODUCER):
    """The owner of an account wants to be called otherwise."""

    account_id: UUID
    version: Version
    display_name: str


@dataclass(frozen=True, kw_only=True)
class AccountSuspended(Event, producer=PRODUCER):
    """An operator suspended an account: its sessions have ended, and it can't log in."""

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
    time_zone: Annotated[
        OwnTimeZone | None,
        Doc("Your IANA time zone, as the browser knows it. It is not guessed from the country."),
    ] = None
    language: Annotated[
        Language | None, Doc("Of mails and notices; else that of `Accept-Language`, or English.")
    ] = None
    country: OwnCountry | None = None
    discreet: Annotated[
        bool, Doc("Mails and calendars say only that there is an appointment, and when.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class ChangeAccount:
    """What is to change; what is left out stays."""

    display_name: OwnName | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeEmail:
    """Another e-mail address; it takes effect when the link that is sent there is followed."""

    email: EmailAddress
    password: GivenPassword = field(repr=False)
    code: CodeIfNeeded = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """Another password."""

    current: GivenPassword = field(repr=False)
    new: Password = field(repr=False)
    code: CodeIfNeeded = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class RequestEmailVerification:
    """The address of a sign-up whose link is to be sent again."""

    email: GivenEmail


@dataclass(frozen=True, kw_only=True)
class VerifyEmail:
    """A confirmation link, and what shows that it is followed by the person who signed up.

    The link proves the mailbox, not the password: without the secret of the sign-up, the owner
    of the mailbox enters the password chosen there, or sets a new one.
    """

    token: LinkToken = field(repr=False)
    sign_up: Annotated[
        str | None, Length(max=200), Doc("What `POST /accounts` answered in this browser.")
    ] = field(default=None, repr=False)
    password: Annotated[
        GivenPassword | None, Doc("Without `sign_up`: the password chosen at sign-up.")
    ] = field(default=None, repr=False)
    new_password: Annotated[Password | None, Doc("Or a new one, in place of that.")] = field(
        default=None, repr=False
    )


@dataclass(frozen=True, kw_only=True)
class StopEmailChange:
    """What stood in the link that stops a change of e-mail address."""

    token: LinkToken = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RequestPasswordReset:
    """The address of the account whose password was forgotten."""

    email: GivenEmail


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    """What stood in a reset link, and the password from now on."""

    token: LinkToken = field(repr=False)
    password: Password = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class SignedUp:
    """The same answer for every address: whether it has an account, only its mailbox is told."""

    sign_up: Annotated[
        str,
        Doc(
            "Keep it in this browser: with it, following the link in the mail signs in without "
            "the password."
        ),
    ] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: UUID
    email: str
    pending_email: Annotated[
        str | None, Doc("The address that was asked for, until its link is followed.")
    ]
    display_name: Annotated[
        str, Doc("Specialists with whom you book a consultation see it from then on.")
    ]
    roles: list[Role]
    created_at: datetime
    verified: Annotated[bool, Doc("The e-mail address is proven.")]
    second_factor: Annotated[bool, Doc("Logging in takes a code as well.")]
    dormant_roles: Annotated[
        list[Role],
        Doc(
            "Roles that take effect in sessions that showed a second factor, once one is set up: "
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
