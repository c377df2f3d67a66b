"""Processes: hosting services, workers behind one socket, logs, readiness."""
