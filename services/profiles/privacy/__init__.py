"""What is held on a person, and that it can be erased."""
