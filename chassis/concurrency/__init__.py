"""Greenthreads on eventlet: the only package that services use them through."""
