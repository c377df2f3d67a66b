"""What every service stands on: mechanism only, not a word about the business.

What a service uses:
    store           ``Store(Base)``: transactions in which rows and events stand or fall together
    rpc, remote     being called, and calling
    subscribe       events that take effect once
    clock           work on a clock, on one instance only
    events, errors, schemas, pages, tables, context, times, ids
                    the forms in which all of it is said

Behind the store:
    database, transaction, engines, constraints, inserts, migrations
    idempotency, replies    a call that is repeated gets the first answer
    sealing, resealing      secrets at rest
    append_only     tables whose rows the database refuses to change
    relay           the outbox goes to the broker
    housekeeping    what was settled long ago is forgotten; old dead letters are warned of
    pruning         rules by which a service deletes what it has kept for long enough

Behind events and calls:
    inbox, retries, parking, mending    dedupe; try again; keep for a person; who decides
    rounds, backoff             items one by one; how long to wait after a failure
    hearing                     events that every instance gets, at most once
    broker, consumer, sender, queues, embedded
    bell, loop, ticks           waiting without polling; looping; sharing a clock

The process around it:
    process, container, config, logs, health, json, green
    http            the server; http_connection, http_head, http_body: what it reads
    networks, peers             what clients are counted by; connections of each
    masking, storable           no credentials in texts; texts that any database keeps
    private_files, storage      files that their owner alone can read; photos and documents
    smtp            mail servers, over TLS

Bytes from outside:
    subprocess_parser, bounds   parsed in a process of their own, within limits
    fetching, addresses, dialling, gunzipping   what users give the address of
"""
