"""What logging in takes beside the password."""
