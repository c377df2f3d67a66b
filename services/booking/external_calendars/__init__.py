"""External calendars of specialists: reading them, and the slots that their events block."""
