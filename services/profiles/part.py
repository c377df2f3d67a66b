"""What every part of the profiles service has at hand."""

from chassis.file_storage import FileStorage
from chassis.runtime.container import current_caller
from chassis.store import Store
from services.profiles.base import Base
from services.profiles.guess_limits import GuessLimits
from services.profiles.seals import Seals


class Part:
    store = Store(Base)
    files = FileStorage()
    caller = current_caller()
    seals = Seals()
    guesses = GuessLimits()
