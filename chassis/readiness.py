"""Readiness checks: what an extension needs before it can work, and whether it is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar


class Checked(ABC):
    """An extension that ``/readyz`` asks. Its process need not import its libraries for that."""

    needs: ClassVar[str]
    """What it needs, such as ``database``."""

    @abstractmethod
    def failure(self) -> str:
        """Why it is not there; empty where it is."""
