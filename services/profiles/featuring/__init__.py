"""Featuring: specialists who can be booked for free soon. Derived, never set."""
