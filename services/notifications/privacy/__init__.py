"""What notifications holds on a person, and that it can be erased."""
