"""Invariants of consultations and calendars, and the check that finds where they are broken."""
