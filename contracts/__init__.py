"""What others may rely on: each producer's events, resources and refusals, as data; and the
normalising function of each kind of input (``inputs``)."""
