"""What each part of the notifications service stands on."""

from __future__ import annotations

from chassis.runtime.container import current_caller
from chassis.store import Store
from services.notifications.base import Base
from services.notifications.mails.links import SiteUrls
from services.notifications.mails.postbox import Postbox


class Part:
    """The service's own database, where mail leaves, and whoever calls."""

    store = Store(Base)
    postbox = Postbox()
    links = SiteUrls()
    caller = current_caller()
