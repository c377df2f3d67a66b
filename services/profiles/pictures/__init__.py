"""Pictures from users: decoded within limits, in a process of their own."""
