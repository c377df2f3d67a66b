"""What years of use leave in the databases of booking and notifications, on PostgreSQL.

The server makes the rows itself (``INSERT … SELECT generate_series``): millions take minutes.
Every rule of booking holds for them, and each table has only what its retention leaves, with a
few rows that have just become due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from uuid import UUID

import psycopg
from psycopg import sql

from chassis.times import utc_now

YEARS = timedelta(days=3 * 365)
SLOT = timedelta(minutes=30)

MEMORY = "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB'"
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""

FUNCTIONS = """
CREATE FUNCTION pg_temp.account(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT md5(kind || ' ' || n::text)::uuid $$;
CREATE FUNCTION pg_temp.id_at(at timestamptz, what text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(what), 1, 3) || '8' || substr(md5(what), 4, 15))::uuid $$;
CREATE FUNCTION pg_temp.chance(n bigint, percent int) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    $$ SELECT (hashint8(n) & 65535) %% 100 < percent $$;
"""

PAST = """
CREATE TEMPORARY VIEW past AS
SELECT pg_temp.id_at(starts_at - interval '7 days', 'past ' || n::text) AS id,
    n, specialist_id, client_id, starts_at, starts_at - interval '7 days' AS booked_at,
    starts_at + interval '30 minutes' AS ends_at,
    CASE
        WHEN pg_temp.chance(n, 10) THEN 'cancelled'
        WHEN starts_at > %(now)s - interval '49 hours' THEN 'booked'
        WHEN pg_temp.chance(n, 15) THEN 'missed'
        ELSE 'completed'
    END AS status
FROM (
    SELECT n,
        pg_temp.account('specialist', 0) AS specialist_id,
        pg_temp.account('client of the busiest', n) AS client_id,
        %(begin)s - n * %(busiest_step)s
            - CASE WHEN n > 20 THEN interval '40 days' ELSE '0' END AS starts_at
    FROM generate_series(1, %(busiest)s) AS n
    UNION ALL
    SELECT %(busiest)s + n,
        pg_temp.account('specialist', 1 + n %% %(others)s),
        pg_temp.account('client', n %% %(clients)s),
        %(begin)s - (1 + n / %(others)s) * %(others_step)s
            + n %% %(others)s %% %(others_slots)s * interval '30 minutes'
    FROM generate_series(0, %(rest)s - 1) AS n
) AS each;
"""

AHEAD = """
CREATE TEMPORARY VIEW ahead AS
SELECT pg_temp.id_at(%(now)s - interval '1 day', 'ahead ' || s::text || ' ' || n::text) AS id,
    pg_temp.account('specialist', s) AS specialist_id,
    pg_temp.account('client ahead', s * 5 + n) AS client_id,
    %(begin)s + interval '20 days' + n * interval '1 hour' AS starts_at,
    %(now)s - interval '1 day' AS booked_at
FROM generate_series(0, %(specialists)s - 1) AS s, generate_series(0, 4) AS n;
"""

BOOKING = """
INSERT INTO calendars (specialist_id, version, revision, listed, listing_version, paused,
    next_slots, offers_free_consultations, time_zone, hours, overrides, stays, grid_minutes,
    buffer_before_minutes, buffer_after_minutes, minimum_notice_hours, horizon_days, paced,
    cancellation_notice_hours, standing, standing_version)
SELECT pg_temp.account('specialist', s), 1, 1, true, 1, false, '[]', false, 'UTC', '[]', '[]',
    '[]', 30, 0, 0, 24, 30, false, 12, 'good', 1
FROM generate_series(%(bookable)s, %(specialists)s - 1) AS s;

INSERT INTO consultations (id, version, specialist_id, client_id, starts_at, ends_at, time_zone,
    status, booked_at, cancelled_at, cancelled_by, missed_by, disputable_until, notice_hours,
    attendance_corrected, own_link, meeting_link)
SELECT id, 2, specialist_id, client_id, starts_at, ends_at, 'UTC', status, booked_at,
    CASE WHEN status = 'cancelled' THEN starts_at - interval '2 days' END,
    CASE WHEN status = 'cancelled' THEN
        CASE WHEN pg_temp.chance(n, 2) THEN 'specialist' ELSE 'client' END END,
    CASE WHEN status = 'missed' THEN 'client' END,
    CASE WHEN status = 'missed' THEN ends_at END,
    12, false, false,
    CASE WHEN ends_at > %(now)s - interval '30 days 1 hour' AND status <> 'cancelled' THEN
        'https://meet.example/' || id::text END
FROM past;

INSERT INTO consultations (id, version, specialist_id, client_id, starts_at, ends_at, time_zone,
    status, booked_at, notice_hours, attendance_corrected, own_link, meeting_link)
SELECT id, 1, specialist_id, client_id, starts_at, starts_at + interval '30 minutes', 'UTC',
    'booked', booked_at, 12, false, false, 'https://meet.example/' || id::text
FROM ahead;

INSERT INTO outcomes (id, consultation_id, account_id, wish, said_at)
SELECT pg_temp.id_at(ends_at, 'outcome ' || side || n::text), id,
    CASE side WHEN 'client' THEN client_id ELSE specialist_id END,
    CASE side WHEN 'client' THEN 'continue' ELSE 'good_fit' END, ends_at
FROM past, (VALUES ('client'), ('specialist')) AS sides (side)
WHERE status = 'completed' AND ends_at > %(now)s - interval '365 days 1 hour'
    AND pg_temp.chance(n + 1, 30);

INSERT INTO lost_consultations (consultation_id, languages, topics, rescued_at)
SELECT id, '[]', '[]', booked_at FROM past
WHERE status = 'cancelled' AND pg_temp.chance(n, 2)
    AND ends_at > %(now)s - interval '30 days 1 hour';

INSERT INTO holds (id, specialist_id, client_id, starts_at, until, ended, instead_of)
SELECT pg_temp.id_at(%(now)s - interval '5 days', 'hold ' || n::text),
    pg_temp.account('specialist', CASE WHEN n %% 10 = 0 THEN 0 ELSE n %% %(specialists)s END),
    pg_temp.account('client', n),
    %(begin)s + (n %% 400 - 10) * interval '1 hour', %(now)s - interval '4 days', true, NULL
FROM generate_series(1, %(kept)s) AS n;

INSERT INTO waits (id, specialist_id, client_id, time_zone, wishes, joined_at, since)
SELECT pg_temp.id_at(%(now)s - interval '5 days', 'wait ' || n::text),
    pg_temp.account('specialist', %(specialists)s - 1 - n %% (%(specialists)s / 2)),
    pg_temp.account('client', n), 'UTC', '[]',
    %(now)s - interval '5 days', %(now)s - interval '5 days'
FROM generate_series(1, %(kept)s) AS n;

INSERT INTO sign_up_holds (id, secret_hash, mailbox, specialist_id, starts_at, time_zone, made_at,
    until, status)
SELECT pg_temp.id_at(made_at, 'sign-up ' || n::text), md5('secret ' || n::text),
    md5('mailbox ' || n::text), pg_temp.account('specialist', n %% %(specialists)s),
    %(now)s + interval '5 days', 'UTC', made_at, made_at + interval '20 minutes', 'over'
FROM (
    SELECT n, %(now)s - interval '30 minutes' - n * interval '24 hours' / %(kept)s AS made_at
    FROM generate_series(1, %(kept)s) AS n
) AS each;

INSERT INTO external_busy_times (calendar_id, starts_at, ends_at, specialist_id)
SELECT pg_temp.account('calendar', s), at, at + interval '1 hour',
    pg_temp.account('specialist', s)
FROM (
    SELECT n %% %(specialists)s AS s,
        %(begin)s - interval '26 hours' + (n / %(specialists)s) * interval '1 day' AS at
    FROM generate_series(0, %(kept)s - 1) AS n
) AS each;
"""

NOTIFICATIONS = """
CREATE TEMPORARY VIEW sides AS
SELECT 'client' AS side, client_id AS account_id, each.* FROM past AS each
UNION ALL SELECT 'specialist', specialist_id, each.* FROM past AS each;

INSERT INTO recipients (account_id, email, display_name, public_name, roles, email_version,
    display_name_version, public_name_version, roles_version)
SELECT account_id, account_id::text || '@example.org', 'Sam', '', '["client"]', 1, 1, 1, 1
FROM (
    SELECT client_id AS account_id FROM past UNION SELECT client_id FROM ahead
    UNION SELECT pg_temp.account('specialist', s) FROM generate_series(0, %(specialists)s - 1) AS s
) AS accounts;

INSERT INTO preferences (account_id, version, time_zone, language, country, discreet)
SELECT account_id, 1, 'UTC', 'en', NULL, false FROM recipients;

INSERT INTO told_consultations (consultation_id, version, asked)
SELECT id, 2, true FROM past WHERE booked_at > %(now)s - interval '365 days 1 hour'
UNION ALL SELECT id, 1, false FROM ahead;

INSERT INTO notices (id, account_id, kind, text, data, about, position, created_at, read_at)
SELECT pg_temp.id_at(at, what || side || n::text), account_id, what, repeat('A sentence. ', 20),
    jsonb_build_object('consultation_id', id), id,
    row_number() OVER (PARTITION BY account_id ORDER BY at), at,
    CASE WHEN pg_temp.chance(n, 90) OR side = 'specialist' THEN at + interval '1 hour' END
FROM (
    SELECT *, 'consultation_booked' AS what, booked_at AS at FROM sides
    UNION ALL SELECT *, 'consultation_completed', ends_at FROM sides WHERE status = 'completed'
) AS told
WHERE at > %(now)s - interval '180 days 1 hour';

INSERT INTO notice_counters (account_id, position)
SELECT account_id, max(position) FROM notices GROUP BY account_id;

INSERT INTO mails (id, account_id, subject, text, good_once, language, discreet, status, attempts,
    next_attempt_at, sent_at)
SELECT pg_temp.id_at(created_at, 'mail ' || id::text), account_id, 'Your appointment', text, false,
    'en', false, CASE WHEN failed THEN 'failed' ELSE 'sent' END, 1, created_at,
    CASE WHEN NOT failed THEN created_at END
FROM (SELECT *, hashtext(id::text) %% 200 = 0 AS failed FROM notices) AS told
WHERE created_at > %(now)s - interval '30 days 1 hour';
"""

MESSAGES = """
CREATE TEMPORARY VIEW week AS
SELECT n, %(now)s - n * interval '169 hours' / %(messages)s AS at,
    md5('message ' || n::text) AS hash
FROM generate_series(1, %(messages)s) AS n;

INSERT INTO outbox (event_id, type, body, emitted_at, sent_at)
SELECT pg_temp.id_at(at, 'out ' || n::text), 'ConsultationBooked',
    convert_to(repeat(hash, 20), 'UTF8'), at, at
FROM week ORDER BY at;

INSERT INTO inbox (event_id, handler, type, status, attempts, received_at, settled_at,
    next_attempt_at, body, error)
SELECT pg_temp.id_at(at, 'in ' || n::text), 'tell_both', 'ConsultationBooked', status, 1, at,
    CASE WHEN status IN ('done', 'discarded') THEN at END,
    CASE WHEN status = 'retry' THEN %(now)s + n * interval '1 hour' END,
    CASE WHEN status IN ('retry', 'parked') THEN convert_to(repeat(hash, 20), 'UTF8') END,
    CASE WHEN status IN ('retry', 'parked') THEN 'It failed.' END
FROM (
    SELECT *, CASE
        WHEN n %% 1000 = 1 THEN 'retry' WHEN n %% 1000 = 2 THEN 'parked'
        WHEN n %% 1000 = 3 THEN 'discarded' ELSE 'done'
    END AS status
    FROM week
) AS each;

INSERT INTO replies (key, fingerprint, reply, made_at)
SELECT 'book_consultation:' || hash || ':' || n::text, md5(hash) || md5(hash),
    convert_to(repeat(hash, 20), 'UTF8'), at
FROM week;

INSERT INTO forgotten (id, begun_at, completed_at)
SELECT pg_temp.account('erased', n), %(now)s - interval '1 day', %(now)s
FROM generate_series(1, %(kept)s) AS n;
"""


@dataclass(frozen=True)
class History:
    """``busiest``: how many of the consultations are of the first specialist, who had few in the
    last 40 days. ``messages``: events sent, events received and replies in each database, of a
    week. ``bookable``: how many specialists the caller opens calendars for; the others get one
    without hours. ``kept``: rows of each kind that no consultation brings: holds, waits, busy
    times, tombstones."""

    consultations: int
    specialists: int
    busiest: int
    messages: int
    kept: int
    bookable: int = 0

    @staticmethod
    def specialist(number: int) -> UUID:
        """The id of a specialist; 0 is the busiest."""
        return _account("specialist", number)

    @staticmethod
    def client(number: int) -> UUID:
        """The id of a client of four specialists, the busiest not among them."""
        return _account("client", number)

    @staticmethod
    def client_of_busiest(number: int) -> UUID:
        """The id of the client of the busiest specialist's ``number``-th last consultation."""
        return _account("client of the busiest", number)

    def fill(self, database: str) -> None:
        """Fill databases of booking and notifications, whose address has ``{service}`` in place of
        the service's name. Planner statistics follow."""
        now = utc_now()
        for service, parts in (
            ("booking", (FUNCTIONS, PAST, AHEAD, BOOKING, MESSAGES)),
            ("notifications", (FUNCTIONS, PAST, AHEAD, NOTIFICATIONS, MESSAGES)),
        ):
            url = database.replace("+psycopg", "").format(service=service)
            self._run(url, parts, now)

    def _run(self, url: str, parts: Iterable[str], now: datetime) -> None:
        given = self._given(now)
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = psycopg.ClientCursor(connection)
            cursor.execute(MEMORY)
            indexes = cursor.execute(INDEXES).fetchall()
            for name, _ in indexes:
                cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
            for part in parts:
                cursor.execute(part.encode(), given)
            for _, definition in indexes:  # one sort is faster than many insertions
                cursor.execute(definition)
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")

    def _given(self, now: datetime) -> dict[str, object]:
        others, rest = self.specialists - 1, self.consultations - self.busiest
        step = _step(-(-rest // others))
        return {
            "now": now,
            "begin": now.replace(minute=0, second=0, microsecond=0),
            "specialists": self.specialists,
            "bookable": self.bookable,
            "busiest": self.busiest,
            "busiest_step": _step(self.busiest),
            "others": others,
            "rest": rest,
            "others_step": step,
            "others_slots": step // SLOT,
            # the four consultations of a client are with specialists who follow each other
            "clients": rest // 4 // others * others + 1,
            "messages": self.messages,
            "kept": self.kept,
        }


def _account(kind: str, number: int) -> UUID:
    return UUID(md5(f"{kind} {number}".encode(), usedforsecurity=False).hexdigest())


def _step(consultations: int) -> timedelta:
    """From one consultation of a specialist to the next, so that all are within three years, or
    follow each other without a pause."""
    return max(SLOT, YEARS / max(1, consultations) // SLOT * SLOT)
