"""Dependencies of the notifications service; each part names those that it uses.

The parts become one class, so a name means the same in all of them. A part writes ``store =
dependencies.store``.
"""

from __future__ import annotations

from chassis.runtime.container import current_caller
from chassis.store import Store
from services.notifications.base import Base
from services.notifications.mails.links import SiteUrls
from services.notifications.mails.postbox import Postbox
from services.notifications.mails.sender import sender_of_mails

store = Store(Base)
postbox = Postbox()
sender = sender_of_mails()
links = SiteUrls()
caller = current_caller()
