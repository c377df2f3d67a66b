"""What a load left in the databases; both sides name their tables and columns alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, column, create_engine, func, select, table, text

from benchmarks.load import Untrue

CONSULTATIONS = table(
    "consultations", column("id", Uuid()), column("client_id", Uuid()), column("booked_at")
)
NOTICES, MAILS = table("notices"), table("mails")
OUTBOX, INBOX, REPLIES = table("outbox", column("sent_at")), table("inbox"), table("replies")
COMMITTED_BOOKINGS = text(
    "SELECT id, pg_xact_commit_timestamp(xmin) FROM consultations WHERE booked_at >= :since"
)
COMMITTED_NOTICES = text(
    "SELECT about, max(pg_xact_commit_timestamp(xmin)) FROM notices"
    " WHERE created_at >= :since GROUP BY about"
)


@dataclass(frozen=True)
class Counts:
    consultations: int
    notices: int
    mails: int

    @property
    def settled(self) -> bool:
        """Whether both parties of every consultation have their notice and their mail."""
        return self.notices == self.mails == 2 * self.consultations


@dataclass(frozen=True)
class Guarantees:
    """Rows that guarantees leave: ``sent`` and ``unsent`` ones of the outbox, those of the inbox,
    and replies under an idempotency key."""

    sent: int
    unsent: int
    inbox: int
    replies: int

    def require_for(self, bookings: int) -> None:
        """Raises ``Untrue`` unless there is one of each for every booking, and none is unsent."""
        if self != Guarantees(bookings, 0, bookings, bookings):
            raise Untrue(f"{bookings} bookings left {self}")


class Effects:
    """``database`` is an address in which ``{service}`` stands for a service's name."""

    def __init__(self, database: str) -> None:
        self._booking = create_engine(database.format(service="booking"))
        self._notifications = create_engine(database.format(service="notifications"))

    def close(self) -> None:
        self._booking.dispose()
        self._notifications.dispose()

    def counts(self) -> Counts:
        count = func.count()
        with self._booking.connect() as booking, self._notifications.connect() as notifications:
            return Counts(
                booking.scalar(select(count).select_from(CONSULTATIONS)) or 0,
                notifications.scalar(select(count).select_from(NOTICES)) or 0,
                notifications.scalar(select(count).select_from(MAILS)) or 0,
            )

    def guarantees(self) -> Guarantees:
        """Counted in the tables of the peer with guarantees."""
        count, sent = func.count(), OUTBOX.c.sent_at.is_not(None)
        with self._booking.connect() as booking, self._notifications.connect() as notifications:
            return Guarantees(
                booking.scalar(select(count).select_from(OUTBOX).where(sent)) or 0,
                booking.scalar(select(count).select_from(OUTBOX).where(~sent)) or 0,
                notifications.scalar(select(count).select_from(INBOX)) or 0,
                booking.scalar(select(count).select_from(REPLIES)) or 0,
            )

    def backends(self) -> set[int]:
        """PostgreSQL's processes that serve this object."""
        if self._booking.dialect.name != "postgresql":
            return set()
        own = select(func.pg_backend_pid())
        with self._booking.connect() as booking, self._notifications.connect() as notifications:
            return {each.scalars(own).one() for each in (booking, notifications)}

    def booked(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Ids of consultations and of their clients."""
        query = select(CONSULTATIONS.c.id, CONSULTATIONS.c.client_id).limit(limit)
        with self._booking.connect() as booking:
            return [(each.id, each.client_id) for each in booking.execute(query)]

    def lags_ms(self, since: datetime) -> list[float]:
        """From a booking's commit to its notices' commit, by PostgreSQL's clock, for what was
        booked since then; in order of length."""
        given = {"since": since}
        with self._booking.connect() as booking, self._notifications.connect() as notifications:
            booked = {row[0]: row[1] for row in booking.execute(COMMITTED_BOOKINGS, given)}
            told = {row[0]: row[1] for row in notifications.execute(COMMITTED_NOTICES, given)}
        return sorted((told[id] - booked[id]).total_seconds() * 1000 for id in booked)
