"""The gateway is one class of many parts."""

from __future__ import annotations

from collections import defaultdict

from gateway.service import Gateway


def test_no_two_parts_of_the_gateway_have_a_method_of_one_name() -> None:
    owners = defaultdict(list)
    for part in Gateway.__mro__[1:]:
        for name, value in vars(part).items():
            if callable(value) and not name.startswith("__"):
                owners[name].append(part.__name__)
    assert {name: parts for name, parts in owners.items() if len(parts) > 1} == {}
