"""Mechanism that every service stands on. Nothing here names a service, an event or a role.

Packages, from the top; each imports only those below it:

    runtime       processes, workers behind one socket, logs, systemd
    http, rpc     the HTTP server and health checks; RPC server and client
    store         ``Store(Base)``: a service's database with its outbox relay
    messaging     subscriptions, inbox, outbox relay, retries, dead letters, erasure
    maintenance   deleting old rows, re-encrypting secrets, in batches
    scheduling    ``@every``: work on a schedule; loops that isolate failing items
    database      transactions, engines, tables, migrations
    idempotency   a repeated call gets its first answer
    broker        publishing, consuming, the embedded broker
    fetch         requests to URLs that users give
    sandbox       untrusted bytes, parsed in a child process with limits
    concurrency   greenthreads: offloading, loops, wake-ups, backoff

Beside them: the forms of data (``errors``, ``events``, ``schemas``, ``json``, ``ids``, ``times``,
``pagination``, ``context``), settings (``config``), secrets (``sealing``, ``masking``), files
(``file_storage``, ``private_files``), mail servers (``smtp``) and text (``markdown``, ``folding``).
"""
