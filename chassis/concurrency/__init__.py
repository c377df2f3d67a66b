"""Greenthreads: the rest of the code uses eventlet through this package alone."""
