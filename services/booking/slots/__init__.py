"""What is free, worked out of a calendar and of what stands in it."""
