"""The export of all personal data of an account, from every service."""

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
    """All personal data of one account, by service."""

    account_id: UUID
    exported_at: datetime
    profiles: ProfilesData
    booking: BookingData
    notifications: NotificationsData
    content: ContentData
