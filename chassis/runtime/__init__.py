"""Operating system processes: starting, stopping, replacing and logging."""
