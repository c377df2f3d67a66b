"""The front door: HTTP in, RPC out.

``RabbitBroker.request`` lets one request at a time through a connection, so replies come to a
subscriber of their own, as FastStream's maintainers advise where many are in flight.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from faststream import AckPolicy
from faststream.rabbit import RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel

from benchmarks.peer.messages import Book, BookConsultation, Consultation, Get, Reply

DEADLINE_S = 10
STATUSES = {"not_found": 404}

keys = KeySet.import_key_set(json.loads(os.environ["PEER_KEYS"]))
claims_registry = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": "firststep"}, sub={"essential": True}, exp={"essential": True}
)
broker = RabbitBroker(os.environ["PEER_BROKER"], logger=None)
replies = RabbitQueue(f"peer.replies.{uuid4()}", exclusive=True, auto_delete=True)
waiting: dict[str, asyncio.Future[bytes]] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with broker:
        await broker.start()
        yield


app = FastAPI(lifespan=lifespan)


@broker.subscriber(replies, ack_policy=AckPolicy.ACK_FIRST)
async def replied(message: RabbitMessage) -> None:
    future = waiting.get(message.correlation_id)
    if future is not None and not future.done():
        future.set_result(message.body)


async def ask(queue: str, question: BaseModel) -> Consultation:
    key = uuid4().hex
    waiting[key] = asyncio.get_running_loop().create_future()
    try:
        async with asyncio.timeout(DEADLINE_S):
            await broker.publish(question, queue, reply_to=replies.name, correlation_id=key)
            reply = Reply.model_validate_json(await waiting[key])
    except TimeoutError:
        raise HTTPException(503, "no answer within the deadline") from None
    finally:
        del waiting[key]
    if reply.consultation is None:
        raise HTTPException(STATUSES.get(reply.refusal or "", 409), reply.refusal)
    return reply.consultation


async def claims_of(
    bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> dict[str, object]:
    try:
        claims = jwt.decode(bearer.credentials, keys, algorithms=["Ed25519"]).claims
        claims_registry.validate(claims)
    except (JoseError, ValueError) as error:
        raise HTTPException(401, "bad token") from error
    return claims


Claims = Annotated[dict[str, object], Depends(claims_of)]


def client_of(claims: dict[str, object]) -> UUID:
    if "client" not in claims.get("roles", ()):
        raise HTTPException(403, "this needs the role client")
    return UUID(str(claims["sub"]))


@app.post("/api/v1/consultations", status_code=201)
async def book(body: BookConsultation, claims: Claims) -> Consultation:
    question = Book(client_id=client_of(claims), **body.model_dump())
    return await ask("peer.booking.book", question)


@app.get("/api/v1/consultations/{consultation_id}")
async def get_consultation(consultation_id: UUID, claims: Claims) -> Consultation:
    question = Get(consultation_id=consultation_id, caller_id=UUID(str(claims["sub"])))
    return await ask("peer.booking.get", question)
