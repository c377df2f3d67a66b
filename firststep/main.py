"""The ``firststep`` command. A subcommand imports its libraries when it runs, so that serving
processes do not load those of the others."""

import chassis.concurrency.green  # noqa: F401, I001  # first: it patches what is imported later

import os
import sys
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from chassis import sealing
from chassis.runtime import logs
from chassis.broker.publishing import BrokerAway
from chassis.settings import read_settings, BadSettings, Settings
from chassis.errors import DomainError
from chassis.runtime.logs import escaped
from chassis.masking import masked
from firststep import platform
from firststep.platform import UnknownService

EXIT_FAILED, EXIT_MISUSED = 1, 2
OWNER_ONLY = 0o077
"""The umask: files that libraries create can be read by their owner only."""

MARKUP: Any = "markdown"
"""Paragraphs of helps are wrapped to the terminal."""
ON_DEMAND = {
    "settings": "firststep.commands.settings:settings",
    "audit": "firststep.commands.audit:audit",
    "mails": "firststep.commands.mails:mails",
    "accounts": "firststep.commands.accounts:app",
    "events": "firststep.commands.events:app",
    "featuring": "firststep.commands.featuring:app",
}
"""Commands and groups of commands whose modules are imported when they are called."""


class CommandsOnDemand(TyperGroup):
    """The commands below, and those of ``ON_DEMAND``."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *ON_DEMAND]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in ON_DEMAND:
            return super().get_command(ctx, cmd_name)
        found, alone = resolve_name(ON_DEMAND[cmd_name]), typer.Typer(rich_markup_mode=MARKUP)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=cmd_name)
        else:
            alone.command(cmd_name)(found)
        return typer.main.get_group(alone).commands[cmd_name]


app = typer.Typer(
    cls=CommandsOnDemand,
    help="The platform behind a marketplace of free first consultations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
)
errors = Console(stderr=True)

Services = Annotated[list[str] | None, typer.Argument(help="Names of services. Default: all.")]

NumberOfWorkers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Run this many processes behind one address. SIGHUP replaces them one by one.",
    ),
]


def configured(quiet: bool = False) -> Settings:
    """Read the settings and configure the logs; ``quiet`` where a command prints its progress."""
    found = read_settings()
    logs.configure(found.log, "warning" if quiet else found.log_level)
    return found


def prepared(found: Settings) -> Settings:
    """Settings with which services can start; sets up the embedded platform."""
    if not found.embedded:
        return found
    from firststep import embedded

    return embedded.set_up(found)


@app.command()
def serve(services: Services = None, workers: NumberOfWorkers = None) -> None:
    """Run services until SIGINT or SIGTERM.

    The services are profiles, booking, notifications, content and gateway.
    """
    raise typer.Exit(_serve(services or [], workers))


def _serve(services: list[str], workers: int | None = None) -> int:
    """The exit code."""
    found = configured()
    if workers is not None:
        return platform.workers_for(services, found, workers).run()
    chosen = prepared(found)
    process = platform.process_for(services, chosen)

    def print_started() -> None:
        if chosen.embedded:
            from firststep import started

            text = started.text_of(chosen, os.path.relpath(sys.argv[0]))
            Console().print(text, highlight=False, soft_wrap=True)

    return process.run(print_started)


@app.command()
def migrate(services: Services = None) -> None:
    """Migrate the services' databases to the newest version."""
    from firststep import embedded
    from firststep.commands.migrate import migrate_all

    found = configured()
    if found.embedded:
        embedded.make_private(found.data)
    for name in migrate_all(found, services or []):
        typer.echo(f"{name}: up to date")


@app.command()
def seed() -> None:
    """Create demo data: specialists who can be booked, and articles. It may be repeated."""
    from firststep.commands import seed as seeding

    seeding.run(prepared(configured(quiet=True)))


@app.command()
def demo(
    url: Annotated[str, typer.Option(help="The gateway's URL. Default: FIRSTSTEP_HTTP.")] = "",
) -> None:
    """Play the main job against a running gateway, and print each step with its events."""
    from firststep.commands import demo as main_job

    found = configured(quiet=True)
    raise typer.Exit(main_job.run(url or f"http://{found.http}", found))


@app.command()
def listen(
    types: Annotated[
        list[str], typer.Argument(help="Types of public events, such as SpecialistFeatured.")
    ],
) -> None:
    """Print public events as they are published, one CloudEvents JSON object a line."""
    from firststep.commands import listen as listening

    listening.run(configured(), types)


@app.command("seal-key")
def seal_key() -> None:
    """Print a new key for FIRSTSTEP_SEAL_KEYS."""
    typer.echo(sealing.new_key())


def main() -> None:
    os.umask(OWNER_ONLY)
    command, *services = sys.argv[1:] or [""]
    if command == "serve" and not any(each.startswith("-") for each in services):
        # typer would load pydantic for it, 10 MiB of each process
        _exit_on_error(lambda: sys.exit(_serve(services)))
    _exit_on_error(app)


def _exit_on_error(command: Callable[[], None]) -> None:
    try:
        command()
    except (BadSettings, UnknownService) as error:
        _print_error(error)
        raise SystemExit(EXIT_MISUSED) from None
    except (BrokerAway, DomainError) as error:
        _print_error(error)
        raise SystemExit(EXIT_FAILED) from None


def _print_error(error: Exception) -> None:
    for line in masked(str(error)).split("\n"):
        errors.print(
            f"firststep: {escaped(line)}",
            style="red",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


if __name__ == "__main__":
    main()
