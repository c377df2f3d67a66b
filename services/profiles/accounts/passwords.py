"""Password hashes: argon2id with the parameters of argon2-cffi (RFC 9106, low-memory profile).

Passwords are hashed and compared in their normal form (``contracts.inputs.passwords``). Older
hashes are of the password as it was typed. That form is tried second, and then rehashed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from contracts.inputs.passwords import normal_form
from contracts.profiles.accounts import PasswordTooCommon
from services.profiles.accounts.common_passwords import is_common
from services.profiles.accounts.hash_queue import HashQueue
from services.profiles.guess_limits import Attempt

_hasher = PasswordHasher()
_queue = HashQueue()


def dummy_hash(hasher: PasswordHasher) -> str:
    """A hash of no password. Comparing with it takes as long as with any other of this hasher's;
    making one by hashing would delay each start."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = bytes(hasher.salt_len), bytes(hasher.hash_len)
    encoded = (base64.b64encode(each).decode().rstrip("=") for each in (salt, digest))
    return "$".join(["", "argon2id", f"v={ARGON2_VERSION}", costs, *encoded])


_dummy_hash = dummy_hash(_hasher)


@dataclass(frozen=True)
class Match:
    """Whether a password is right; truthy where it is.

    ``rehash``: the hash to store instead, where the stored one has another form or weaker
    parameters. Storing it changes no password, so mailed links stay valid.
    """

    right: bool
    rehash: str | None = None

    def __bool__(self) -> bool:
        return self.right


def hashed(password: str, own_words: Iterable[str]) -> str:
    """The hash of a new password. Raises ``PasswordTooCommon`` (NIST SP 800-63B, 5.1.1.2), and
    ``Unavailable`` where too many wait.

    :param own_words: words of the account, such as its address, which make a password weak.
    """
    words = list(own_words)
    with _queue.turn() as run:
        return str(run(_hash_of_uncommon, normal_form(password), words))


def matches(password: str, password_hash: str | None, attempt: Attempt) -> Match:
    """Whether the password is right. Takes as long where there is no account.

    Raises ``TooManyTries`` after too many wrong ones. The limit is checked before waiting for a
    turn and again during it, where a wrong one is counted, so concurrent guesses can't exceed it by
    more than the number of turns. Raises ``Unavailable`` where too many wait.
    """
    attempt.require_allowed()
    with _queue.turn(attempt.whose) as run:
        attempt.require_allowed()
        match: Match = run(_compare, password_hash or _dummy_hash, password)
        if password_hash is None:
            match = Match(False)
        if not match:
            attempt.count_failure()
    return match


def _hash_of_uncommon(password: str, own_words: list[str]) -> str:
    if is_common(password, own_words):
        raise PasswordTooCommon
    return _hasher.hash(password)


def _compare(password_hash: str, typed: str) -> Match:
    """Compare both forms. Known and unknown accounts take equally long."""
    password = normal_form(typed)
    if _verify(password_hash, password):
        if _hasher.check_needs_rehash(password_hash):
            return Match(True, _hashed_anew(password, password_hash))
        return Match(True)
    if password != typed and _verify(password_hash, typed):
        return Match(True, _hashed_anew(password, password_hash))
    return Match(False)


def _hashed_anew(password: str, former_hash: str) -> str:
    """The new hash, with the former salt, so that two concurrent log-ins get the same hash."""
    salt = former_hash.split("$")[-2]
    return _hasher.hash(password, salt=base64.b64decode(salt + "=" * (-len(salt) % 4)))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
