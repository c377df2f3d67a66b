"""Check for passwords that are easy to guess, by zxcvbn (Wheeler, USENIX Security 2016).

It knows common passwords and words, in any case, reversed or with digits for letters, names, dates,
repetitions, sequences and keyboard runs. Words of the service and of the account are added. Its
dictionaries take 14 MiB, so they are loaded at the first password that is set. Measured: 1 to 40 ms
for passwords that people choose, and at most 120 ms for ``LOOKED_AT`` characters; without a limit
it would take seconds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from chassis.concurrency.offload import ThreadLock

FEWEST_GUESSES = 10**9
"""Between zxcvbn's "safely unguessable" (10^8) and "very unguessable" (10^10)."""
LOOKED_AT = 32
"""The number of characters that are checked. The rest counts as strong."""
OF_THE_SERVICE = [f"first{divider}step" for divider in ("", " ", "-", "_", ".")]
SHORTEST_WORD = 3
SPACED = re.compile(r"(?:[^\W_][\W_]+)+[^\W_]?")
"""Single letters and digits with separators between them."""

_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_LAYOUTS = [
    str.maketrans("yz", "zy"),  # QWERTZ
    str.maketrans("aqzwm,;", "qawz;m,"),  # AZERTY
    str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", _QWERTY),
]
"""From letters of other keyboards to those of the same keys on zxcvbn's. So keyboard runs are found
on all of them, and words typed with the other layout become words."""

_lock = ThreadLock()
"""This runs in the threads in which passwords are hashed."""


def is_common(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether a password, in its normal form, is too easy to guess."""
    words = OF_THE_SERVICE + [part for word in own_words for part in _parts(word)]
    begin = password[:LOOKED_AT]
    lowered = begin.lower()
    spellings = {begin, *(lowered.translate(layout) for layout in _LAYOUTS)}
    spellings.add(_without_accents(lowered))
    if SPACED.fullmatch(lowered):
        spellings.add(re.sub(r"[\W_]+", "", lowered))
    if not any(map(str.isalpha, begin)):  # dates and numbers, whatever divides them
        spellings.add(re.sub(r"\D+", "", begin) or begin)
    return any(_guesses(each, words) < FEWEST_GUESSES for each in spellings)


def _without_accents(text: str) -> str:
    """The text without accents: zxcvbn's dictionaries have none."""
    split = unicodedata.normalize("NFD", text)
    return "".join(each for each in split if not unicodedata.combining(each))


def _parts(word: str) -> list[str]:
    """The words in an address or a name, with and without their separators."""
    found = [word, *re.split(r"[\W_]+", word), re.sub(r"[\W_]+", "", word), *word.split("@")]
    return [each[:LOOKED_AT].lower() for each in found if len(each) >= SHORTEST_WORD]


def _guesses(password: str, words: list[str]) -> float:
    """The number of guesses. One call at a time: zxcvbn keeps the caller's words in a global."""
    from zxcvbn import zxcvbn

    with _lock:
        return float(zxcvbn(password, user_inputs=words)["guesses"])
