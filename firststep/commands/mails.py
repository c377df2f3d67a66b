"""``firststep mails``: the last mails of the mail folder, with the links in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from chassis.runtime.logs import escaped
from chassis.settings import BadSettings, read_settings
from chassis.smtp import MailServer
from firststep.output import console

LABELS = {"time": "", "to": "to       ", "subject": "subject  ", "link": "link     "}
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
EXIT_ELSEWHERE = 1

Last = Annotated[int, typer.Option(min=1, help="How many mails to show, the newest.")]


def mails(last: Last = 10) -> None:
    """Show the last mails, the newest at the end, with the links in them.

    This works where mails go into a folder, as on the embedded platform. Where they go to a mail
    server, it says which one, and exits with 1.
    """
    address = read_settings().mail
    if not address:
        raise BadSettings("FIRSTSTEP_MAIL is missing: it says where mails go")
    if "://" in address:
        server = MailServer.at(address)
        typer.echo(
            f"Mails go to the mail server {server.host}:{server.port} (FIRSTSTEP_MAIL), not into "
            "a folder. Please look there."
        )
        raise typer.Exit(EXIT_ELSEWHERE)
    folder = Path(address)
    files = list(_files(folder))
    for file in files[-last:]:
        with suppress(FileNotFoundError):  # deleted meanwhile
            typer.echo(_shown(file.read_bytes(), console().width) + "\n")
    typer.echo(_summary(folder, len(files), min(last, len(files))))


def _files(folder: Path) -> Iterator[Path]:
    """The mails, the oldest first. Mails of one moment are in the order of their ids."""
    found = []
    for file in folder.glob("*.eml"):
        with suppress(FileNotFoundError):
            found.append((file.stat().st_mtime_ns, file))
    return (file for _, file in sorted(found))


def _shown(content: bytes, width: int) -> str:
    """Four lines or more. Links are not wrapped, so that they can be copied."""
    mail = message_from_bytes(content, policy=policy.default)
    named = [("time", _time(mail)), ("to", mail["To"]), ("subject", mail["Subject"])]
    lines = [
        fill(
            escaped(str(value or "—")),
            width,
            initial_indent=LABELS[name],
            subsequent_indent=" " * len(LABELS[name]),
        )
        for name, value in named
    ]
    return "\n".join([*lines, *(f"{LABELS['link']}{escaped(link)}" for link in _links(mail))])


def _time(mail: EmailMessage) -> str:
    """In the time zone of this machine."""
    with suppress(TypeError, ValueError):
        return f"{parsedate_to_datetime(str(mail['Date'])).astimezone():%Y-%m-%d %H:%M:%S %Z}"
    return ""


def _links(mail: EmailMessage) -> list[str]:
    body = mail.get_body(("plain",))
    return list(dict.fromkeys(LINK.findall(body.get_content()))) if body is not None else []


def _summary(folder: Path, there: int, shown: int) -> str:
    if not there:
        return f"There is no mail in {folder} yet. A mail arrives a second after its cause."
    if shown < there:
        return f"These are the last {shown} of {there} mails in {folder}."
    return f"These are all mails in {folder}: {there}."
