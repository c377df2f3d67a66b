"""Letter and Wording: the words of mails and notices. Subjects are neutral, since other people may
see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from contracts.notifications import NoticeData, NoticeKind
from services.notifications.name_placeholders import without_places


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The subject and text of a mail, in its reader's language."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Wording(Letter):
    """The words of a notice, and of its mail.

    ``discreetly``: the text of a discreet mail; ``None``: the same. ``data``: the facts, for
    programs that write their own words. ``place_of``: the specialist whose practice's address is in
    the text.
    """

    kind: NoticeKind
    discreetly: str | None = None
    data: NoticeData = field(default_factory=NoticeData)
    place_of: UUID | None = None

    def without_place(self) -> Wording:
        """The same words without the practice's address."""
        return replace(self, text=without_places(self.text), place_of=None)

    def letter(self, discreet: bool) -> Letter:
        """The words of the mail."""
        text = self.discreetly if discreet and self.discreetly else self.text
        return Letter(subject=self.subject, text=text)
