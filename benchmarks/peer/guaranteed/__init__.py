"""The peer with the guarantees that ours gives: outbox, relay, inbox, idempotency keys."""
