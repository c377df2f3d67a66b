"""Import this before anything else: sockets, locks, sleeps and PostgreSQL's waits turn green.

eventlet is in maintenance mode and says so at every import; ``docs/decisions`` weighs that, so
it need not be repeated to everybody who runs a command.
"""

import os
import warnings

# read at the first import of psycopg; its default waits in C, and the hub with it
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")
    import eventlet

eventlet.monkey_patch()
