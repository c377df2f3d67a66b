"""What people are told of consultations, and of times kept for them."""
