"""Bitsets: sets of small numbers as the bits of one integer. A hundred thousand are intersected or
counted in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

FEW = 32


def bitset_of(numbers: Iterable[int]) -> int:
    """The bitset of these numbers, which may repeat."""
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
    """The numbers in a bitset, the largest first."""
    digits = f"{bits:b}"
    largest, at = len(digits) - 1, digits.find("1")
    while at >= 0:
        yield largest - at
        at = digits.find("1", at + 1)
