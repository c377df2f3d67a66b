"""Events between services: at least once out of the outbox, exactly once into the inbox."""
