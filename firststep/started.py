"""What ``firststep serve`` prints once the embedded platform runs: where to go, and as whom."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from chassis.settings import Settings
from contracts.profiles.accounts import Role
from firststep import platform
from firststep.commands.demo_people import ADMIN, CLIENT, EDITOR, PASSWORD, SPECIALISTS, DemoPerson
from services.profiles.accounts.queries import account_with

TEXT = """
[bold]{name} is running on {url}[/]

{lines}
[bold]API[/]    {url}/docs
       {command} demo
         plays the main job step by step, in another terminal
       {command} listen SpecialistFeatured
         shows the events that marketing gets

Ctrl-C stops it.
"""
MAILS = """[bold]Mails[/]  go into the folder {folder}
       {command} mails
         shows the last ones, with the links in them
"""
MAIL_SERVER = """[bold]Mails[/]  go to your mail server (FIRSTSTEP_MAIL)
"""
DEMO = """[bold]Demo[/]   accounts, all with the password: {password}
{accounts}
"""
WHO = {
    Role.CLIENT: "a client",
    Role.SPECIALIST: "a specialist",
    Role.EDITOR: "an editor",
    Role.ADMIN: "an admin, once an authenticator app is set up",
}


def text_of(settings: Settings, command: str) -> str:
    """The text in rich's markup; ``command``: how this program was called."""
    lines = MAIL_SERVER if "://" in settings.mail else MAILS
    if _is_seeded(settings):
        accounts = "\n".join(_accounts())
        lines += f"\n{DEMO.format(password=PASSWORD, accounts=accounts)}"
    values = {"url": settings.url, "name": settings.site_name, "folder": settings.mail}
    escaped = {name: escape(value) for name, value in {**values, "command": command}.items()}
    return TEXT.format(lines=lines.format(**escaped), **escaped)


def _is_seeded(settings: Settings) -> bool:
    with platform.database_of("profiles", settings) as database, database.reading() as session:
        return account_with(session, CLIENT.email) is not None


def _accounts() -> Iterator[str]:
    people: tuple[DemoPerson, ...] = (CLIENT, SPECIALISTS[0].person, EDITOR, ADMIN)
    for each in people:
        yield f"       {each.email:<27} {WHO[each.role]}"
