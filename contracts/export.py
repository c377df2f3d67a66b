"""Everything that the platform holds on a person, from every service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.booking.privacy import BookingData
from contracts.content import ContentData
from contracts.notifications import NotificationsData
from contracts.profiles.privacy import ProfilesData


@dataclass(frozen=True, kw_only=True)
class Export:
    """One person's data, by the service that holds it."""

    account_id: UUID
    exported_at: datetime
    profiles: ProfilesData
    booking: BookingData
    notifications: NotificationsData
    content: ContentData
