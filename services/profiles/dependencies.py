"""Dependencies of the profiles service; each part names those that it uses.

The parts become one class, so a name means the same in all of them. A part writes ``store =
dependencies.store``.
"""

from __future__ import annotations

from chassis.file_storage import FileStorage
from chassis.runtime.container import current_caller
from chassis.store import Store
from services.profiles.base import Base
from services.profiles.guess_limits import GuessLimits
from services.profiles.seals import Seals
from services.profiles.site_settings import SiteSettings

store = Store(Base)
files = FileStorage()
caller = current_caller()
seals = Seals()
guesses = GuessLimits()
site = SiteSettings()
