"""The peers: the same path in FastAPI, FastStream and asyncpg, as their manuals advise.

The modules here are the bare peer; ``guaranteed`` adds the guarantees that ours gives.
"""
