"""Passwords hashed with little work, for tests of everything but that: argon2 with the parameters
of production is tried in ``tests/profiles``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from services.profiles.accounts import passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)


@contextmanager
def quick_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_hasher", QUICK)
        patched.setattr(passwords, "_dummy_hash", passwords.dummy_hash(QUICK))
        yield
