"""The postbox: delivery of mails over SMTP, or into a folder of ``.eml`` files."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import structlog
from nameko.extensions import DependencyProvider

from chassis import private_files
from chassis.settings import BadSettings
from chassis.smtp import MailServer
from services.notifications.mails.addresses import in_ascii

UTF8 = policy.default.clone(utf8=True)
HANGS_UP = 421
PERMANENT, POLICY = 500, "5.7"
"""A refusal of the recipient with such a code is final, unless it is about policy (RFC 3463), which
may be our own setup."""

log = structlog.get_logger()


class NotSent(Exception):
    """The mail was not sent; the text says why. ``for_good``: the refusal is final."""

    def __init__(self, text: str, for_good: bool = False) -> None:
        super().__init__(text)
        self.for_good = for_good


class ServerUnavailable(NotSent):
    """The mail server does not answer or refuses the log-in. The mail is not at fault."""


class ConnectionLost(NotSent):
    """The connection broke while a mail was sent."""


class MailConnection(Protocol):
    """An open connection that sends mails."""

    def send(self, message: EmailMessage) -> None:
        """Send to the one address in ``To``; raises ``NotSent`` or ``Undeliverable``."""


class Postbox(DependencyProvider):
    """``FIRSTSTEP_MAIL``: the address of a mail server (``chassis.smtp``) or a folder."""

    def setup(self) -> None:
        self.address: str = self.container.config["MAIL"]
        if not self.address:
            raise BadSettings("FIRSTSTEP_MAIL is missing: notifications sends mail")
        if "://" not in self.address:
            private_files.remove_unfinished(Path(self.address))

    def get_dependency(self, worker_ctx: Any) -> Postbox:
        return self

    @contextmanager
    def opened(self) -> Iterator[MailConnection]:
        """A connection for several mails; raises ``NotSent`` where it can't be opened."""
        if "://" not in self.address:
            yield MailFolder(Path(self.address))
            return
        there = MailServer.at(self.address)
        try:
            server = there.connect()
        except (OSError, smtplib.SMTPException) as error:
            cause = f"{there.host}:{there.port}: {error}"
            log.warning("mail_server_unreachable", error=cause)
            raise NotSent(cause) from error
        with server:
            yield SmtpConnection(server, there.user, there.password)

    def forget(self, mail_ids: Iterable[UUID]) -> None:
        """Delete mails from the folder; mails sent over SMTP can't be recalled. Raises
        ``OSError``."""
        if "://" in self.address or not Path(self.address).is_dir():
            return
        for mail_id in mail_ids:
            (Path(self.address) / f"{mail_id}.eml").unlink(missing_ok=True)


class SmtpConnection:
    def __init__(self, server: smtplib.SMTP, user: str, password: str) -> None:
        self._server = server
        self._user = user
        self._password = password

    def send(self, message: EmailMessage) -> None:
        try:
            self._log_in()
            self._send(message)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, reason)] = error.recipients.values()
            raise _refused(code, reason) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error, retried=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ConnectionLost(f"{type(error).__name__}: {error}") from error
        except BaseException:
            self._server.close()  # without QUIT, whose answer would be waited for
            raise

    def _log_in(self) -> None:
        try:
            self._server.ehlo_or_helo_if_needed()
            if self._user:
                self._server.login(self._user, self._password)
                self._user = ""
        except (
            OSError,
            smtplib.SMTPException,
            ValueError,
        ) as error:  # the server may ask in broken base64
            raise ServerUnavailable(f"{type(error).__name__}: {error}") from error

    def _send(self, message: EmailMessage) -> None:
        [address] = message["To"].addresses
        if not address.addr_spec.isascii() and not self._server.has_extn("smtputf8"):
            address = in_ascii(address)
            message.replace_header("To", address)
        [sender] = message["From"].addresses
        self._server.send_message(message, sender.addr_spec, [address.addr_spec])


class MailFolder:
    """Writes each mail into a file named by its Message-ID, atomically."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            private_files.make_folder(self._path)
            content = message.as_bytes(policy=UTF8)
            private_files.write_atomically(self._path / f"{name}.eml", content)
        except OSError as error:
            raise NotSent(str(error)) from error


def _refused(code: int, reason: bytes | str, retried: bool = False) -> NotSent:
    """The error for a server's answer. ``retried``: it was not about the recipient, so it may
    change."""
    text = reason if isinstance(reason, str) else reason.decode(errors="replace")
    if code == HANGS_UP:
        return ConnectionLost(f"{code} {text}")
    return NotSent(f"{code} {text}", code >= PERMANENT and not (retried or text.startswith(POLICY)))
