"""Calendar feeds and files: consultations as iCalendar, for the account's own calendar."""
