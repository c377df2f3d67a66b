"""What profiles tells, answers and refuses."""

PRODUCER = "profiles"
