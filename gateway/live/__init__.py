"""Live updates: streams of server-sent events about an account's new notices."""
