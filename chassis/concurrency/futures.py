"""A future: a result that one greenthread sets, and others wait for."""

from __future__ import annotations

from typing import Generic, TypeVar

from eventlet.event import Event as GreenEvent

T = TypeVar("T")


class Future(Generic[T]):
    """Set once, to a result or to an exception."""

    def __init__(self) -> None:
        self._event = GreenEvent()

    def set_result(self, result: T) -> None:
        self._event.send(result)

    def set_exception(self, error: BaseException) -> None:
        self._event.send_exception(error)

    def has_result(self) -> bool:
        """Whether a result was set. An exception is none."""
        return bool(self._event.has_result())

    def result(self) -> T:
        """Wait for the result; raises the exception that was set in its place."""
        result: T = self._event.wait()
        return result
