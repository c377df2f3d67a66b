"""Recipients, and notifications about their accounts."""
