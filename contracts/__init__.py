"""What others may rely on: each producer's events, resources and refusals. Data only."""
