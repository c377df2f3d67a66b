"""Booking, moving and cancelling, and what a consultation is."""
