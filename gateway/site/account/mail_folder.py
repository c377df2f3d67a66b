"""Whether mails go to a folder instead of mailboxes, as in the embedded platform by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from nameko.extensions import DependencyProvider


@dataclass(frozen=True)
class MailSent:
    """The view of "look in your mail". ``mails_in``: the folder that mails go to, if any."""

    mails_in: str


class _MailFolder(DependencyProvider):
    def setup(self) -> None:
        mail: str = self.container.config.get("MAIL", "")
        self._folder = "" if "://" in mail else mail

    def get_dependency(self, worker_ctx: Any) -> str:
        return self._folder


def mail_folder() -> str:
    """As an attribute of a part of the gateway: the folder, empty where mails are sent."""
    return cast(str, _MailFolder())
