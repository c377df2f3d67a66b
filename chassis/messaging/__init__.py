"""Events between services: published at least once from the outbox, handled once by the inbox."""
