"""What specialists have in calendars elsewhere."""
