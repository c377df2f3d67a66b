"""What became of consultations, in numbers."""
