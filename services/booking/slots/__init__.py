"""Slots: lists of the free times of a specialist, and their cache."""
