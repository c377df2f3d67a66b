CREATE TABLE inbox (
    event_id uuid NOT NULL,
    handler text NOT NULL,
    handled_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, handler)
);
