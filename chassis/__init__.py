"""Mechanism that every service stands on. Nothing here names a service, an event or a role.

Packages and modules from the top; each imports only those below it (``pyproject.toml`` has the
layers, and ``lint-imports`` checks them):

    runtime          processes, workers behind one socket, logs, readiness
    http             the HTTP server and health checks
    rpc              server and client of calls between services
    store            ``Store(Base)``: a service's database with its outbox relay
    messaging        subscriptions, inbox, outbox relay, retries, dead letters, redrive, erasure
    maintenance      pruning old rows, re-encrypting secrets, in batches
    scheduling       ``@every``: work on a schedule; loops that isolate failing items
    database         transactions, engines, tables, migrations, leases, tombstones
    file_storage     files in a folder or in a bucket
    idempotency      a repeated call gets its first reply
    sealed_values    texts and secrets encrypted at rest; ``sealing`` is the cryptography
    private_files    files that only their owner can read
    settings         ``FIRSTSTEP_*`` variables: each declared once
    broker           publishing, consuming, the embedded broker
    events           events and their envelope
    preconditions    ``If-Match`` and ETags
    sandbox          untrusted bytes, parsed in a child process with limits
    smtp, markdown   mail servers; Markdown from users as safe HTML
    fetch            requests to URLs that users give
    context          caller, deadline and ids of a call
    schemas          marshmallow schemas of dataclasses
    pagination       lists in pages; ``cursors`` is the codec of their cursors
    concurrency      greenthreads: offloading, loops, wake-ups, backoff
    errors           the tree of refusals

Small helpers at the bottom: ``error_text``, ``ids``, ``json``, ``masking``, ``networks``,
``readiness``, ``text_folding``, ``times``.
"""
