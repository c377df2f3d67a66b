"""Sentences and links of notices, by their kind, for the page that shows them.

The text that is stored with a notice is in the language and zone of the time at which it was made.
The page says the same from the facts beside it, in the reader's language and zone of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from babel.dates import format_date

from contracts.booking.consultations import Party
from contracts.notifications import Notice, NoticeData, NoticeKind
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import NotFeatured
from contracts.profiles.right_to_practise import Standing
from gateway.pages.times import moment, zone_name
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor

Names = Mapping[UUID, str]
"""Display names of clients and specialists, as far as they are known."""


@dataclass(frozen=True)
class Row:
    """``text`` has placeholders for facts of the notice. ``path``: the page to go on to, with the
    link's text, ``action``. ``by``: other texts, by the case that ``_case_of`` finds."""

    text: str
    path: str = ""
    action: str = ""
    by: Mapping[str, str] | None = None


CONSULTATION, SEE_IT = "/consultations/{consultation_id}", N_("See this half hour")
WAITLIST, SETTINGS, ADMIN = "/waitlist", "/settings", "/admin/at-risk"
FEATURING, HOURS = "/desk/featuring", "/desk/hours"
CALENDARS, LICENCE = "/desk/calendars", "/desk/licence"
SECOND_FACTOR, RECOVERY_CODES = "/settings/second-factor", "/settings/recovery-codes"
TO_DESK, TO_SETTINGS = N_("Go to your desk"), N_("Go to your settings")

ROWS: dict[NoticeKind, Row] = {
    NoticeKind.CONSULTATION_BOOKED: Row(
        N_("A half hour with %(other)s was booked: %(when)s."), CONSULTATION, SEE_IT
    ),
    NoticeKind.CONSULTATION_RESCHEDULED: Row(
        N_("The half hour with %(other)s on %(previous)s was moved. It is now: %(when)s."),
        CONSULTATION,
        SEE_IT,
    ),
    NoticeKind.CONSULTATION_PLACE_CHANGED: Row(
        N_("The half hour with %(other)s takes place elsewhere than before: %(when)s."),
        CONSULTATION,
        SEE_IT,
    ),
    NoticeKind.CONSULTATION_CANCELLED: Row(
        N_("The half hour with %(other)s was cancelled: %(when)s."),
        CONSULTATION,
        SEE_IT,
        {
            "theirs": N_(
                "The half hour with %(other)s was cancelled by the specialist: %(when)s. It does "
                "not count: you can book another one with any specialist."
            ),
        },
    ),
    NoticeKind.CONSULTATION_COMPLETED: Row(
        N_(
            "Your half hour with %(other)s is over, and obliges you to nothing. If you like, say "
            "in private what you want next."
        ),
        "/consultations/{consultation_id}/outcome",
        N_("Say what you want next"),
    ),
    NoticeKind.CONSULTATION_MISSED: Row(
        N_(
            "We were told that %(other)s did not come to the half hour: %(when)s. If it was "
            "otherwise, please say so until %(until)s."
        ),
        "/consultations/{consultation_id}/attendance",
        N_("Say how it went"),
        {
            "you": N_(
                "We were told that you could not come to the half hour with %(other)s: %(when)s. "
                "That can happen. If you were there, please say so until %(until)s."
            ),
        },
    ),
    NoticeKind.BOTH_WISH_TO_CONTINUE: Row(
        N_(
            "You and %(other)s both said that you would like to go on. Whether and how is for the "
            "two of you to decide."
        ),
        CONSULTATION,
        SEE_IT,
    ),
    NoticeKind.RESCUE_OFFERED: Row(
        N_(
            "We are sorry that your half hour did not take place. Other times are held for you "
            "until %(until)s. You need not take any of them."
        ),
        WAITLIST,
        N_("See these times"),
    ),
    NoticeKind.SLOT_OFFERED: Row(
        N_(
            "A half hour with %(other)s, for whom you wait, is free: %(when)s. It is held for you "
            "until %(until)s. You need not take it."
        ),
        WAITLIST,
        N_("See this time"),
    ),
    NoticeKind.CONSULTATIONS_AT_RISK: Row(
        N_("Half hours with %(other)s need you."),
        ADMIN,
        N_("See who is concerned"),
        {
            Standing.RENEWAL_WAITING: N_(
                "The licence of %(other)s has expired, and a renewed one waits for your decision. "
                "Half hours that stay booked until then: %(number)s."
            ),
            Standing.LICENCE_EXPIRED: N_(
                "The licence of %(other)s has expired, and no renewed one was sent. Half hours "
                "that are cancelled 48 hours before they begin, unless a licence is verified by "
                "then: %(number)s."
            ),
            Standing.LICENCE_DECLINED: N_(
                "The renewed licence of %(other)s was declined. Half hours that were cancelled: "
                "%(number)s. The people who booked them were told."
            ),
            Standing.LICENCE_WITHDRAWN: N_(
                "The verification of the licence of %(other)s was taken back. Half hours that were "
                "cancelled: %(number)s. The people who booked them were told."
            ),
            Standing.ROLE_REVOKED: N_(
                "The role of %(other)s was revoked. Half hours that were cancelled: %(number)s. "
                "The people who booked them were told."
            ),
            Standing.ACCOUNT_SUSPENDED: N_(
                "The account of %(other)s was suspended. Half hours that were cancelled: "
                "%(number)s. The people who booked them were told."
            ),
        },
    ),
    NoticeKind.SPECIALIST_FEATURED: Row(
        N_("Your profile is featured now: people can book you within the next 14 days."),
        FEATURING,
        TO_DESK,
    ),
    NoticeKind.SPECIALIST_UNFEATURED: Row(
        N_("Your profile is no longer featured."),
        FEATURING,
        TO_DESK,
        {
            NotFeatured.NOT_LISTED: N_(
                "Your profile is no longer featured, because it is not listed."
            ),
            NotFeatured.NOT_VERIFIED: N_(
                "Your profile is no longer featured, because your licence is not verified."
            ),
            NotFeatured.NO_FREE_CONSULTATIONS: N_(
                "Your profile is no longer featured, because you offer no free half hours."
            ),
            NotFeatured.NO_SLOT_SOON: N_(
                "Your profile is no longer featured, because you have no free time within 14 days."
            ),
        },
    ),
    NoticeKind.FREE_CONSULTATIONS_PAUSED: Row(
        N_(
            "As many half hours are booked with you as you offer for now, so no more can be "
            "booked. Booking opens again by itself."
        ),
        HOURS,
        TO_DESK,
    ),
    NoticeKind.FREE_CONSULTATIONS_RESUMED: Row(
        N_("Half hours with you can be booked again."), HOURS, TO_DESK
    ),
    NoticeKind.EXTERNAL_CALENDAR_FAILED: Row(
        N_(
            "We can't read one of your external calendars any more. What we knew of it still "
            "blocks your times; what you enter there from now on does not."
        ),
        CALENDARS,
        TO_DESK,
    ),
    NoticeKind.EXTERNAL_CALENDAR_RECOVERED: Row(
        N_("We can read your external calendar again: what is in it blocks your times."),
        CALENDARS,
        TO_DESK,
    ),
    NoticeKind.EXTERNAL_CALENDAR_READ_IN_PART: Row(
        N_(
            "We can't read some entries of one of your external calendars, so you may be booked at "
            "those times. The rest of it blocks your times."
        ),
        CALENDARS,
        TO_DESK,
    ),
    NoticeKind.LICENCE_VERIFIED: Row(
        N_("Your licence is verified. You can list your profile."), LICENCE, TO_DESK
    ),
    NoticeKind.LICENCE_DECLINED: Row(
        N_("Your licence could not be verified. You can read why, and send it again."),
        LICENCE,
        TO_DESK,
    ),
    NoticeKind.LICENCE_EXPIRING: Row(
        N_(
            "Your licence expires on %(day)s. Please send the renewed one in time: without it your "
            "profile is no longer listed."
        ),
        LICENCE,
        TO_DESK,
    ),
    NoticeKind.LICENCE_EXPIRED: Row(
        N_(
            "Your licence expired on %(day)s, so your profile is no longer listed. Please send the "
            "renewed one to have it back."
        ),
        LICENCE,
        TO_DESK,
    ),
    NoticeKind.PASSWORD_CHANGED: Row(
        N_(
            "Your password was changed, and you were signed out everywhere else. If that was not "
            "you, choose a new one now."
        ),
        "/forgotten",
        N_("Choose a new password"),
    ),
    NoticeKind.EMAIL_CHANGED: Row(
        N_("Your account has another e-mail address now."), SETTINGS, TO_SETTINGS
    ),
    NoticeKind.SECOND_FACTOR_ADDED: Row(
        N_(
            "An authenticator was set up for your account: signing in takes a code as well from "
            "now on."
        ),
        SECOND_FACTOR,
        TO_SETTINGS,
    ),
    NoticeKind.SECOND_FACTOR_REMOVED: Row(
        N_(
            "The authenticator was removed from your account: signing in takes your password alone "
            "from now on."
        ),
        SECOND_FACTOR,
        TO_SETTINGS,
    ),
    NoticeKind.RECOVERY_CODES_RENEWED: Row(
        N_("You have new recovery codes, and the earlier ones no longer work."),
        RECOVERY_CODES,
        TO_SETTINGS,
    ),
    NoticeKind.WRONG_CODES_ENTERED: Row(
        N_(
            "The right password for your account was entered, and then three wrong codes. If that "
            "was not you, another person knows your password: choose a new one now."
        ),
        "/forgotten",
        N_("Choose a new password"),
    ),
    NoticeKind.ROLES_CHANGED: Row(
        N_("The roles of your account have changed. They are now: %(roles)s."),
        SETTINGS,
        TO_SETTINGS,
    ),
    NoticeKind.ACCOUNT_SUSPENDED: Row(N_("Your account was suspended.")),
    NoticeKind.ACCOUNT_RESTORED: Row(N_("Your account was restored.")),
    NoticeKind.SIGNED_OUT: Row(
        N_("We signed you out in all places, to keep your account safe."), SETTINGS, TO_SETTINGS
    ),
}

ROLES: dict[Role, str] = {
    Role.CLIENT: N_("looking for support"),
    Role.SPECIALIST: N_("specialist"),
    Role.EDITOR: N_("editor"),
    Role.MARKETING: N_("marketing"),
    Role.ADMIN: N_("admin"),
}


@dataclass(frozen=True, kw_only=True)
class NoticeShown:
    """``path``: the page to go on to, empty where there is none; ``action``: its link's text."""

    id: UUID
    text: str
    path: str
    action: str
    created_at: datetime
    is_new: bool


def shown(notice: Notice, names: Names, visitor: Visitor) -> NoticeShown:
    """The notice in the reader's language and zone."""
    row = ROWS[notice.kind]
    case = _case_of(notice, visitor.caller.account_id)
    text = (row.by or {}).get(case, row.text)
    return NoticeShown(
        id=notice.id,
        text=visitor.gettext(text, **_facts(notice.data, names, visitor)),
        path=row.path.format(consultation_id=notice.data.consultation_id),
        action=visitor.gettext(row.action) if row.action else "",
        created_at=notice.created_at,
        is_new=notice.read_at is None,
    )


def _case_of(notice: Notice, reader: UUID | None) -> str:
    """Which of a row's other texts fits: the cause, or what the sides did."""
    data = notice.data
    if data.cause is not None:
        return data.cause
    if data.not_featured is not None:
        return data.not_featured
    side = Party.CLIENT if reader == data.client_id else Party.SPECIALIST
    if data.missed_by is not None:
        return "you" if data.missed_by == side else ""
    cancelled_theirs = data.cancelled_by == Party.SPECIALIST and side == Party.CLIENT
    return "theirs" if cancelled_theirs else ""


def _facts(data: NoticeData, names: Names, visitor: Visitor) -> dict[str, object]:
    """The values of all placeholders; empty where the notice has no such fact."""
    return {
        "other": _other(data, names, visitor),
        "when": _time(data.starts_at, data, visitor),
        "previous": _time(data.previous_starts_at, data, visitor),
        "until": _time(data.disputable_until or data.held_until, data, visitor),
        "day": _day(data.expires_on, visitor),
        "number": len(data.consultation_ids or ()),
        "roles": ", ".join(visitor.gettext(ROLES[each]) for each in data.roles or ())
        or visitor.gettext("none"),
    }


def other_side(data: NoticeData, reader: UUID | None) -> UUID | None:
    """The account that the notice names: the side that the reader is not."""
    return data.client_id if reader == data.specialist_id else data.specialist_id


def _other(data: NoticeData, names: Names, visitor: Visitor) -> str:
    id = other_side(data, visitor.caller.account_id)
    if id is not None and id in names:
        return names[id]
    is_specialist = id is not None and id == data.specialist_id
    return visitor.gettext("a specialist") if is_specialist else visitor.gettext("the other side")


def _time(at: datetime | None, data: NoticeData, visitor: Visitor) -> str:
    """A time in the reader's zone, which is named."""
    if at is None:
        return ""
    zone = visitor.zone(data.time_zone or "UTC")
    named = {"moment": moment(at, zone, visitor), "zone": zone_name(zone, visitor)}
    return visitor.gettext("%(moment)s (%(zone)s)", **named)


def _day(which: date | None, visitor: Visitor) -> str:
    return "" if which is None else format_date(which, "long", locale=visitor.locale)
