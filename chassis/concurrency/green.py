"""Import this before anything else: sockets, locks, sleeps and PostgreSQL's waits turn green.

eventlet is in maintenance mode and says so at every import; ``docs/decisions`` weighs that, so
it need not be repeated to everybody who runs a command.
"""

import functools
import os
import socket
import warnings

# read at the first import of psycopg; its default waits in C, and the hub with it
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
# read at the first import of eventlet; its own resolver takes 20 MiB and knows no nsswitch
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")
    import eventlet
    from eventlet import tpool
    from eventlet.green import socket as green_socket

eventlet.monkey_patch()

# the system's resolver waits in C: on a thread of its own it keeps nobody else waiting
look_up = functools.partial(tpool.execute, socket.getaddrinfo)
socket.getaddrinfo = green_socket.getaddrinfo = look_up
