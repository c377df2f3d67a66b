"""Dependencies of the profiles service; each part names those that it uses.

All parts are one class in the end, so a name means the same in each of them: a part writes
``store = dependencies.store``.
"""

from __future__ import annotations

from chassis.file_storage import Storage
from chassis.runtime.container import caller_of_this
from chassis.store import Store
from services.profiles.base import Base
from services.profiles.guess_limits import Guesses
from services.profiles.seals import Seals

store = Store(Base)
files = Storage()
caller = caller_of_this()
seals = Seals()
guesses = Guesses()
