"""The search for specialists: read model, index in memory, full text."""
