"""The peer: the same path in FastAPI, FastStream and asyncpg, as their manuals advise."""
