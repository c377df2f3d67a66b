"""Outcomes: what each side wants next, said in private."""
