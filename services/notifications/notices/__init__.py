"""Notices, and how somebody is told something."""
