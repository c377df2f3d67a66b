"""Base of every part of the API: the RPC clients of the services."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from chassis import context
from chassis.context import Caller
from chassis.rpc.requester import rpc_client
from contracts.rpc.booking import Booking
from contracts.rpc.content import Content
from contracts.rpc.notifications import Notifications
from contracts.rpc.profiles import Profiles


class Api:
    profiles = rpc_client(Profiles)
    booking = rpc_client(Booking)
    notifications = rpc_client(Notifications)
    content = rpc_client(Content)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Give the calls inside an earlier deadline, for an answer that can do without them."""
    here = context.current()
    deadline = time.time() + min(here.remaining(), seconds)
    with context.entered(replace(here, deadline=deadline)):
        yield


@contextmanager
def acting(caller: Caller) -> Iterator[None]:
    """Make the calls inside for this caller, whose right to them the gateway has just learned."""
    with context.entered(replace(context.current(), caller=caller)):
        yield
