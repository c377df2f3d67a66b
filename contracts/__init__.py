"""Contracts: each producer's events, resources and refusals, and a normalising function for each
kind of input (``inputs``)."""
