"""``firststep events``: list, replay and discard parked events; show what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from chassis import json
from chassis.messaging.redrive import Redrive, Selection
from chassis.messaging.retention import WAITS_TOO_LONG
from chassis.settings import BadSettings, read_settings
from chassis.times import utc_now
from firststep import platform
from firststep.commands import replay
from firststep.operators import operator
from firststep.output import AsJson, print_rows
from firststep.queue_depths import queue_depths
from services.notifications.mails.queries import MailBacklog, mail_backlog
from services.notifications.service import NotificationsService

EXIT_NOTHING_FOUND = 1
EXIT_TOO_OLD = 1
PARKED_TOO_LONG = (
    "Events have been parked for over 30 days in: {services}. They may contain personal data. List "
    "them with `firststep events parked`, then replay or discard them."
)
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

app = typer.Typer(
    help="List, replay and discard events that no handler could handle.", no_args_is_help=True
)

EventId = Annotated[UUID | None, typer.Argument(help="The id of a parked event.")]
Target = Annotated[
    str | None, typer.Argument(help="The id of a parked event, or a type of public events.")
]
Onto = Annotated[str | None, typer.Option(help="The queue to publish past events on.")]
Handler = Annotated[str | None, typer.Option(help="Only events of this handler.")]
Error = Annotated[str | None, typer.Option(help="Only events whose error contains this text.")]
Since = Annotated[
    datetime | None, typer.Option(formats=TIMES, help="Only events since this time (UTC).")
]
Until = Annotated[
    datetime | None, typer.Option(formats=TIMES, help="Only events before this time (UTC).")
]
All = Annotated[bool, typer.Option("--all", help="All parked events, if nothing else selects.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="List the selected events and change nothing.")
]


@app.command()
def parked(
    event_id: EventId = None,
    handler: Handler = None,
    error: Error = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """List parked events: malformed ones, and those whose handler failed at every attempt."""
    _show_parked(_selection(event_id, handler, error, since, until), as_json)


def _redrives(done: str, action: Callable[[Redrive, Selection], int]) -> Callable[..., None]:
    """A command that does this to the selected parked events, or only lists them."""

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
        selection = _require_selection(_selection(event_id, handler, error, since, until), every)
        if dry_run:
            _show_parked(selection, as_json)
        else:
            _report(
                done,
                sum(action(redrive, selection) for _, redrive in _services()),
                as_json,
            )

    return command


app.command("discard", help="Discard parked events for good.")(
    _redrives("discarded", Redrive.discard)
)


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
    """Replay parked events, or publish past events of one type again.

    It may be repeated: consumers drop an event that they have handled, by its id.

    `firststep events replay 01a1fc65-54c4-7383-9f53-9411e8d4f227`

    `firststep events replay SpecialistFeatured --since 2026-03-01 --onto marketing`
    """
    event_id = _id_in(target)
    if target is None or event_id is not None:
        if onto is not None:
            raise BadSettings(
                f"--onto needs a type of events: {', '.join(replay.replayable_types())}"
            )
        replay_parked = _redrives("replayed", Redrive.replay)
        replay_parked(event_id, handler, error, since, until, every, dry_run, as_json)
        return
    past = _past(target, handler, error, since, until, every)
    if onto is None:
        raise BadSettings(f"{target}: name a queue with --onto")
    found = replay.preview(read_settings(), past) if dry_run else []
    if dry_run:
        print_rows(
            found, ("event_id", "type", "subject", "time"), as_json, "There are no such events."
        )
    else:
        _report("published", replay.publish(read_settings(), past, onto, operator()), as_json)


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
    """Raises ``BadSettings`` where these arguments don't go together."""
    kept = replay.replayable_types()
    if event_type not in kept:
        raise BadSettings(
            f"{event_type!r} is neither an event's id nor a type of events that can be published "
            f"again; those are {', '.join(kept)}"
        )
    if handler is not None or error is not None or every:
        raise BadSettings(
            f"{event_type}: --handler, --error and --all select parked events; select past ones "
            "by --since and --until"
        )
    if since is None:
        raise BadSettings(f"{event_type}: give a time with --since")
    if until is not None and until <= since:
        raise BadSettings("--until must be later than --since")
    return replay.PastEvents(event_type, since.replace(tzinfo=UTC), _utc(until))


@app.command()
def record(as_json: AsJson = False) -> None:
    """List which operator replayed or discarded which event."""
    rows = [
        {"service": service, **{str(name): value for name, value in row._mapping.items()}}
        for service, redrive in _services()
        for row in redrive.history()
    ]
    print_rows(
        sorted(rows, key=lambda row: row["at"]),
        ("at", "by", "action", "service", "handler", "event_id"),
        as_json,
        "No event was replayed or discarded yet.",
    )


@app.command()
def lag(
    over: Annotated[float, typer.Option(help="Seconds that anything may wait.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Show how much waits in outboxes, inboxes and queues, and how much mail, for how long.

    Exits with 1 when anything waits for longer than `--over` allows.
    """
    now = utc_now()
    depths = queue_depths(read_settings())
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
    too_long = [row["service"] for row in rows if _parked_too_long(row["oldest_parked"])]
    if too_long:
        typer.echo(PARKED_TOO_LONG.format(services=", ".join(too_long)), err=True)
    ages = [row[age] for row in rows for age in ("oldest_unsent", "oldest_waiting", "oldest_mail")]
    if any(age is not None and age > over for age in ages):
        raise typer.Exit(EXIT_TOO_OLD)


def _parked_too_long(oldest_parked: float | None) -> bool:
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


def _require_selection(selection: Selection, every: bool) -> Selection:
    """Refuse a selection of everything that was not asked for with ``--all``."""
    if selection == Selection() and not every:
        raise BadSettings("select events by an id, --handler, --error, --since, --until or --all")
    return selection


def _services() -> Iterator[tuple[str, Redrive]]:
    settings = read_settings()
    for name in platform.SERVICES:
        with platform.database_of(name, settings) as database:
            yield name, Redrive(database, operator())


def _mail_backlog(now: datetime) -> MailBacklog:
    with (
        platform.database_of(NotificationsService.name, read_settings()) as database,
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
    print_rows(rows, columns, as_json, "No events are parked.")


def _report(what: str, count: int, as_json: bool) -> None:
    typer.echo(json.dumps({what: count}).decode() if as_json else f"{count} {what}")
    if count == 0:
        raise typer.Exit(EXIT_NOTHING_FOUND)
