"""``firststep events``: what waits, what needs a person, and what that person can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from chassis import config, json
from chassis.config import BadSettings
from chassis.messaging.redrive import Redrive, Selection
from chassis.messaging.retention import WAITS_TOO_LONG
from chassis.times import utc_now
from firststep import platform, replay
from firststep.operators import operator
from firststep.output import AsJson, print_rows
from firststep.queue_depths import queue_depths
from services.notifications.mails.queries import MailBacklog, mail_backlog
from services.notifications.service import NotificationsService

EXIT_NOTHING_FOUND = 1
EXIT_TOO_OLD = 1
FORSAKEN = (
    "Events have been parked for over 30 days in: {services}. They may bear people's data: see "
    "them with `firststep events parked`, then replay or discard them."
)
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

app = typer.Typer(help="See and mend events that did not take effect.", no_args_is_help=True)

EventId = Annotated[UUID | None, typer.Argument(help="An event's id, as 'parked' lists it.")]
Target = Annotated[
    str | None, typer.Argument(help="An event's id, as 'parked' lists it; or a type of events.")
]
Onto = Annotated[str | None, typer.Option(help="The queue that gets the past events of the type.")]
Handler = Annotated[str | None, typer.Option(help="Only at this handler.")]
Error = Annotated[str | None, typer.Option(help="Only with this in the error's text.")]
Since = Annotated[
    datetime | None, typer.Option(formats=TIMES, help="Only received at this time (UTC) or later.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=TIMES, help="Only received before this time (UTC).")
]
All = Annotated[
    bool, typer.Option("--all", help="All that are parked, where nothing else is said.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what it would concern.")]


@app.command()
def parked(
    event_id: EventId = None,
    handler: Handler = None,
    error: Error = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """List events that were given up: malformed ones, and those that failed every time."""
    _show_parked(_selection(event_id, handler, error, since, until), as_json)


def _mends(done: str, mend: Callable[[Redrive, Selection], int]) -> Callable[..., None]:
    """A command that does this to the selected events, or only lists them."""

    def command(
        event_id: EventId = None,
        handler: Handler = None,
        error: Error = None,
        since: Since = None,
        until: Until = None,
        every: All = False,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        selection = _meant(_selection(event_id, handler, error, since, until), every)
        if dry_run:
            _show_parked(selection, as_json)
        else:
            _report(done, sum(mend(redrive, selection) for _, redrive in _services()), as_json)

    return command


app.command("discard", help="Give parked events up for good.")(_mends("discarded", Redrive.discard))


@app.command("replay")
def replay_events(
    target: Target = None,
    handler: Handler = None,
    error: Error = None,
    since: Since = None,
    until: Until = None,
    every: All = False,
    onto: Onto = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let parked events take effect after all; or publish past events of one type once more.

    Doing so again changes nothing: whoever took an event before knows it by its id.

    firststep events replay 01a1fc65-54c4-7383-9f53-9411e8d4f227

    firststep events replay SpecialistFeatured --since 2026-03-01 --onto marketing
    """
    event_id = _id_in(target)
    if target is None or event_id is not None:
        if onto is not None:
            raise BadSettings(
                f"--onto takes past events of one type: {', '.join(replay.replayable_types())}"
            )
        let_take_effect = _mends("replayed", Redrive.replay)
        let_take_effect(event_id, handler, error, since, until, every, dry_run, as_json)
        return
    past = _past(target, handler, error, since, until, every)
    if onto is None:
        raise BadSettings(f"{target}: say --onto which queue")
    found = replay.preview(config.read(), past) if dry_run else []
    if dry_run:
        print_rows(found, ("event_id", "type", "subject", "time"), as_json, "Nothing to publish.")
    else:
        _report("published", replay.publish(config.read(), past, onto, operator()), as_json)


def _id_in(target: str | None) -> UUID | None:
    try:
        return None if target is None else UUID(target)
    except ValueError:
        return None


def _past(
    event_type: str,
    handler: str | None,
    error: str | None,
    since: datetime | None,
    until: datetime | None,
    every: bool,
) -> replay.PastEvents:
    """Raises ``BadSettings`` where these words don't go together."""
    kept = replay.replayable_types()
    if event_type not in kept:
        raise BadSettings(
            f"{event_type!r} is neither an event's id nor an event that is kept to be published "
            f"again; those are {', '.join(kept)}"
        )
    if handler is not None or error is not None or every:
        raise BadSettings(
            f"{event_type}: --handler, --error and --all are about parked events; "
            "past ones are selected by --since and --until"
        )
    if since is None:
        raise BadSettings(f"{event_type}: say --since when")
    if until is not None and until <= since:
        raise BadSettings("--until must be later than --since")
    return replay.PastEvents(event_type, since.replace(tzinfo=UTC), _utc(until))


@app.command()
def record(as_json: AsJson = False) -> None:
    """List who replayed or discarded what."""
    rows = [
        {"service": service, **{str(name): value for name, value in row._mapping.items()}}
        for service, redrive in _services()
        for row in redrive.history()
    ]
    print_rows(
        sorted(rows, key=lambda row: row["at"]),
        ("at", "by", "action", "service", "handler", "event_id"),
        as_json,
        "Nothing was mended yet.",
    )


@app.command()
def lag(
    over: Annotated[float, typer.Option(help="Seconds that something may wait.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Show what waits: in outboxes, inboxes and queues, and mail. Exits with 1 when it waits too
    long."""
    now = utc_now()
    depths = queue_depths(config.read())
    mail = _mail_backlog(now)._asdict()
    rows = [
        {
            "service": service,
            **asdict(redrive.backlog(now)),
            "queued": depths.get(service),
            **{
                name: value if service == NotificationsService.name else None
                for name, value in mail.items()
            },
        }
        for service, redrive in _services()
    ]
    columns = (
        "service",
        "unsent",
        "oldest_unsent",
        "waiting",
        "oldest_waiting",
        "parked",
        "oldest_parked",
        "queued",
        *mail,
    )
    print_rows(rows, columns, as_json, "")
    forsaken = [row["service"] for row in rows if _is_forsaken(row["oldest_parked"])]
    if forsaken:
        typer.echo(FORSAKEN.format(services=", ".join(forsaken)), err=True)
    ages = [row[age] for row in rows for age in ("oldest_unsent", "oldest_waiting", "oldest_mail")]
    if any(age is not None and age > over for age in ages):
        raise typer.Exit(EXIT_TOO_OLD)


def _is_forsaken(oldest_parked: float | None) -> bool:
    return oldest_parked is not None and oldest_parked > WAITS_TOO_LONG.total_seconds()


def _selection(
    event_id: UUID | None,
    handler: str | None,
    error: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Selection:
    return Selection(event_id, handler, error, _utc(since), _utc(until))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _meant(selection: Selection, every: bool) -> Selection:
    """Nobody mends everything by leaving something out."""
    if selection == Selection() and not every:
        raise BadSettings("say which events: an id, --handler, --error, --since, --until or --all")
    return selection


def _services() -> Iterator[tuple[str, Redrive]]:
    settings = config.read()
    for name in platform.SERVICES:
        with platform.database_of(name, settings) as database:
            yield name, Redrive(database, operator())


def _mail_backlog(now: datetime) -> MailBacklog:
    with (
        platform.database_of(NotificationsService.name, config.read()) as database,
        database.reading() as session,
    ):
        return mail_backlog(session, now)


def _show_parked(selection: Selection, as_json: bool) -> None:
    rows = [
        {
            "service": service,
            "event_id": row.event_id,
            "type": row.type,
            "handler": row.handler,
            "attempts": row.attempts,
            "received_at": row.received_at,
            "error": row.error,
            "body": bytes(row.body).decode(errors="backslashreplace"),
        }
        for service, redrive in _services()
        for row in redrive.dead_letters(selection)
    ]
    columns = ("service", "event_id", "type", "handler", "attempts", "received_at", "error")
    print_rows(rows, columns, as_json, "Nothing is parked.")


def _report(what: str, count: int, as_json: bool) -> None:
    typer.echo(json.dumps({what: count}).decode() if as_json else f"{count} {what}")
    if count == 0:
        raise typer.Exit(EXIT_NOTHING_FOUND)
