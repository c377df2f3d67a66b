"""The waitlist: clients who wait for a specialist, and the offering of free times to them."""
