"""What specialists are told of their profiles, licences and calendars."""
