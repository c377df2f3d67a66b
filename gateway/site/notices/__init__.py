"""Notices and live updates."""
