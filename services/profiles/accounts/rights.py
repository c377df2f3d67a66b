"""The rights of an account: its roles, its suspension, and which access tokens are void."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.events import Event
from contracts.profiles.accounts import AccountRestored, AccountSuspended, Role, RolesChanged
from contracts.profiles.sessions import Suspended
from services.profiles.specialists.specialists import Specialist

NEED_SECOND_FACTOR = frozenset({Role.ADMIN})
"""Roles that take effect only in sessions with a second factor."""


class Rights:
    """The part of an ``Account`` that says what it may do."""

    if TYPE_CHECKING:
        id: Mapped[UUID]

        def next_version(self) -> int: ...

    roles: Mapped[list[str]]
    suspended_at: Mapped[datetime | None] = mapped_column(default=None)
    tokens_void_until: Mapped[datetime | None] = mapped_column(default=None)
    """Access tokens issued until then are void."""

    # Suspension

    def suspend(self, specialist: Specialist | None, now: datetime) -> list[Event]:
        """Suspend the account; idempotent. ``specialist``: the account's profile, if it has one."""
        if self.suspended_at is not None:
            return []
        self.suspended_at = now
        return [AccountSuspended(account_id=self.id), *self._apply_to(specialist, now)]

    def restore(self, specialist: Specialist | None, now: datetime) -> list[Event]:
        """Restore a suspended account; idempotent."""
        if self.suspended_at is None:
            return []
        self.suspended_at = None
        return [AccountRestored(account_id=self.id), *self._apply_to(specialist, now)]

    def require_not_suspended(self) -> None:
        if self.suspended_at is not None:
            raise Suspended

    def tokens_good_from(self, now: datetime) -> datetime:
        """The issue time of a token issued now: later than all void tokens, even where they were
        voided on a host whose clock is ahead."""
        if self.tokens_void_until is None:
            return now
        return max(now, self.tokens_void_until + timedelta(microseconds=1))

    # Roles

    def grant(self, role: Role, specialist: Specialist | None, now: datetime) -> list[Event]:
        """Grant a role; idempotent. ``specialist``: the account's profile, if it has one."""
        if role in self.roles:
            return []
        return self._have_roles([*self.roles, role], specialist, now)

    def revoke(self, role: Role, specialist: Specialist | None, now: datetime) -> list[Event]:
        """Revoke a role; idempotent."""
        if role not in self.roles:
            return []
        return self._have_roles([each for each in self.roles if each != role], specialist, now)

    def _have_roles(
        self, roles: list[str], specialist: Specialist | None, now: datetime
    ) -> list[Event]:
        self.roles = roles
        changed = RolesChanged(
            account_id=self.id,
            version=self.next_version(),
            roles=[Role(role) for role in roles],
        )
        return [changed, *self._apply_to(specialist, now)]

    @property
    def practises(self) -> bool:
        return Role.SPECIALIST in self.roles

    def _apply_to(self, specialist: Specialist | None, now: datetime) -> list[Event]:
        """Apply suspension and roles to the right to practise."""
        if specialist is None:
            return []
        return specialist.apply_account(self.suspended_at is not None, not self.practises, now)

    def dormant_roles(self, second_factor: bool) -> frozenset[str]:
        """Roles that need a second factor while there is none."""
        return frozenset() if second_factor else NEED_SECOND_FACTOR.intersection(self.roles)
