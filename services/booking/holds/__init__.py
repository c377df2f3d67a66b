"""Holds: times that only one client can book for a while."""
