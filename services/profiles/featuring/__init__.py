"""Who can be booked for free soon: derived, never set."""
