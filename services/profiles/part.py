"""What every part of the profiles service has at hand."""

from chassis.file_storage import Storage
from chassis.runtime.container import caller_of_this
from chassis.store import Store
from services.profiles.base import Base
from services.profiles.guess_limits import GuessLimits
from services.profiles.seals import Seals


class Part:
    store = Store(Base)
    files = Storage()
    caller = caller_of_this()
    seals = Seals()
    guesses = GuessLimits()
