"""Notifications about consultations and held slots."""
