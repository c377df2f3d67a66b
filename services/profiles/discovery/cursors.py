"""Cursors of searches: the numbers of specialists that were shown, and a digest of the search.

The order changes between pages, since each booking changes a next free slot. So a page is not "what
follows a position" but "the best of those not shown yet". A specialist who matches all the time is
shown exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from chassis import cursors, json
from contracts.profiles.discovery import MOST_SHOWN, SearchSpecialists
from services.profiles.discovery.index import LARGEST_NUMBER

MARK_BYTES = 6


def encoded(query: SearchSpecialists, numbers: Iterable[int]) -> str:
    wire = bytearray(_mark(query))
    before = 0
    for number in sorted(numbers):
        wire += _varint(number - before)
        before = number
    return cursors.encode(bytes(wire))


def decoded(query: SearchSpecialists) -> list[int]:
    """The numbers in the query's cursor, ascending; raises ``BadCursor``."""
    if query.cursor is None:
        return []

    def unpack(wire: bytes) -> list[int]:
        numbers = _numbers(wire[MARK_BYTES:])
        if wire[:MARK_BYTES] != _mark(query) or not 0 < len(numbers) <= MOST_SHOWN:
            raise ValueError(wire)
        if numbers[-1] > LARGEST_NUMBER:
            raise ValueError(numbers[-1])
        return numbers

    detail = (
        "This is not a cursor of this search. Filters, words and sort must stay the same from "
        "page to page."
    )
    return cursors.decode(query.cursor, unpack, detail=detail)


def _mark(query: SearchSpecialists) -> bytes:
    """The digest of a search, equal for all its pages and page sizes."""
    search = {name: value for name, value in vars(query).items() if name not in ("cursor", "limit")}
    return blake2b(json.dumps(search), digest_size=MARK_BYTES).digest()


def _varint(number: int) -> bytes:
    """LEB128: seven bits in each byte, the lowest first; the eighth bit says that more follow."""
    wire = bytearray()
    while number > 0x7F:
        wire.append(number & 0x7F | 0x80)
        number >>= 7
    wire.append(number)
    return bytes(wire)


def _numbers(wire: bytes) -> list[int]:
    """The numbers, each stored as the difference to the one before."""
    numbers, number, shift = [], 0, 0
    for byte in wire:
        number += (byte & 0x7F) << shift
        shift += 7
        if byte <= 0x7F:
            numbers.append(number)
            shift = 0
    return numbers
