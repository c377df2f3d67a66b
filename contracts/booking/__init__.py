"""Contracts of booking: its events, requests, resources and refusals."""

PRODUCER = "booking"
