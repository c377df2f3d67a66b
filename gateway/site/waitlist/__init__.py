"""Pages of the waitlist and of held times."""
