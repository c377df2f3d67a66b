"""How fast: the platform beside a peer that does the same with other tools."""
