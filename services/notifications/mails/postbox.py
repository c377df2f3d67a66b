"""The postbox: where mail leaves, over SMTP or into a folder of ``.eml`` files."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import structlog
from nameko.extensions import DependencyProvider

from chassis import private_files
from chassis.config import BadSettings
from chassis.smtp import MailServer

log = structlog.get_logger()


class NotSent(Exception):
    """The mail did not leave; the text says why."""


class Post(Protocol):
    """An open way out."""

    def send(self, message: EmailMessage) -> None:
        """Raises ``NotSent``."""


class Postbox(DependencyProvider):
    """``FIRSTSTEP_MAIL``: the address of a mail server (``chassis.smtp``) or a folder."""

    def setup(self) -> None:
        self.address: str = self.container.config["MAIL"]
        if not self.address:
            raise BadSettings("FIRSTSTEP_MAIL is missing: notifications sends mail")

    def get_dependency(self, worker_ctx: Any) -> Postbox:
        return self

    @contextmanager
    def opened(self) -> Iterator[Post]:
        """Send several over one connection; raises ``NotSent`` where it can't be made."""
        if "://" not in self.address:
            yield Folder(Path(self.address))
            return
        there = MailServer.at(self.address)
        try:
            server = there.connected()
        except (OSError, smtplib.SMTPException) as error:
            cause = f"{there.host}:{there.port}: {error}"
            log.warning("mail_server_not_reached", error=cause)
            raise NotSent(cause) from error
        with server:
            yield Smtp(server, there.user, there.password)

    def forget(self, mail_ids: Iterable[UUID]) -> None:
        """Remove what lies in the folder; what left over SMTP is the recipient's. Raises
        ``OSError``."""
        if "://" in self.address or not Path(self.address).is_dir():
            return
        for mail_id in mail_ids:
            (Path(self.address) / f"{mail_id}.eml").unlink(missing_ok=True)


class Smtp:
    def __init__(self, server: smtplib.SMTP, user: str, password: str) -> None:
        self._server = server
        self._user = user
        self._password = password

    def send(self, message: EmailMessage) -> None:
        try:
            if self._user:
                self._server.login(self._user, self._password)
                self._user = ""
            self._server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(str(error)) from error


class Folder:
    """Writes what would be sent, one file a mail, named by its Message-ID."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            private_files.make_folder(self._path)
            private_files.write(self._path / f"{name}.eml", message.as_bytes())
        except OSError as error:
            raise NotSent(str(error)) from error
