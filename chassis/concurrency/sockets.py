"""Check whether a socket is readable, without waiting."""

from eventlet.patcher import original

select = original("select")  # eventlet's has no poll, and yields to other greenthreads


def is_readable(fileno: int) -> bool:
    """Whether the peer has sent data or hung up."""
    poll = select.poll()
    poll.register(fileno, select.POLLIN)
    return bool(poll.poll(0))
