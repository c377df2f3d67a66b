"""The ``firststep`` command. Each subcommand imports what it alone needs: a process that serves
bears no other command's libraries."""

import chassis.concurrency.green  # noqa: F401, I001  # first: what is imported later finds itself green

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from chassis import config, sealing
from chassis.runtime import logs
from chassis.broker.publishing import BrokerAway
from chassis.config import BadSettings, Settings
from chassis.errors import DomainError
from chassis.runtime.logs import escaped
from chassis.masking import masked
from firststep import accounts, audit, events, featuring, platform
from firststep import settings as settings_command
from firststep.platform import UnknownService

EXIT_FAILED, EXIT_MISUSED = 1, 2
OWN_FILES_ALONE = 0o077

app = typer.Typer(
    help="The platform behind a marketplace of free first consultations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(events.app, name="events")
app.add_typer(accounts.app, name="accounts")
app.add_typer(featuring.app, name="featuring")
app.command()(audit.audit)
app.command()(settings_command.settings)
errors = Console(stderr=True)

Services = Annotated[list[str] | None, typer.Argument(help="Default: all.")]

NumberOfWorkers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="So many processes share the address; SIGHUP replaces them one after another.",
    ),
]

TRY_NEXT = """
[bold]Firststep is running[/] on {url}

  {url}/docs                     the API, in a browser
  curl {url}/api/v1/featured     who can be booked now
  {command} demo
                                 a tour of the main job, in another terminal
  {command} listen SpecialistFeatured
                                 what marketing hears

Ctrl-C stops it.
"""


def configured(quiet: bool = False) -> Settings:
    """Read the settings and configure the logs; ``quiet`` where a command prints its progress."""
    found = config.read()
    logs.configure(found.log, "warning" if quiet else found.log_level)
    return found


def prepared(found: Settings) -> Settings:
    """Settings with which the platform can be served."""
    if not found.embedded:
        return found
    from firststep import embedded

    return embedded.set_up(found)


@app.command()
def serve(services: Services = None, workers: NumberOfWorkers = None) -> None:
    """Run services: profiles, booking, notifications, content, gateway."""
    found = configured()
    if workers is not None:
        raise typer.Exit(platform.workers_for(services or [], found, workers).run())
    chosen = prepared(found)
    process = platform.process_for(services or [], chosen)

    def tell() -> None:
        if chosen.embedded:
            command = os.path.relpath(sys.argv[0])
            text = TRY_NEXT.format(url=f"http://{chosen.http}", command=command)
            Console().print(text, highlight=False, soft_wrap=True)

    raise typer.Exit(process.run(tell))


@app.command()
def migrate(services: Services = None) -> None:
    """Bring the databases to the newest version."""
    from firststep import embedded
    from firststep.migrate import migrate_all

    found = configured()
    if found.embedded:
        embedded.make_private(found.data)
    for name in migrate_all(found, services or []):
        typer.echo(f"{name}: up to date")


@app.command()
def seed() -> None:
    """Fill an empty platform with demo data."""
    from firststep import seed as seeding

    seeding.run(prepared(configured(quiet=True)))


@app.command()
def demo(
    url: Annotated[str, typer.Option(help="The gateway. Default: FIRSTSTEP_HTTP.")] = "",
) -> None:
    """Play the main job against a running gateway, and show each step with its events."""
    from firststep import demo as tour

    found = configured(quiet=True)
    raise typer.Exit(tour.run(url or f"http://{found.http}", found))


@app.command()
def listen(
    types: Annotated[list[str], typer.Argument(help="Public events, such as SpecialistFeatured.")],
) -> None:
    """Print public events as they arrive, one CloudEvents JSON object a line."""
    from firststep import listen as listening

    listening.run(configured(), types)


@app.command("seal-key")
def seal_key() -> None:
    """Make a key for FIRSTSTEP_SEAL_KEYS."""
    typer.echo(sealing.new_key())


def main() -> None:
    os.umask(OWN_FILES_ALONE)  # of what a library makes, too
    _exit_on_misuse(app)


def _exit_on_misuse(command: Callable[[], None]) -> None:
    try:
        command()
    except (BadSettings, UnknownService) as error:
        _complain(error)
        raise SystemExit(EXIT_MISUSED) from None
    except (BrokerAway, DomainError) as error:
        _complain(error)
        raise SystemExit(EXIT_FAILED) from None


def _complain(error: Exception) -> None:
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
