"""External calendars of specialists, whose events take slots."""
