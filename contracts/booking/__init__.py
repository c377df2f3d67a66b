"""What booking tells, answers and refuses."""

PRODUCER = "booking"
