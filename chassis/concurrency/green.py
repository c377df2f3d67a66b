"""Patch the standard library and psycopg to wait in greenthreads. Import this module first.

eventlet warns at every import that it is in maintenance. Decisions 1 and 51 weigh that, so commands
do not print the warning.
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

# the system's resolver blocks in C: a thread of its own keeps other greenthreads running
look_up = functools.partial(tpool.execute, socket.getaddrinfo)
socket.getaddrinfo = green_socket.getaddrinfo = look_up
