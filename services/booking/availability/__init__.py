"""Availability: opening hours, limits, busy times, and the calendar with what can be booked."""
