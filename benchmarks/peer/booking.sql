CREATE TABLE calendars (
    specialist_id uuid PRIMARY KEY,
    opens time NOT NULL,
    last_start time NOT NULL,
    minimum_notice_hours integer NOT NULL,
    horizon_days integer NOT NULL
);
CREATE TABLE consultations (
    id uuid PRIMARY KEY,
    specialist_id uuid NOT NULL,
    client_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    status text NOT NULL,
    booked_at timestamptz NOT NULL,
    UNIQUE (specialist_id, starts_at),
    UNIQUE (client_id, specialist_id)
);
