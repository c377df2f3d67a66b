"""Decoding of users' pictures, within limits and in a process of its own."""
