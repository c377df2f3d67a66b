"""Consultations in people's own calendars."""
