"""What both peers' services have: a broker, and connections to their database."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from faststream import Context, ContextRepo, FastStream
from faststream.rabbit import RabbitBroker


@asynccontextmanager
async def lifespan(context: ContextRepo) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["PEER_DATABASE"]) as pool:
        context.set_global("pool", pool)
        yield


# by default it logs two lines for each message, with --log-level=warning as warnings
broker = RabbitBroker(os.environ["PEER_BROKER"], log_level=logging.DEBUG)
app = FastStream(broker, lifespan=lifespan)
Pool = Annotated[asyncpg.Pool, Context()]
