"""Words: what text is searched by. Both databases keep and compare just these, so that both
find the same."""

from __future__ import annotations

from contracts.inputs.words import tokens_in

FORM = 2
"""Grows when the words or the terms of an entry become others: what was entered before is entered
again."""
TIERS = 3
"""Name and headline, then topics and approaches, then the biography."""


def tokens_of(*tiers: str) -> str:
    """What full text keeps: each token marked with the number of its tier, and of all below.

    So the words of a query, marked with a tier, find where all of them stand in that tier or
    above: rank is a plain match, and equal on every database.
    """
    tokens: set[str] = set()
    for tier, text in enumerate(tiers):
        found = tokens_in(text)
        tokens.update(f"{below}{token}" for below in range(tier, len(tiers)) for token in found)
    return " ".join(sorted(tokens))
