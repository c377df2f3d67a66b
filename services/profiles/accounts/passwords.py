"""Passwords: argon2id, with the parameters of argon2-cffi (RFC 9106, low-memory profile).

They are hashed and compared in their normal form (``contracts.inputs.passwords``). Hashes from
before that was so are of the password as it was typed: they are tried second, and hashed anew.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contracts.inputs.passwords import normal_form
from contracts.profiles.accounts import PasswordTooCommon
from services.profiles.accounts.common_passwords import is_common
from services.profiles.accounts.hash_queue import HashQueue
from services.profiles.guess_limits import Attempt

_hasher = PasswordHasher()
_queue = HashQueue()
_dummy_hash = _hasher.hash("the password of nobody")


@dataclass(frozen=True)
class Match:
    """Whether a password is right; true or false itself.

    ``rehash``: what is to be stored in place of its hash, where that is of another form or of
    weaker parameters. Storing it changes no password: links that were mailed stay good.
    """

    right: bool
    rehash: str | None = None

    def __bool__(self) -> bool:
        return self.right


def hashed(password: str, own_words: Iterable[str]) -> str:
    """Raises ``PasswordTooCommon`` (NIST SP 800-63B, 5.1.1.2), and ``Unavailable`` where too many
    wait.

    :param own_words: of the account, such as its address: no password of one's own.
    """
    words = list(own_words)
    with _queue.turn() as run:
        return str(run(_hash_of_uncommon, normal_form(password), words))


def matches(password: str, password_hash: str | None, attempt: Attempt) -> Match:
    """Whether the password is right; takes as long where there is no account to compare with.

    Raises ``TooManyTries`` where there were too many wrong ones. That is asked before it waits,
    and asked again, and a wrong one counted, while it has its turn: of many guesses at once no
    more get by than have a turn. Raises ``Unavailable`` where too many wait.
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
    """Known and unknown accounts take equally long: of what is tried nothing depends on that."""
    password = normal_form(typed)
    if _verify(password_hash, password):
        if _hasher.check_needs_rehash(password_hash):
            return Match(True, _hashed_anew(password, password_hash))
        return Match(True)
    if password != typed and _verify(password_hash, typed):
        return Match(True, _hashed_anew(password, password_hash))
    return Match(False)


def _hashed_anew(password: str, former_hash: str) -> str:
    """With the former salt, so that two log-ins at once come to the same hash."""
    salt = former_hash.split("$")[-2]
    return _hasher.hash(password, salt=base64.b64decode(salt + "=" * (-len(salt) % 4)))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
