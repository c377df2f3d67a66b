"""The ``firststep`` command and the wiring: the only package that knows all others."""
