"""One item never blocks the others, in any loop over a list of work.

Each method on a clock has a proof here, or a reason why it needs none; a method without either
fails, and so does a loop that does its work outside of ``for_each``.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from sqlalchemy import insert, inspect, update

from chassis import file_storage
from chassis.database.database import Database
from chassis.ids import new_id
from chassis.maintenance import pruning
from chassis.messaging import erasure
from chassis.scheduling import for_each as rounds
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.sealing import Seal, new_key
from chassis.times import utc_now
from contracts.booking.consultations import ConsultationStatus
from contracts.profiles.right_to_practise import Standing
from firststep.platform import SERVICES
from services.booking.availability import service as availability
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.external_calendars import queries as external_queries
from services.booking.external_calendars import service as external
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.holds import service as holds
from services.booking.holds.holds import Hold
from services.booking.invariants import checking
from services.booking.meeting_links import MeetingLinks
from services.booking.meetings import Meetings
from services.booking.notes import Notes
from services.booking.waitlist import service as waitlist
from services.content.articles import Article
from services.notifications.mails import postbox
from services.notifications.mails.mails import Mail
from services.notifications.mails.postbox import Postbox
from services.profiles.discovery import directory
from services.profiles.privacy.erasures import Erasure
from services.profiles.seals import Seals
from services.profiles.second_factors.second_factors import SecondFactor
from services.profiles.specialists import photos
from services.profiles.specialists.specialists import Specialist
from tests.booking.builders import a_calendar
from tests.booking.external_site import WHAT_IS_DUE, sealed_addresses
from tests.content.builders import an_article
from tests.contracts.faults import written
from tests.contracts.loops import BareLoop, bare_loops, clocks_of, has_loops
from tests.notifications.builders import SENDER, a_mail
from tests.profiles.builders import a_specialist, a_written_specialist
from tests.support.databases import Databases, connected_database
from tests.support.ids import an_id_made_at
from tests.support.tokens import SEAL_KEYS

ROOT = Path(__file__).parents[2]
AN_HOUR, A_DAY, A_MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
DEADLINE_S = 1.0
ERASED_WITHIN_S = 5.0
"""An erasure looks through all messages, which takes a busy machine more than a moment."""
PROVEN: ContextVar[bool] = ContextVar("proven", default=False)
"""Set for the clock of a proof: the clocks of other tests' platforms call the same functions."""
ROTATED = f"{new_key()},{SEAL_KEYS}"

# What each clock works on


@dataclass
class Stage:
    """A service without its process."""

    service: Any
    store: Database
    files: file_storage.LocalFiles
    now: datetime = field(default_factory=utc_now)

    def add(self, *rows: Any) -> None:
        with self.store.transaction() as tx:
            tx.add_all(rows)


@dataclass(frozen=True)
class Proof:
    """Two items of work, and what is called for each: the first call will fail.

    ``again``: what failed is met again in the very next round.
    """

    plant: Callable[[Stage], object]
    collaborator: tuple[Any, str]
    again: bool = True


@dataclass(frozen=True)
class NoLoop:
    """It goes through nothing; ``why``: what it does instead."""

    why: str


def a_row(kind: Any, **given: Any) -> Any:
    """With its columns' defaults."""
    row = {}
    for column in inspect(kind).columns:
        default = column.default
        if default is not None:
            row[column.key] = default.arg(None) if default.is_callable else default.arg
    return kind(**row | given)


def two_of(make: Callable[[Stage], Any]) -> Callable[[Stage], None]:
    return lambda stage: stage.add(make(stage), make(stage))


def an_unknown_specialist(_: Stage) -> Specialist:
    """Whom the directory lacks."""
    return a_specialist(listed=True)


def an_untruly_featured_one(_: Stage) -> Specialist:
    specialist = a_written_specialist()
    specialist.featured = True
    return specialist


def one_without_a_licence(_: Stage) -> Specialist:
    specialist = a_specialist(listed=True)
    specialist.verified_until = None
    return specialist


def a_hanging_erasure(stage: Stage) -> Erasure:
    return Erasure.request(new_id(), stage.now - A_DAY)[0]


def a_consultation(stage: Stage, **given: Any) -> Consultation:
    starts_at = (stage.now - A_MONTH).replace(minute=0, second=0, microsecond=0)
    row: Consultation = a_row(
        Consultation,
        id=new_id(),
        client_id=new_id(),
        specialist_id=new_id(),
        starts_at=starts_at,
        ends_at=starts_at + AN_HOUR / 2,
        booked_at=starts_at - A_DAY,
        time_zone="UTC",
        status=ConsultationStatus.BOOKED,
        version=1,
        **given,
    )
    return row


def two_undecided(stage: Stage) -> None:
    """Consultations with people whose licence has expired."""
    for _ in range(2):
        row = a_consultation(stage, cancels_at=stage.now - AN_HOUR)
        row.starts_at, row.ends_at = stage.now + AN_HOUR, stage.now + 2 * AN_HOUR
        calendar = a_calendar(specialist_id=row.specialist_id)
        calendar.standing = Standing.LICENCE_EXPIRED
        stage.add(row, calendar)


def two_sealed_notes(stage: Stage) -> None:
    old = Seal(SEAL_KEYS, "consultation notes")
    stage.add(*(a_consultation(stage, sealed_note=old.close(b"note")) for _ in range(2)))
    stage.service.notes = Notes()
    stage.service.notes.use(ROTATED)


def two_sealed_meeting_links(stage: Stage) -> None:
    with stage.store.transaction() as tx:  # what others have planted opens under no key
        tx.execute(update(Calendar).values(sealed_meeting_link=None))
    old = Seal(SEAL_KEYS, "meeting links").close(b"https://video.example/ada")
    stage.add(*(a_calendar(sealed_meeting_link=old) for _ in range(2)))
    stage.service.links = MeetingLinks()
    stage.service.links.use(ROTATED)


def two_calendars_without_place(stage: Stage) -> None:
    stage.add(*(a_calendar(sealed_meeting_link=None) for _ in range(2)))
    stage.service.meetings = Meetings()
    stage.service.meetings.use("")


def two_sealed_secrets(stage: Stage) -> None:
    old = Seal(SEAL_KEYS, "second factors").close(b"secret")
    stage.add(*(SecondFactor.pending(new_id(), old) for _ in range(2)))
    stage.service.seals.use(ROTATED)


def an_external_calendar(stage: Stage) -> ExternalCalendar:
    address = stage.service.addresses.seal("https://calendar.example/")
    return ExternalCalendar.add(new_id(), address, "calendar.example", None, 0, stage.now - A_DAY)


def two_sealed_addresses(stage: Stage) -> None:
    stage.add(an_external_calendar(stage), an_external_calendar(stage))
    stage.service.addresses.use(ROTATED)


def two_external_calendars(stage: Stage) -> None:
    for _ in range(2):
        row = an_external_calendar(stage)
        stage.add(row, a_calendar(specialist_id=row.specialist_id))


def a_hold_that_ran_out(stage: Stage) -> Hold:
    return Hold.of(new_id(), new_id(), stage.now + A_DAY, stage.now - AN_HOUR)


def one_waited_for(stage: Stage) -> Calendar:
    calendar = a_calendar()
    calendar.offered_at = stage.now
    return calendar


def two_forgotten(stage: Stage) -> None:
    for _ in range(2):
        with stage.store.transaction() as tx:
            begun_at = stage.now - A_DAY
            tx.execute(
                insert(stage.store.table("forgotten")).values(id=new_id(), begun_at=begun_at)
            )


def two_orphans(stage: Stage) -> None:
    for _ in range(2):
        name = f"{photos.FOLDER}{new_id().hex}-{'0' * 16}-96.webp"
        stage.files.put(name, b"")
        long_ago = (stage.now - A_DAY).timestamp()
        os.utime(stage.files._root / name, (long_ago, long_ago))


def a_waiting_mail(stage: Stage) -> Mail:
    return a_mail("Hello", "Hello.", stage.now - AN_HOUR, "a@example.org")


def a_mail_of_long_ago(stage: Stage) -> Mail:
    mail = a_mail("Hello", "Hello.", stage.now - 2 * A_MONTH, "a@example.org")
    mail.id = an_id_made_at(stage.now - 2 * A_MONTH)
    return mail


def a_consultation_with_a_link(stage: Stage) -> Consultation:
    row = a_consultation(stage, meeting_link="https://meet.example/1")
    row.starts_at, row.ends_at = row.starts_at - A_MONTH, row.ends_at - A_MONTH
    return row


def a_scheduled_article(stage: Stage) -> Article:
    article = Article.write(an_article(), stage.now - A_DAY)
    article.schedule(stage.now - AN_HOUR, stage.now - A_DAY)
    return article


ERASURES = Proof(two_forgotten, (erasure, "_cleared"))
PRUNING = Proof(lambda _: None, (pruning, "_batch"))
"""Its items are the rules."""
CLOCKS: dict[tuple[str, str], Proof | NoLoop] = {
    ("profiles", "review_directory"): Proof(
        two_of(an_unknown_specialist), (directory, "update_entry")
    ),
    ("profiles", "reseal_secrets"): Proof(two_sealed_secrets, (Seal, "reencrypted")),
    ("profiles", "mend_featuring"): Proof(
        two_of(an_untruly_featured_one), (Specialist, "review_featuring")
    ),
    ("profiles", "rotate_signing_keys"): NoLoop("there is one key that signs"),
    ("profiles", "forget_sessions"): NoLoop("one transaction deletes what is too old"),
    ("profiles", "forget_what_is_over"): NoLoop("two statements drop what is over"),
    ("profiles", "forget_expired"): NoLoop("one statement ends what expired"),
    ("profiles", "finish_erasures"): ERASURES,
    ("profiles", "prune"): PRUNING,
    ("profiles", "look_for_hanging_erasures"): Proof(
        two_of(a_hanging_erasure), (Erasure, "unanswered")
    ),
    ("profiles", "sweep_files"): Proof(two_orphans, (file_storage.LocalFiles, "delete")),
    ("profiles", "review_licences"): Proof(
        two_of(one_without_a_licence), (Specialist, "apply_licence")
    ),
    ("booking", "close_consultations"): Proof(two_of(a_consultation), (Consultation, "close")),
    ("booking", "cancel_undecided_consultations"): Proof(
        two_undecided, (Consultation, "is_undecided")
    ),
    ("booking", "reseal_notes"): Proof(two_sealed_notes, (Seal, "reencrypted")),
    ("booking", "look_for_broken_invariants"): Proof(
        two_of(lambda _: a_calendar()), (checking, "of_calendar")
    ),
    ("booking", "offer_what_is_free"): Proof(two_of(one_waited_for), (waitlist, "offer_anew")),
    ("booking", "end_holds"): Proof(two_of(a_hold_that_ran_out), (holds, "offer_anew")),
    ("booking", "finish_erasures"): ERASURES,
    ("booking", "prune"): PRUNING,
    ("booking", "forget_content"): Proof(
        two_of(a_consultation_with_a_link), (Consultation, "forget_content")
    ),
    ("booking", "read_external_calendars"): Proof(two_external_calendars, (external, "read")),
    ("booking", "reseal_addresses"): Proof(two_sealed_addresses, (Seal, "reencrypted")),
    ("booking", "review_calendars"): Proof(
        two_of(lambda _: a_calendar()), (availability, "announce_next_slots")
    ),
    ("booking", "close_calendars_without_place"): Proof(
        two_calendars_without_place, (Calendar, "stop_without_place")
    ),
    ("booking", "reseal_meeting_links"): Proof(two_sealed_meeting_links, (Seal, "reencrypted")),
    ("notifications", "send_mail"): Proof(
        two_of(a_waiting_mail), (postbox.MailFolder, "send"), again=False
    ),
    ("notifications", "look_for_waiting_mail"): NoLoop("it counts"),
    ("notifications", "finish_erasures"): ERASURES,
    ("notifications", "prune"): PRUNING,
    ("notifications", "forget_mails"): Proof(two_of(a_mail_of_long_ago), (Postbox, "forget")),
    ("content", "finish_erasures"): ERASURES,
    ("content", "publish_scheduled_articles"): Proof(
        two_of(a_scheduled_article), (Article, "publish_if_due")
    ),
}
PROOFS = {clock: proof for clock, proof in CLOCKS.items() if isinstance(proof, Proof)}
NO_LOOPS = [clock for clock, proof in CLOCKS.items() if isinstance(proof, NoLoop)]

# What the loops of the chassis are proven by

CHASSIS = {
    "every": ["test_a_tick_that_ends_in_a_timeout_does_not_stop_the_clock"],
    "consumer": ["test_a_message_whose_provider_fails_keeps_no_other_waiting"],
    "retention": ["test_a_table_that_can_not_be_cleared_keeps_no_other"],
    "outbox_relay": ["test_an_event_that_can_not_be_published_keeps_no_other_waiting"],
    "retries": ["test_one_that_can_not_be_brought_back_keeps_no_other_waiting"],
}


def chassis_loops() -> set[str]:
    """The modules that run one, and the one that consumes."""
    sources = {path.stem: ast.parse(path.read_text()) for path in (ROOT / "chassis").rglob("*.py")}
    runs_one = {
        module
        for module, source in sources.items()
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Loop"
    }
    return runs_one | {"consumer"}


READS = {
    "services.profiles.orphaned_files.delete_orphans": "reads in batches which files are mentioned",
    "services.profiles.orphaned_files._mentioned": "reads them, column by column",
    "chassis.maintenance.pruning._apply": "goes on with one rule, batch by batch",
    "chassis.maintenance.reencryption._under_older_keys": "reads in batches what is sealed",
}
"""Loops outside of ``for_each``, and why: they only find out what is to be done."""


def test_every_clock_has_its_proof_and_no_proof_is_left_over() -> None:
    clocks = {(name, each) for name, service in SERVICES.items() for each in clocks_of(service)}
    assert clocks == CLOCKS.keys()


def test_every_loop_of_the_chassis_has_its_proof() -> None:
    assert chassis_loops() == CHASSIS.keys()
    assert {each for tests in CHASSIS.values() for each in tests} <= written()


@pytest.mark.parametrize("clock", CLOCKS, ids=".".join)
def test_no_clock_does_its_work_in_a_bare_loop(clock: tuple[str, str]) -> None:
    service, method = clock
    found = {each for each in bare_loops(SERVICES[service], method) if each.function not in READS}
    assert found == set()


@pytest.mark.parametrize("clock", NO_LOOPS, ids=".".join)
def test_a_clock_that_claims_to_have_no_loop_has_none(clock: tuple[str, str]) -> None:
    service, method = clock
    assert not has_loops(SERVICES[service], method)


# The search itself


def helped(items: list[int], do: Callable[[int], object]) -> None:
    for each in items:
        do(each)


class Planted:
    """What must be found, and what may be."""

    items = (1, 2)

    def work(self, item: int) -> object: ...

    @every(minutes=1)
    def a_loop(self) -> None:
        for each in self.items:
            self.work(each)

    @every(minutes=1)
    def a_while(self) -> None:
        left = list(self.items)
        while left:
            self.work(left.pop())

    @every(minutes=1)
    def a_comprehension(self) -> None:
        _ = [self.work(each) for each in self.items]

    @every(minutes=1)
    def a_map(self) -> None:
        list(map(self.work, self.items))

    @every(minutes=1)
    def a_loop_elsewhere(self) -> None:
        self._through()

    def _through(self) -> None:
        helped(list(self.items), self.work)

    @every(minutes=1)
    def a_loop_that_guards_itself(self) -> None:
        for each in self.items:
            try:
                self.work(each)
            except ValueError:
                continue

    @every(minutes=1)
    def isolated(self) -> None:
        found = [str(each) for each in self.items]
        for_each(found, lambda each: helped([int(each)], self.work))


def test_a_clock_that_nobody_proved_would_be_noticed() -> None:
    assert set(clocks_of(Planted)) == {*BARE, "isolated"}


BARE = {
    "a_loop": "work",
    "a_while": "work",
    "a_comprehension": "work",
    "a_map": "work",
    "a_loop_elsewhere": "do",
    "a_loop_that_guards_itself": "work",
}


@pytest.mark.parametrize("method", BARE)
def test_a_bare_loop_would_be_noticed(method: str) -> None:
    assert BARE[method] in [each.calls for each in bare_loops(Planted, method)]
    assert has_loops(Planted, method) or method == "a_map"


def test_a_loop_that_isolates_its_items_is_none() -> None:
    assert bare_loops(Planted, "isolated") == []
    assert has_loops(Planted, "isolated")
    assert BareLoop("a", "b") == ("a", "b")


# The proofs


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database(request: pytest.FixtureRequest) -> str:
    """One of each kind; each proof brings items of its own."""
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    return databases.fresh()


@pytest.fixture
def stage(shared_database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    name, _ = request.getfixturevalue("clock")
    service: Any = SERVICES[name]()
    service.store = connected_database(shared_database, name)
    service.files = file_storage.LocalFiles(tmp_path / "files")
    service.seals, service.addresses, service.schemes = Seals(), sealed_addresses(), ("https",)
    service.seals.use(SEAL_KEYS)
    service.postbox, service.sender = Postbox(), SENDER
    service.postbox.address = str(tmp_path / "mail")
    yield Stage(service, service.store, service.files)
    service.store.dispose()


def raises(error: BaseException) -> Callable[[GreenEvent], None]:
    def fail(_: GreenEvent) -> None:
        raise error

    return fail


def tick(service: Any, method: str) -> None:
    """One round of the clock."""

    def run() -> None:
        PROVEN.set(True)
        getattr(service, method)()

    copy_context().run(run)


FAILURES: dict[str, Callable[[GreenEvent], object]] = {
    "an error": raises(RuntimeError("a NUL \x00 and half a pair \ud800")),
    "no memory": raises(MemoryError()),
    "a timeout": raises(eventlet.Timeout(None)),
    "it hangs": GreenEvent.wait,
}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("clock", PROOFS, ids=".".join)
def test_what_befalls_one_item_keeps_the_next_from_nothing(
    clock: tuple[str, str],
    fail: Callable[[GreenEvent], object],
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof, method = PROOFS[clock], clock[1]
    owner, name = proof.collaborator
    monkeypatch.setattr(rounds, "ITEM_DEADLINE_S", DEADLINE_S)
    monkeypatch.setattr(erasure, "ERASED_WITHIN_S", ERASED_WITHIN_S)
    monkeypatch.setattr(external_queries, "due", WHAT_IS_DUE)
    monkeypatch.setattr(external, "read", lambda *_: None)
    proof.plant(stage)
    original, over = getattr(owner, name), GreenEvent()
    begun, done = [], []

    def collaborate(*arguments: Any, **named: Any) -> Any:
        if not PROVEN.get():
            return original(*arguments, **named)
        begun.append(arguments)
        if len(begun) == 1:
            fail(over)
        answer = original(*arguments, **named)
        done.append(arguments)
        return answer

    monkeypatch.setattr(owner, name, collaborate)
    tick(stage.service, method)
    assert done, "the second item was not done in the same round"

    done.clear()
    tick(stage.service, method)
    assert bool(done) == proof.again, "the first item was not tried again"
    over.send(None)
