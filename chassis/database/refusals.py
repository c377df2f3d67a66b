"""Refusals by a service's database, apart from it: the gateway names them without SQLAlchemy."""

from __future__ import annotations

from chassis.errors import Unauthenticated, Unavailable


class DatabaseAway(Unavailable):
    """The database does not answer. Please try again in a minute."""

    code = "database_away"


class Erased(Unauthenticated):
    """This account was erased."""

    code = "erased"
