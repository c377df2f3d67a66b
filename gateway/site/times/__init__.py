"""Free times and time zones on pages."""
