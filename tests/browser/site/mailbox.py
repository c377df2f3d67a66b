"""The mails of the platform, as files in its data folder."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

from tests.support.eventually import eventually

LINK = re.compile(r"https?://[^\s>]+")


@dataclass(frozen=True)
class Mailbox:
    folder: Path

    def links_to(self, address: str) -> list[str]:
        """All links in the mails to an address, oldest mail first."""
        mails = [each for each in self._mails() if each["To"] == address]
        return [link for mail in mails for link in LINK.findall(mail.get_content())]

    def link_to(self, address: str, path: str) -> str:
        """The newest link to a page, once its mail is there."""

        def found() -> str:
            links = [each for each in self.links_to(address) if f"{path}?" in each]
            return links[-1] if links else ""

        return eventually(found)

    def _mails(self) -> list[EmailMessage]:
        texts = [each.read_text() for each in sorted(self.folder.glob("*.eml"))]
        return [email.message_from_string(each, policy=policy.default) for each in texts]
