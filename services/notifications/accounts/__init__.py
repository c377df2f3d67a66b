"""Who can be told, and what they are told of their accounts."""
