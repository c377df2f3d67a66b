"""Idempotency: a writing call takes effect once; a repetition gets the first reply."""
