"""Re-encryption after a key rotation: seal stored secrets with the newest key.

Afterwards the older keys may leave ``FIRSTSTEP_SEAL_KEYS``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import eventlet
import structlog
from sqlalchemy import inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from chassis.database.database import Database
from chassis.scheduling.for_each import for_each
from chassis.sealing import Seal, Unopenable

READ_AT_ONCE = 200

log = structlog.get_logger()


def reencrypt(database: Database, secret: InstrumentedAttribute[Any], seal: Seal) -> None:
    """Seal with the first key every secret in this column that another key sealed.

    A secret that no key opens is logged and left as it is.
    """
    kind: Any = secret.class_

    def renew(id: Any) -> None:
        with database.transaction() as tx:
            row = tx.lock(kind, id)
            sealed = getattr(row, secret.key)
            try:
                if sealed:
                    setattr(row, secret.key, seal.reencrypted(sealed))
            except Unopenable:
                log.error("reencryption_failed", table=kind.__tablename__, id=id)

    for_each(_under_older_keys(database, secret, seal), renew, work=f"re-encryption of {secret}")


def _under_older_keys(
    database: Database, secret: InstrumentedAttribute[Any], seal: Seal
) -> Iterator[Any]:
    [id] = inspect(secret.class_).primary_key
    query = select(id, secret).where(secret.is_not(None)).order_by(id).limit(READ_AT_ONCE)
    some = query
    while True:
        with database.reading() as session:
            rows = session.execute(some).all()
        yield from (row[0] for row in rows if row[1] and not seal.is_newest(row[1]))
        if len(rows) < READ_AT_ONCE:
            return
        some = query.where(id > rows[-1][0])
        eventlet.sleep(0)  # decrypting this many takes a while: let others run
