"""What all that people read is made of. Subjects are neutral: somebody else may see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from contracts.notifications import NoticeData, NoticeKind
from services.notifications.marks import without_places


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says: its subject and text, in its reader's language."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Wording(Letter):
    """What somebody is told by a notice, and by mail where it matters.

    ``discreetly``: what the mail says where others may see it; ``None``: the same. ``data``: what
    programs need to say it in words of their own. ``place_of``: whose practice's address stands in
    the text, if one does.
    """

    kind: NoticeKind
    discreetly: str | None = None
    data: NoticeData = field(default_factory=NoticeData)
    place_of: UUID | None = None

    def without_place(self) -> Wording:
        """Where to meet is left out."""
        return replace(self, text=without_places(self.text), place_of=None)

    def letter(self, discreet: bool) -> Letter:
        """What goes by mail."""
        text = self.discreetly if discreet and self.discreetly else self.text
        return Letter(subject=self.subject, text=text)
