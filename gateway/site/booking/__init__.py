"""Pages that book a half hour."""
