"""Specialists with wide hours, and clients who book one slot each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

from joserfc.jwk import OKPKey

from benchmarks.load import Request
from chassis.context import Caller
from chassis.database.database import Database
from contracts.profiles.accounts import Role
from services.booking.availability.opening_hours import SLOT
from services.profiles.sessions.tokens import access_token
from tests.support.tokens import key_of

SPECIALISTS = 200
MOST_PER_SECOND = 1000
"""For how many bookings a second there are requests; beyond, they repeat and are refused."""
ISSUED_BEFORE = timedelta(seconds=10)
"""The peer's library compares whole seconds, and refuses a token of the present one."""
PATH = "/api/v1/consultations"


@dataclass
class Population:
    """Each client books once: more than three open consultations would be refused. The first
    slot of every specialist stays free, so that no booking changes when one is next bookable."""

    specialists: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(SPECIALISTS)])
    grid_minutes: int = 30
    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519"))
    most_per_second: int = MOST_PER_SECOND
    _slots_given: int = 0

    def __post_init__(self) -> None:
        self.key.ensure_kid()
        today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
        self.first_slot = today + timedelta(days=2)

    def use_key_of(self, profiles: Database) -> None:
        """Let tokens be signed as this platform signs them."""
        self.key = key_of(profiles)

    def public_keys(self) -> str:
        """A JWK set, as JSON."""
        return json.dumps({"keys": [self.key.as_dict(private=False)]})

    def bookings(self, seconds: float) -> Iterator[Request]:
        """Enough for so many seconds; none that was given before."""
        for _ in range(-(-int(self.most_per_second * seconds) // len(self.specialists))):
            starts_at = (self.first_slot + self._slots_given * SLOT).isoformat()
            self._slots_given += 1
            for specialist in self.specialists:
                body = {"specialist_id": str(specialist), "starts_at": starts_at}
                yield Request("POST", PATH, self._token_of(uuid4()), json.dumps(body))

    def booking(self, specialist: UUID, starts_at: datetime) -> Request:
        """The request of a new client."""
        body = {"specialist_id": str(specialist), "starts_at": starts_at.isoformat()}
        return Request("POST", PATH, self._token_of(uuid4()), json.dumps(body))

    def reads(self, booked: Iterable[tuple[UUID, UUID]]) -> Iterator[Request]:
        """Clients look at their consultations; ``booked``: ids of these and of those."""
        for consultation, client in booked:
            yield Request("GET", f"{PATH}/{consultation}", self._token_of(client))

    def _token_of(self, client: UUID) -> str:
        caller = Caller(client, frozenset({Role.CLIENT}), verified=True)
        return access_token(self.key, caller, datetime.now(UTC) - ISSUED_BEFORE)
