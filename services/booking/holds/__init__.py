"""Times that one client alone can book for a while."""
