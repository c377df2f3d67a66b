"""Import this before anything else: sockets, locks and sleeps turn green.

eventlet is in maintenance mode and says so at every import; ``docs/decisions`` weighs that, so
it need not be repeated to everybody who runs a command.
"""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")
    import eventlet

eventlet.monkey_patch()
