"""The soak: real processes under load and random faults, and an account of every booking after.

    python -m tests.soak --minutes 10

Nothing acknowledged may be lost and no effect may happen twice. ``--without`` takes one of the
safeguards away, and the soak must notice.
"""
