CREATE TABLE notices (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    about uuid NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz
);
CREATE INDEX ON notices (account_id);
CREATE TABLE mails (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    sent_at timestamptz,
    error text
);
CREATE INDEX ON mails (next_attempt_at);
