"""The front door: HTTP in, RPC out. It keeps nothing."""
