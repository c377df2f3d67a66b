"""Untrusted bytes, parsed in a child process with limits on memory and time."""
