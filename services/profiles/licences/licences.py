"""The Licence: submitted by a specialist, decided by admins, and expiring by date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import FieldError, NotFound
from chassis.events import Event
from chassis.ids import new_id
from contracts.profiles import licences as contract
from contracts.profiles.licences import (
    WARNED_BEFORE,
    DecideLicence,
    Decision,
    LicenceChanged,
    LicenceDeclined,
    LicenceEnded,
    LicenceExpired,
    LicenceExpiring,
    LicenceFacts,
    LicenceHolder,
    LicenceStatus,
    NothingToDecide,
    OwnLicence,
    ReasonMissing,
    SpecialistVerified,
    SubmitLicence,
)
from contracts.profiles.right_to_practise import Standing
from services.profiles.accounts.accounts import Account
from services.profiles.base import Base
from services.profiles.specialists import standards
from services.profiles.specialists.specialists import Specialist

NO_LICENCE = "No licence was handed in yet."
FACTS = ("number", "issuing_body", "country", "expires_on")


class Licence(Base):
    """One row for each specialist, under the same id.

    The columns have the last submission. The verified licence stays in ``in_force`` until it ends,
    so that a renewal in time leaves no gap. ``version`` grows whenever an admin should look again.
    ``warned``: the fewest days before expiry that were warned of; 0: none.
    """

    __tablename__ = "licences"
    __table_args__ = (Index(None, "status", "submission_id"),)

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=LicenceStatus.SUBMITTED)
    number: Mapped[str] = mapped_column(default="")
    issuing_body: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None] = mapped_column(default=None)
    document: Mapped[str] = mapped_column(default="")
    submission_id: Mapped[UUID] = mapped_column(default=new_id)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    in_force: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document_in_force: Mapped[str] = mapped_column(default="")
    warned: Mapped[int] = mapped_column(default=0)

    @property
    def written(self) -> bool:
        return self.number != ""

    def require_written(self) -> None:
        if not self.written:
            raise NotFound(NO_LICENCE)

    @property
    def in_force_until(self) -> date | None:
        """The first day on which the verified licence is no longer valid."""
        return date.fromisoformat(self.in_force["expires_on"]) if self.in_force else None

    def submit(self, licence: SubmitLicence, now: datetime) -> None:
        """Submit a licence for an admin to decide. One that is in force stays so.

        Raises ``NoSuchCode`` and ``LicenceEnded``. A licence that waits or is in force already is
        not submitted again.
        """
        standards.require_country(licence.country)
        self._require_valid(licence.expires_on, now)
        waits_or_holds = self.status in (LicenceStatus.SUBMITTED, LicenceStatus.VERIFIED)
        same = all(getattr(self, name) == getattr(licence, name) for name in FACTS)
        if same and waits_or_holds:
            return
        for name in FACTS:
            setattr(self, name, getattr(licence, name))
        self._wait(now)

    def attach(self, document: str, now: datetime) -> None:
        """Submit the document with this key; raises ``NotFound`` before ``submit``."""
        self.require_written()
        self.document = document
        self._wait(now)

    def decide(
        self, decision: DecideLicence, specialist: Specialist, by: UUID, now: datetime
    ) -> list[Event]:
        """Decide on the licence that an admin looked at, with the consequences for its holder.

        Declining refuses the waiting licence. Where none waits, it withdraws the one in force, or
        rules out a renewal of an expired one. Raises ``OwnLicence``, ``LicenceChanged``,
        ``LicenceEnded``, ``ReasonMissing``, ``NothingToDecide``.
        """
        self.require_written()
        if by == self.specialist_id:
            raise OwnLicence
        if decision.version != self.version:
            raise LicenceChanged
        ended = None
        if decision.decision is Decision.VERIFIED:
            event = self._verify(specialist, now)
        else:
            ended = self._ended_by_declining(specialist)
            event = self._decline(specialist, decision.reason)
        self.reason = decision.reason
        self.decided_by, self.decided_at = by, now
        self.version += 1
        return [event, *specialist.apply_licence(self.in_force_until, now, ended)]

    def _verify(self, specialist: Specialist, now: datetime) -> Event:
        if not self._can_be_verified:
            raise NothingToDecide
        assert self.expires_on is not None
        self._require_valid(self.expires_on, now)
        self.status = LicenceStatus.VERIFIED
        self.in_force = self._facts()
        self.document_in_force = self.document
        self.warned = 0
        return SpecialistVerified(specialist_id=specialist.id, version=specialist.next_version())

    def _decline(self, specialist: Specialist, reason: str) -> Event:
        if not reason.strip():
            raise ReasonMissing(errors=[FieldError("reason", ReasonMissing.sentence(), reason)])
        if not self._can_be_declined(specialist):
            raise NothingToDecide
        if self.status != LicenceStatus.SUBMITTED:
            self._end()
        self.status = LicenceStatus.DECLINED
        return LicenceDeclined(
            specialist_id=specialist.id, version=specialist.next_version(), reason=reason
        )

    @property
    def _can_be_verified(self) -> bool:
        return self.status in (LicenceStatus.SUBMITTED, LicenceStatus.DECLINED)

    def _can_be_declined(self, specialist: Specialist | None) -> bool:
        waits = self.status == LicenceStatus.SUBMITTED
        has_expired = specialist is not None and specialist.has_expired_licence
        return waits or bool(self.in_force) or has_expired

    def decisions(self, specialist: Specialist | None, now: datetime) -> list[Decision]:
        """What an admin can decide now."""
        found = []
        if self._can_be_verified and self.expires_on is not None and self.expires_on > today(now):
            found.append(Decision.VERIFIED)
        if self._can_be_declined(specialist):
            found.append(Decision.DECLINED)
        return found

    def _ended_by_declining(self, specialist: Specialist) -> Standing | None:
        """The standing after declining: the licence in force ends where no renewal waits, or the
        wait for a renewal ends."""
        if self.in_force:
            waits = self.status == LicenceStatus.SUBMITTED
            return None if waits else Standing.LICENCE_WITHDRAWN
        return Standing.LICENCE_DECLINED if specialist.has_expired_licence else None

    def review(self, specialist: Specialist, now: datetime) -> list[Event]:
        """Warn of the coming expiry. On expiry, at midnight UTC, the holder is unlisted and no
        longer featured."""
        until = self.in_force_until
        if until is None:
            return self._review_renewal(specialist, now)
        days_left = (until - today(now)).days
        if days_left <= 0:
            waits = self._renewal_waits(now)
            ended = Standing.RENEWAL_WAITING if waits else Standing.LICENCE_EXPIRED
            self._end()
            if self.status == LicenceStatus.VERIFIED:
                self.status = LicenceStatus.EXPIRED
            self.version += 1
            expired = LicenceExpired(
                specialist_id=specialist.id, version=specialist.next_version(), expires_on=until
            )
            return [expired, *specialist.apply_licence(None, now, ended)]
        due = next((each.days for each in WARNED_BEFORE if days_left <= each.days), None)
        if due is None or 0 < self.warned <= due:
            return []
        self.warned = due
        return [
            LicenceExpiring(
                specialist_id=specialist.id,
                version=specialist.next_version(),
                expires_on=until,
                days_left=days_left,
            )
        ]

    def _review_renewal(self, specialist: Specialist, now: datetime) -> list[Event]:
        """End the right to practise where the waiting renewal has expired itself."""
        if specialist.licence_standing != Standing.RENEWAL_WAITING or self._renewal_waits(now):
            return []
        return specialist.apply_licence(None, now, Standing.LICENCE_EXPIRED)

    def _renewal_waits(self, now: datetime) -> bool:
        """Whether the waiting licence can still be verified. The last submission may be the expired
        licence with another document."""
        waits = self.status == LicenceStatus.SUBMITTED
        return waits and self.expires_on is not None and self.expires_on > today(now)

    def _wait(self, now: datetime) -> None:
        self.status = LicenceStatus.SUBMITTED
        self.submission_id, self.submitted_at = new_id(), now
        self.reason, self.decided_by, self.decided_at = "", None, None
        self.version += 1

    def _end(self) -> None:
        self.in_force, self.document_in_force = {}, ""

    @staticmethod
    def _require_valid(expires_on: date, now: datetime) -> None:
        if expires_on <= today(now):
            ended = f"Must be after today, {today(now)} in UTC."
            raise LicenceEnded(errors=[FieldError("expires_on", ended, str(expires_on))])

    def _facts(self) -> dict[str, Any]:
        facts = {name: getattr(self, name) for name in FACTS}
        return {**facts, "expires_on": str(self.expires_on)}

    def history_fields(self) -> dict[str, Any]:
        """The fields that the history records."""
        if not self.written:
            return {}
        said = self._facts() | {"status": str(self.status), "reason": self.reason}
        said |= {"document": self.document, "in_force": self.in_force}
        return {f"licence.{name}": value for name, value in said.items()}

    def to_resource(self) -> contract.Licence:
        return contract.Licence(**self._shown())

    def for_review(
        self, holder: Account | None, specialist: Specialist | None, now: datetime
    ) -> contract.LicenceForReview:
        """The licence as admins see it, without the holder where the account is erased.
        ``specialist``: ``None`` before the profile is begun."""
        return contract.LicenceForReview(
            **self._shown(),
            holder=None
            if holder is None
            else LicenceHolder(
                display_name=holder.display_name, email=holder.email, verified=holder.verified
            ),
            decisions=self.decisions(specialist, now),
        )

    def _shown(self) -> dict[str, Any]:
        return {
            "specialist_id": self.specialist_id,
            "version": self.version,
            "status": LicenceStatus(self.status),
            "number": self.number,
            "issuing_body": self.issuing_body,
            "country": self.country,
            "expires_on": self.expires_on,
            "has_document": self.document != "",
            "submitted_at": self.submitted_at,
            "decided_at": self.decided_at,
            "reason": self.reason,
            "in_force": LicenceFacts(**{**self.in_force, "expires_on": self.in_force_until})
            if self.in_force
            else None,
        }


def today(now: datetime) -> date:
    """The date in UTC."""
    return now.astimezone(UTC).date()
