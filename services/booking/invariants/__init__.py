"""What must be true of consultations, and the look for where it is not."""
