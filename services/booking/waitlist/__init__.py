"""Who waits for a specialist without slots, and what is offered to them."""
