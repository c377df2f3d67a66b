CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    body text NOT NULL,
    written_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX ON outbox (written_at) WHERE sent_at IS NULL;
CREATE TABLE replies (
    client_id uuid NOT NULL,
    key uuid NOT NULL,
    reply text NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, key)
);
