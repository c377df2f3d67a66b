"""Tokens of the search index, equal on both databases, so that both find the same."""

from __future__ import annotations

from contracts.inputs.words import tokens_in

FORM = 2
"""The version of tokens and terms. Entries with another one are written again."""
TIERS = 3
"""The number of tiers: name and headline, then topics and approaches, then the biography."""


def tokens_of(*tiers: str) -> str:
    """The tokens to store, each prefixed with the number of its tier and of all lower ones.

    So the words of a query with one tier's prefix match where all of them are in that tier or
    above. Ranking is a plain match, equal on every database.
    """
    tokens: set[str] = set()
    for tier, text in enumerate(tiers):
        found = tokens_in(text)
        tokens.update(f"{below}{token}" for below in range(tier, len(tiers)) for token in found)
    return " ".join(sorted(tokens))
