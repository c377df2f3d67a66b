"""A gateway without its cache, to be measured beside one with it."""

import chassis.concurrency.green  # noqa: F401, I001  # first

from collections.abc import Callable, Collection, Mapping
from typing import Any

from firststep.main import app
from gateway import cache
from gateway.cache import Cache, Entry, Key


def ask_each_time(
    self: Cache,
    wanted: Mapping[Key, Collection[str]],
    ask: Callable[[list[Key]], Mapping[Key, Any]],
    together: str = "",
) -> dict[Key, Entry]:
    return {key: cache._entry(value, (), 0.0) for key, value in ask(list(wanted)).items()}


if __name__ == "__main__":
    Cache.answers = ask_each_time  # type: ignore[method-assign]
    app()
