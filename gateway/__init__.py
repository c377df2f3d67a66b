"""The front door: HTTP in, RPC out. It keeps nothing that it may not lose."""
