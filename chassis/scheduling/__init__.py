"""Work on a schedule, on one instance of a service."""
