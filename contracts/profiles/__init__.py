"""Events, resources and refusals of the profiles service."""

PRODUCER = "profiles"
