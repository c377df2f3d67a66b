"""Notifications about profiles, licences and external calendars."""
