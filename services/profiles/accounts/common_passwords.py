"""The passwords that are tried first: zxcvbn's list of the commonest ones.

Of its 30,000 only those count that are long enough to be a password here. Its file is read by
itself: the package would keep all of its dictionaries in memory.
"""

import runpy
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SHORTEST = 12


def is_common(password: str) -> bool:
    """In whatever case it is written."""
    return password.casefold() in _common()


@cache
def _common() -> frozenset[str]:
    package = find_spec("zxcvbn")
    assert package is not None
    assert package.origin is not None
    lists = runpy.run_path(str(Path(package.origin).with_name("frequency_lists.py")))
    words = lists["FREQUENCY_LISTS"]["passwords"]
    return frozenset(word for word in words if len(word) >= SHORTEST)
