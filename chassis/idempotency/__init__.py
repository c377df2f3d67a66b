"""Idempotency keys: a writing call takes effect once, and its answer is kept."""
