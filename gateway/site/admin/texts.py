"""Texts of the admins' pages: changes of profiles and licences in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.profiles.history import Change
from contracts.profiles.licences import LicenceStatus
from gateway.pages.forms import Form
from gateway.pages.times import full_date
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor
from gateway.site.desk.texts import desk_label, text_of_field
from gateway.site.words.countries import name_of_country

LONGEST = 120
LICENCE_STATUSES = {
    LicenceStatus.SUBMITTED: N_("waits"),
    LicenceStatus.VERIFIED: N_("verified"),
    LicenceStatus.DECLINED: N_("declined"),
    LicenceStatus.EXPIRED: N_("expired"),
}
LABELS = {
    "document": N_("Document"),
    "in_force": N_("Licence in force"),
    "photo": N_("Photo"),
    "reason": N_("Reason"),
    "slug": N_("Short name in the address"),
    "status": N_("Listing"),
    "licence.status": N_("Status of the licence"),
}
"""By the name of a field, where the desk has no label for it or another one."""
PROFILE_STATUSES = {
    "draft": N_("draft"),
    "listed": N_("listed"),
    "unlisted": N_("not listed"),
}
FILES = ("document", "photo")


@dataclass(frozen=True)
class ChangedField:
    """A field with its values before and after a change; empty: it had none. Of files, and where
    the label says it all, both are empty."""

    label: str
    before: str = ""
    after: str = ""


def licence_statuses() -> dict[LicenceStatus, str]:
    return LICENCE_STATUSES


def decision_labels(forms: Mapping[str, Form], visitor: Visitor) -> dict[str, str]:
    """The labels of the fields of a decision."""
    return {"reason": visitor.gettext("Reason"), "decision": visitor.gettext("Decision")}


def changed_fields(change: Change, visitor: Visitor) -> list[ChangedField]:
    """What changed, without keys of files. A field that was empty and is so is left out."""
    return [
        _changed(name, values, visitor)
        for name, values in sorted(change.changes.items())
        if values["before"] or values["after"]
    ]


def _changed(name: str, values: Mapping[str, Any], visitor: Visitor) -> ChangedField:
    short = name.removeprefix("licence.")
    label = LABELS.get(name) or LABELS.get(short)
    text = visitor.gettext(label) if label else desk_label(short, visitor) or short
    if short in FILES:
        return ChangedField(text)
    return ChangedField(
        text, _value(name, values["before"], visitor), _value(name, values["after"], visitor)
    )


def _value(name: str, value: Any, visitor: Visitor) -> str:
    if name == "status":
        return visitor.gettext(PROFILE_STATUSES[value]) if value in PROFILE_STATUSES else ""
    if name == "licence.status":
        return visitor.gettext(LICENCE_STATUSES[LicenceStatus(value)]) if value else ""
    if name == "licence.in_force":
        return _facts(value or {}, visitor)
    if name == "licence.country" and value:
        return name_of_country(value, visitor.locale)
    if name == "licence.expires_on" and value:
        return full_date(date.fromisoformat(value), visitor)
    text = text_of_field(name.removeprefix("licence."), value, visitor)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"


def _facts(facts: Mapping[str, Any], visitor: Visitor) -> str:
    """The number of a licence, who issued it, and its end."""
    if not facts:
        return ""
    until = full_date(date.fromisoformat(facts["expires_on"]), visitor)
    return ", ".join(each for each in (facts["number"], facts["issuing_body"], until) if each)
