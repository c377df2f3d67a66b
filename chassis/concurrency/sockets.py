"""Whether somebody at the other end has said something, or hung up."""

from eventlet.patcher import original

select = original("select")  # eventlet's own has no poll, and would let others run


def is_readable(fileno: int) -> bool:
    """Without waiting, and without a round trip."""
    poll = select.poll()
    poll.register(fileno, select.POLLIN)
    return bool(poll.poll(0))
