"""Passwords: argon2id, with the parameters of argon2-cffi (RFC 9106, low-memory profile).

A hash takes tens of milliseconds of pure computing and 64 MiB, so it runs in a real thread, two
at a time.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool
from eventlet.semaphore import Semaphore

from contracts.profiles.accounts import PasswordTooCommon
from services.profiles.accounts.common_passwords import is_common
from services.profiles.guesses import Guess

AT_ONCE = 2

_hasher = PasswordHasher()
_turns = Semaphore(AT_ONCE)
_of_nobody = _hasher.hash("the password of nobody")


def hashed(password: str) -> str:
    """Raises ``PasswordTooCommon`` (NIST SP 800-63B, 5.1.1.2)."""
    if is_common(password):
        raise PasswordTooCommon
    with _turns:
        return str(tpool.execute(_hasher.hash, password))


def matches(password: str, password_hash: str | None, guess: Guess) -> bool:
    """Whether the password is right; takes as long where there is no account to compare with.

    Raises ``TooManyTries`` where there were too many wrong ones. That is asked, and a wrong one
    counted, while it has its turn: of many guesses at once no more get by than have a turn.
    """
    with _turns:
        guess.require_allowed()
        right = bool(tpool.execute(_verify, password_hash or _of_nobody, password))
        right = right and password_hash is not None
        if not right:
            guess.failed()
    return right


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
