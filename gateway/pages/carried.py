"""Carries a form through the sign-in of its sender, whose session had ended."""

from __future__ import annotations

import base64
from uuid import UUID

from chassis import json
from chassis.errors import Conflict
from gateway.pages import form_values

CARRIED = "_carried"
ACCOUNT = "_account"
"""The field of a form that names the account of its reader: its mark."""
VERSION = "_version"
LONGEST_CARRIED = 200_000
NOT_CARRIED = form_values.SECRETS | {"uri", "challenge"}
"""Fields that give access: what is carried can be read in the page. The page of an authenticator
has its ``uri``, with the secret, for as long as it is open."""


class OtherAccount(Conflict):
    """You are signed in to another account than the one that this page was opened with, so nothing
    was changed. Please look at the page as it is now, and send it again."""

    code = "other_account"


class Carried:
    """A form that waits for its sender to sign in: the path, and the fields without secrets.
    ``account``: the id of the account that the page with the form was shown to."""

    def __init__(self, path: str, fields: form_values.Given, account: str) -> None:
        self.path = path
        self.fields = fields
        self.account = account

    def is_of(self, account_id: UUID | None) -> bool:
        """Whether this account may see what was written: another person may be the next to sign in
        at this device."""
        return self.account == str(account_id)

    def to_field(self) -> str:
        wire = json.dumps({"path": self.path, "fields": self.fields, "account": self.account})
        return base64.urlsafe_b64encode(wire).decode() if len(wire) <= LONGEST_CARRIED else ""

    @classmethod
    def from_form(cls, given: form_values.Given) -> Carried | None:
        """The carried form; ``None`` where there is none, or where the value was not written by
        this site."""
        text = (given.get(CARRIED) or [""])[-1]
        try:
            wire = json.loads(base64.urlsafe_b64decode(text)) if text else None
            if wire is None:
                return None
            fields = {
                str(name): [str(each) for each in values] for name, values in wire["fields"].items()
            }
            return cls(str(wire["path"]), fields, str(wire["account"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def without_secrets(given: form_values.Given) -> form_values.Given:
    return {
        name: values
        for name, values in given.items()
        if name == VERSION
        or (name.rpartition(".")[2] not in NOT_CARRIED and not name.startswith("_"))
    }
