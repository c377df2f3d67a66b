"""Availability, slots and consultations."""
